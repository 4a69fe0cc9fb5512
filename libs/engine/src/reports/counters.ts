import { Injectable } from '@nestjs/common';
import { Database, lockKey, retryLaws } from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';
import { z } from 'zod';

/** Sums up what the counters of automations changed by. */
export const foldCounters = defineJob({
  name: 'engine.counters_fold',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.upkeep,
});

/** Removes hours that have come to nothing: a wait that everybody has left leaves one behind. */
export const tidyCounters = defineJob({
  name: 'engine.counters_tidy',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.upkeep,
});

/** Changes that one statement folds, and hours that one removes. */
const PER_STATEMENT = 50_000;
/** Statements of one run; what is beyond is there for the next minute. */
const MOST_STATEMENTS = 20;
const LOCK = lockKey.named("'cortex.counters'");

const KEY = 'automation_id, what, node_id, state, detail';
/*
 * Writers only append to `automation_hour_changes` (by triggers, in the transaction of the step), because a counter row
 * that all of them updated would make them wait for each other. This moves a bounded number of those changes into the
 * counters, in one statement, so that a reader who adds both up sees each change exactly once:
 *
 * - `gone` takes changes by `ctid`, whichever come first: their order does not matter, and this needs no index.
 * - `by_hour` adds them up; what came to nothing (somebody came and left) writes no counter at all.
 * - `to_hours` and `to_totals` add the sums to the counters of each hour and of all time. Both read `by_hour`, which is
 *   therefore materialized.
 */
const FOLD = `
  with gone as (
    delete from cortex.automation_hour_changes
    where ctid = any (array(select ctid from cortex.automation_hour_changes limit $1))
    returning hour, ${KEY}, n
  ), by_hour as materialized (
    select hour, ${KEY}, sum(n) as n from gone group by hour, ${KEY} having sum(n) <> 0
  ), to_hours as (
    insert into cortex.automation_hour_counts as c (hour, ${KEY}, n) select * from by_hour
    on conflict (automation_id, hour, what, node_id, state, detail) do update set n = c.n + excluded.n
  ), to_totals as (
    insert into cortex.automation_counts as c (${KEY}, n) select ${KEY}, sum(n) from by_hour group by ${KEY}
    on conflict (${KEY}) do update set n = c.n + excluded.n
  )
  select count(*)::int as folded from gone`;

/** Keeps the counters behind the statistics short. They are right without it, but longer to read. */
@Injectable()
export class Counters implements JobHandlers {
  constructor(private readonly database: Database) {}

  async bind(queue: Queue): Promise<void> {
    await queue.handle(foldCounters, async () => void (await this.fold()));
    await queue.handle(tidyCounters, async () => void (await this.tidy()));
  }

  /** Answers how many changes were folded: 0 also while another process is at it. */
  async fold(): Promise<number> {
    let folded = 0;
    for (let round = 0; round < MOST_STATEMENTS; round += 1) {
      const n = await this.database.tx(async (tx) => {
        // One at a time: two that add to the same counters in another order would wait for each other.
        if (!(await tx.row(`select 1 where pg_try_advisory_xact_lock(${LOCK})`))) return 0;
        return (await tx.row<{ folded: number }>(FOLD, [PER_STATEMENT]))!.folded;
      });
      folded += n;
      if (n < PER_STATEMENT) break;
    }
    return folded;
  }

  /** Answers how many hours that stood at 0 were removed; those it leaves are there for the next day. */
  async tidy(): Promise<number> {
    let gone = 0;
    for (let round = 0; round < MOST_STATEMENTS; round += 1) {
      const n = await this.database.run(
        `delete from cortex.automation_hour_counts where n = 0 and ctid = any (array(
           select ctid from cortex.automation_hour_counts where n = 0 limit $1))`,
        [PER_STATEMENT],
      );
      gone += n;
      if (n < PER_STATEMENT) break;
    }
    return gone;
  }
}
