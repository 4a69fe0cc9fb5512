import { Injectable } from '@nestjs/common';
import { approvalOf, approveDraft, type DraftApproval } from '#automations';
import type { DraftSettings, Graph } from '#graph';
import { Database, notFound, type Actor } from '#platform';

/** What real people would have got from a draft, and that somebody approved it. The people come with a backtest. */
@Injectable()
export class Storyboards {
  constructor(private readonly database: Database) {}

  /** @throws AppError 404 */
  approval(automationId: string): Promise<DraftApproval | null> {
    return this.database.tx((tx) => approvalOf(tx, automationId), { readOnly: true });
  }

  /**
   * Approves the draft by the storyboard of a backtest.
   * @throws AppError 404 where there is no such backtest, or it is not completed; 409 when the draft is another one by now
   */
  approve(actor: Actor, automationId: string, backtestId: string): Promise<DraftApproval> {
    return this.database.tx(async (tx) => {
      const shown = await tx.row<{ graph: Graph; settings: DraftSettings; people: number }>(
        `select graph, settings, jsonb_array_length(coalesce(result -> 'storyboard', '[]')) as people
         from cortex.backtests where id = $1 and automation_id = $2 and status = 'completed'`,
        [backtestId, automationId],
      );
      if (!shown) throw notFound('completed backtest');
      return approveDraft(tx, actor, automationId, shown);
    });
  }
}
