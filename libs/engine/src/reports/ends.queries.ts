import { addressShown, orderCurrency, paidSum } from '#directory';
import type { RunStatus } from '#contracts';
import { decodeCursor, encodeCursor, type Database } from '#platform';
import { settingSql } from '#rules';

/** Runs that are looked at, the newest: money is looked up run by run. */
const MOST_RUNS = 10_000;

/** Where runs ended: at a step, or behind a way out of it that leads nowhere. */
export interface End {
  node_id: string;
  /** Null where they ended at the step itself, such as an end, a goal reached while they waited, or by hand. */
  port: string | null;
  /** Runs that ended here. */
  runs: number;
  /** Of these, by reaching the goal. */
  goal: number;
  /** What those people paid since they entered, less what was refunded; in the currency of the workspace. */
  amount_minor: number;
}

export interface Ends {
  currency: string;
  ends: End[];
  /** More people entered in this time: these are the newest ten thousand. */
  more: boolean;
}

export interface EndedRun {
  run_id: string;
  contact_email: string;
  contact_id: string | null;
  status: RunStatus;
  end_reason: string | null;
  entered_at: Date;
  ended_at: Date | null;
  amount_minor: number;
}

/** Bound when people entered. */
export interface EndsFilter {
  from?: string;
  to?: string;
}

/**
 * $1 automation, $2 and $3 when people entered. The runs that have ended, each with its place and with what its person paid
 * from then on: until they entered again, so that no payment counts twice. The rule of `lifetime_value`.
 */
const ENDED = `
  select r.id, r.person_id, r.status, r.end_reason, r.entered_at, r.ended_at, r.node_id, s.port, t.amount_minor,
    r.end_reason = 'goal' and r.status = 'completed' as goal
  from (
    select * from cortex.automation_runs
    where automation_id = $1 and ($2::timestamptz is null or entered_at >= $2) and ($3::timestamptz is null or entered_at < $3)
    order by entered_at desc, id desc limit ${MOST_RUNS}) r
  left join lateral (
    select s.port from cortex.automation_run_steps s where s.run_id = r.id order by s.ord desc limit 1) s on true
  left join lateral (
    select min(n.entered_at) as at from cortex.automation_runs n
    where n.person_id = r.person_id and n.automation_id = r.automation_id and n.entered_at > r.entered_at) again on true
  left join cortex.people p on p.person_id = r.person_id
  left join lateral (
    select u.id from public.unified_profiles u where cortex.address(u.email) collate "C" = p.address
    order by u.created_at, u.id limit 1) u on true
  left join lateral (
    select ${paidSum}::float8 as amount_minor
    from public.transactions t
    where t.profile_id = u.id and ${orderCurrency} = ${settingSql('currency')}
      and t.occurred_at >= r.entered_at and (again.at is null or t.occurred_at < again.at)) t on true
  where r.ended_at is not null and r.status in ('completed', 'exited')`;

/** Where people's ways ended, how many reached the goal there, and what they paid since they entered. */
export async function automationEnds(db: Database, automationId: string, { from, to }: EndsFilter): Promise<Ends> {
  const values = [automationId, from ?? null, to ?? null];
  const ends = await db.rows<End>(
    `select node_id, port, count(*)::int as runs, count(*) filter (where goal)::int as goal,
       sum(amount_minor)::float8 as amount_minor
     from (${ENDED}) e where node_id is not null group by node_id, port order by node_id, port`,
    values,
  );
  const { currency, entered } = (await db.row<{ currency: string; entered: number }>(
    `select ${settingSql('currency')} as currency, (select count(*) from (
       select from cortex.automation_runs
       where automation_id = $1 and ($2::timestamptz is null or entered_at >= $2) and ($3::timestamptz is null or entered_at < $3)
       limit ${MOST_RUNS + 1}) r)::int as entered`,
    values,
  ))!;
  return { currency, ends, more: entered > MOST_RUNS };
}

/** The runs behind a figure of `automationEnds`, the newest first: as many as it says. */
export async function endedPage(
  db: Database,
  automationId: string,
  filter: EndsFilter & { node_id: string; port?: string; goal?: boolean; limit: number; cursor?: string },
): Promise<{ items: EndedRun[]; next_cursor: string | null }> {
  const [at, run] = decodeCursor(filter.cursor, 2) ?? [null, null];
  const rows = await db.rows<EndedRun & { exact: string }>(
    `select e.id as run_id, ${addressShown('p')} as contact_email, p.id as contact_id, e.status, e.end_reason, e.entered_at,
       e.ended_at, e.amount_minor, e.entered_at::text as exact
     from (${ENDED}) e left join cortex.people p on p.person_id = e.person_id
     where e.node_id = $4 and e.port is not distinct from $5::text and (not $6::boolean or e.goal)
       and ($7::timestamptz is null or (e.entered_at, e.id) < ($7, $8::uuid))
     order by e.entered_at desc, e.id desc limit $9`,
    [
      automationId,
      filter.from ?? null,
      filter.to ?? null,
      filter.node_id,
      filter.port ?? null,
      filter.goal ?? false,
      at,
      run,
      filter.limit + 1,
    ],
  );
  const shown = rows.slice(0, filter.limit);
  const last = rows.length > filter.limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(({ exact: _exact, ...ended }) => ended),
    next_cursor: last ? encodeCursor([last.exact, last.run_id]) : null,
  };
}
