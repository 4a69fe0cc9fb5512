import { Injectable } from '@nestjs/common';
import { AppError, Database, recordAudit, type Actor } from '#platform';
import { broadcastById, countsOf } from '../broadcast/broadcast.queries.js';
import { Broadcasts } from '../drafts/broadcasts.js';
import { presentListed } from '../drafts/present.js';
import { recipientPage, type RecipientFilter } from '../recipients/recipients.queries.js';
import { assertStatus } from '../broadcast/status.js';
import { batchPage, type BatchFilter } from './batches.queries.js';
import { devicesOf, listsOf } from './by-part.queries.js';
import { earlierThan } from './earlier.queries.js';
import { deliveredNotClicked } from '../recipients/follow-up.js';
import { recipientLines } from '../recipients/recipient-lines.js';
import { domainsOf, firstMail, hoursOf, linksOf, machineOpens } from './report.queries.js';
import { resultsOf } from '../results/results.js';

/** Figures of one moment. */
const snapshot = { isolation: 'REPEATABLE READ', readOnly: true } as const;

/** What became of broadcasts. The figures are read from counters: they cost the same for ten people and for a million. */
@Injectable()
export class BroadcastReports {
  constructor(
    private readonly database: Database,
    private readonly broadcasts: Broadcasts,
  ) {}

  /** @throws AppError 404 */
  of(id: string) {
    return this.database.tx(async (tx) => {
      const row = await broadcastById(tx, id);
      const counts = (await countsOf(tx, [row])).get(id)!;
      const { name, status, started_at, frozen_at, finished_at } = presentListed(row, counts);
      const links = await linksOf(tx, id);
      const { hours, later } = row.started_at ? await hoursOf(tx, id, row.started_at) : { hours: [], later: null };
      return {
        ...{ id, name, status, started_at, frozen_at, finished_at, counts },
        machine: {
          opened: await machineOpens(tx, id),
          clicked: links.reduce((sum, { machine_clicks }) => sum + machine_clicks, 0),
        },
        links,
        domains: await domainsOf(tx, id),
        devices: await devicesOf(tx, id),
        lists: await listsOf(tx, row, counts),
        hours,
        later,
        results: await resultsOf(tx, row, counts.sent),
        sample_message_id: await firstMail(tx, id),
      };
    }, snapshot);
  }

  /** The calls to Postmark that its mails were in, the latest first. @throws AppError 404 */
  batches(id: string, filter: BatchFilter) {
    return this.database.tx(async (tx) => {
      const row = await broadcastById(tx, id);
      const { queued } = (await countsOf(tx, [row])).get(id)!;
      // Before it is frozen nobody knows how many mails it will be, and what is over has none that will leave.
      const byTurns = row.spread !== null || row.local_time || row.test !== null || row.frozen_at === null;
      return batchPage(tx, id, { queued, byTurns }, filter);
    }, snapshot);
  }

  /** People it was for, with what became of each. @throws AppError 404 */
  recipients(id: string, filter: RecipientFilter) {
    return this.database.tx(async (tx) => {
      const row = await broadcastById(tx, id);
      return recipientPage(tx, row, filter);
    }, snapshot);
  }

  /**
   * The same people as lines of a CSV file, all of them, made page by page as they are read.
   * @throws AppError 404
   */
  async export(actor: Actor, id: string, filter: Omit<RecipientFilter, 'limit' | 'cursor'>) {
    const row = await this.database.tx(async (tx) => {
      const found = await broadcastById(tx, id);
      await recordAudit(tx, actor, {
        action: 'broadcast.exported',
        targetKind: 'broadcast',
        targetId: id,
        after: { name: found.name, ...filter },
      });
      return found;
    });
    return { name: row.name, lines: recipientLines(this.database, row, filter) };
  }

  /** The broadcasts that were begun before this one, the latest first, with their counts. @throws AppError 404 */
  earlier(id: string) {
    return this.database.tx(async (tx) => {
      const rows = await earlierThan(tx, await broadcastById(tx, id));
      const counts = await countsOf(tx, rows);
      return { items: rows.map((row) => ({ ...row, counts: counts.get(row.id)! })).map(presentEarlier) };
    }, snapshot);
  }

  /**
   * A new draft of the same mail to those who got it and did not click. Whoever clicks before it is sent gets none.
   * @throws AppError 404; 409 unless it was begun
   */
  async followUp(actor: Actor, id: string) {
    const row = await this.database.tx((tx) => broadcastById(tx, id));
    assertStatus(row, ['sending', 'paused', 'sent', 'cancelled'], 'It has to be sent before anybody can have clicked.');
    if (row.to_staff)
      throw new AppError('broadcast_to_staff', 'A broadcast to colleagues has no follow-up. Duplicate it instead.');
    return this.broadcasts.duplicate(actor, id, {
      name: `${row.name.slice(0, 170)} (did not click)`,
      include_smart_list_ids: [],
      exclude_smart_list_ids: [],
      rules: deliveredNotClicked(id),
    });
  }
}

type Earlier = Awaited<ReturnType<typeof earlierThan>>[number];
type WithCounts = Earlier & { counts: ReturnType<Awaited<ReturnType<typeof countsOf>>['get']> & object };

const presentEarlier = ({ id, name, status, started_at, counts }: WithCounts) => ({
  ...{ id, name, status, counts },
  started_at: started_at.toISOString(),
});
