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
    await this.sayWhoIsSetAside();
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
    await this.sayWhoseSumIsCut();
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

  /** Those whose repair was given up. The others do not wait for them, and a change of their rows ends it. */
  private async sayWhoIsSetAside(): Promise<void> {
    const row = await this.database.row<{ n: number; ids: string[]; states: string[] }>(
      `select count(distinct s.address)::int as n, (array_agg(distinct r.id))[1:20] as ids, array_agg(distinct s.sqlstate) as states
       from cortex.set_aside s
       left join lateral (
         select u.id from public.unified_profiles u where cortex.address(u.email) collate "C" = s.address
         union all
         select l.id from public.purchase_leads l where cortex.address(l.email) collate "C" = s.address
       ) r on true
       where s.attempts >= cortex.most_repairs()`,
    );
    const n = row?.n ?? 0;
    await this.attention('directory.set_aside', 'directory', n > 0, {
      title: `${n} ${n === 1 ? 'person' : 'people'} cannot be brought up to date`,
      detail:
        'The shop has a row about them with a value that the directory cannot take. Their new activities wait; everybody else is up to date. Correct their rows in unified_profiles, purchase_leads or transactions: within a minute of the change they are tried again. The reasons are listed in cortex.set_aside.',
      facts: { ids: (row?.ids ?? []).filter((id) => id !== null), sqlstates: row?.states ?? [] },
    });
  }

  /** Sums beyond what a number in JSON can say stand at its edge, see view.ts. */
  private async sayWhoseSumIsCut(): Promise<void> {
    const row = await this.database.row<{ n: number; ids: string[] }>(
      'select count(*)::int as n, (array_agg(id))[1:20] as ids from cortex.people where abs(lifetime_value_minor) >= $1',
      [Number.MAX_SAFE_INTEGER],
    );
    const n = row?.n ?? 0;
    await this.attention('directory.sums', 'directory', n > 0, {
      title: `${n} ${n === 1 ? 'person has' : 'people have'} a lifetime value that cannot be right`,
      detail:
        'Their transactions add up to more than can be counted, so the value stands at that limit. Correct amount_minor and refunded_minor of their transactions.',
      facts: { ids: row?.ids ?? [] },
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
