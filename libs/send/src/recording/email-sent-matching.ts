import { enterGate } from '#automations';
import type { Tx } from '#platform';
import { enterListGate } from '#smart-lists';

// What a rule or step that asks about mail being sent holds in its text: the activity's type, or an earlier step's outcome.
const ASKS = '"email\\.sent"|"field": "step"';

/**
 * Whether anything could ask about `email.sent`: an automation that starts or goes on by it, a rule about an earlier
 * step, a list. As long as nothing does, that activity is recorded without a row in the matcher's inbox, since
 * matching it would cost more than sending the mail. What is stored is searched as text, so it may match once too often.
 */
export class EmailSentMatching {
  private byAutomations: { epoch: string; asks: boolean } | undefined;

  /**
   * Says to the inbox's trigger for the rest of this transaction what nobody asks about. The gates keep that true: nobody
   * publishes and no list begins to be filled until this transaction is over, and both look at what it wrote.
   */
  async skipUnlessAsked(tx: Tx): Promise<void> {
    await enterGate(tx);
    await enterListGate(tx);
    const now = (await tx.row<{ epoch: string; lists: boolean }>(
      `select e.n::text as epoch, exists (select from public.crm_smart_lists l where l.rules::text ~ $1) as lists
       from cortex.automation_epoch e`,
      [ASKS],
    ))!;
    if (this.byAutomations?.epoch !== now.epoch) {
      const row = await tx.row<{ asks: boolean }>(
        `select exists (select from cortex.automation_versions v join cortex.automations a on a.id = v.automation_id
           where a.status in ('live', 'paused') and (v.graph::text ~ $1 or v.settings::text ~ $1)) as asks`,
        [ASKS],
      );
      this.byAutomations = { epoch: now.epoch, asks: row!.asks };
    }
    if (!now.lists && !this.byAutomations.asks) {
      await tx.run("select set_config('cortex.unasked', 'email.sent', true)");
    }
  }
}
