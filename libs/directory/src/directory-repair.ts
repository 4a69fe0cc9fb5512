import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { closeAttention, collisionStates, Database, LOG, openAttention, retryLaws, type Log } from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';

const nothing = z.object({});

/** Each minute: what the sweeps had to put aside. */
export const repairDirectory = defineJob({
  name: 'directory.repair',
  payload: nothing,
  policy: 'exclusive',
  retry: retryLaws.tick,
});

/** Each night: what went past the triggers altogether. */
export const compareDirectory = defineJob({
  name: 'directory.compare',
  payload: nothing,
  policy: 'exclusive',
  retry: retryLaws.nightly,
});

const AT_A_TIME = 500;
const MOST_ROUNDS = 2000;
const MOST_ACTIVITIES = 50_000;

/** Keeps the directory equal to its definition where the triggers could not. */
@Injectable()
export class DirectoryRepair implements JobHandlers {
  constructor(
    private readonly database: Database,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async bind(queue: Queue): Promise<void> {
    await queue.handle(repairDirectory, async () => void (await this.repair()));
    await queue.handle(compareDirectory, async () => void (await this.compare()));
  }

  /** Repairs pending addresses, some at a time in a transaction of their own. @returns how many were done */
  async repair(): Promise<number> {
    let done = 0;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const row = await this.database.row<{ done: number }>('select cortex.repair_pending($1) as done', [AT_A_TIME]);
      if (!row?.done) break;
      done += row.done;
    }
    if (done > 0) this.log.info({ people: done }, 'people put aside by a sweep were repaired');
    await this.database.row('select cortex.follow_merges($1)', [AT_A_TIME]);
    await this.sayWhatFails();
    return done;
  }

  /** Looks at everybody, repairs who differs, and tells of what needs a person. @returns how many differed */
  async compare(): Promise<{ people: number; activities: number }> {
    const people = await this.database.row<{ n: string }>('select cortex.compare_directory() as n');
    const activities = await this.database.row<{ n: string }>(
      "select cortex.note_lost_activities((select cortex.now()) - interval '3 days', $1) as n",
      [MOST_ACTIVITIES],
    );
    const found = { people: Number(people?.n ?? 0), activities: Number(activities?.n ?? 0) };
    if (found.people + found.activities > 0) this.log.warn(found, 'rows that went past the triggers were found');
    await this.repair();
    await this.database.row('select cortex.tidy_known_names()');
    await this.database.run(
      'delete from cortex.lead_owners o where not exists (select from public.purchase_leads l where l.id = o.lead_id)',
    );
    await this.sayWhoIsTwice();
    return found;
  }

  /** Several profiles of one normalised address: the oldest is shown, a person must look at the others. */
  private async sayWhoIsTwice(): Promise<void> {
    const twins = await this.database.row<{ n: number; ids: string[] }>(
      `select count(*)::int as n, (array_agg(t.id))[1:20] as ids
       from (
         select u.id, row_number() over (partition by cortex.address(u.email) order by u.created_at, u.id) as place
         from public.unified_profiles u where cortex.address(u.email) is not null
       ) t where t.place > 1`,
    );
    await this.attention('directory.twins', 'directory', (twins?.n ?? 0) > 0, {
      title: `${twins?.n} ${twins?.n === 1 ? 'profile shares its address' : 'profiles share an address'} with an older one`,
      detail:
        'They differ only in capital letters, spaces or the way accents are written. The oldest is shown in the directory; merge or correct the others in the shop.',
      facts: { profile_ids: twins?.ids ?? [] },
    });
  }

  private async sayWhatFails(): Promise<void> {
    const errors = await this.database.row<{ n: number; triggers: string[] }>(
      `select count(*)::int as n, array_agg(distinct e.trigger_name) as triggers
       from cortex.trigger_errors e
       where e.happened_at > clock_timestamp() - interval '1 day' and e.sqlstate <> all ($1::text[])`,
      // What passes by itself: transactions that met, and the sweep's own sign that somebody is at these people.
      [[...collisionStates, 'CX001']],
    );
    await this.attention('directory.trigger_errors', 'directory', (errors?.n ?? 0) > 0, {
      title: 'A database trigger failed in the last day',
      detail:
        'The shop was not affected and the directory is correct, but activities may be missing. The errors are listed in cortex.trigger_errors.',
      facts: { errors: errors?.n ?? 0, triggers: errors?.triggers ?? [] },
    });
  }

  private async attention(
    key: string,
    kind: string,
    open: boolean,
    item: { title: string; detail: string; facts: Record<string, unknown> },
  ): Promise<void> {
    await (open ? openAttention(this.database, { key, kind, ...item }) : closeAttention(this.database, key));
  }
}
