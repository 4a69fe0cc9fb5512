import { Injectable } from '@nestjs/common';
import { Database } from '#platform';
import { broadcastById, countsOf } from '../broadcast.queries.js';
import { presentListed } from '../present.js';
import { resultsOf } from './results.js';
import { domainsOf, firstMail, hoursOf, linksOf, machineOpens } from './report.queries.js';

/** Figures of one moment. */
const snapshot = { isolation: 'REPEATABLE READ', readOnly: true } as const;

/** What became of broadcasts. All of it is read from counters: it costs the same for ten people and for a million. */
@Injectable()
export class BroadcastReports {
  constructor(private readonly database: Database) {}

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
        hours,
        later,
        results: await resultsOf(tx, row, counts.sent),
        sample_message_id: await firstMail(tx, id),
      };
    }, snapshot);
  }
}
