import type { Database, Tx } from '#platform';

/** A span of time; open where a bound is absent. `to` itself is outside. */
export interface CountSpan {
  from?: Date | string;
  to?: Date | string;
}

/** A span as its whole hours, and the parts of an hour at its ends. Instants as PostgreSQL writes them. */
export interface SplitSpan {
  /** Absent when the span has no whole hour; a bound is null where the span is open. */
  hours?: { from: string | null; to: string | null };
  ends: { from: string; to: string }[];
}

/** What is counted: runs and steps in the hour in which they were entered, mails in that in which they were queued. */
export type Counted = 'run' | 'step' | 'mail' | 'mail_outcome';

export interface KeptCount {
  what: Counted;
  node_id: string;
  state: string;
  detail: string;
  n: number;
}

/** Takes a span apart; PostgreSQL does it, because instants have microseconds. */
export async function splitSpan(db: Database | Tx, { from, to }: CountSpan): Promise<SplitSpan> {
  if (from === undefined && to === undefined) return { hours: { from: null, to: null }, ends: [] };
  const row = await db.row<Record<'start' | 'first' | 'last' | 'stop', string | null> & { has_hours: boolean }>(
    `select start::text, first::text, last::text, stop::text, first is null or last is null or first < last as has_hours
     from (select $1::timestamptz as start, $2::timestamptz as stop,
       cortex.hour_of($1::timestamptz + interval '1 hour' - interval '1 microsecond') as first,
       cortex.hour_of($2::timestamptz) as last) bounds`,
    [from ?? null, to ?? null],
  );
  const { start, first, last, stop, has_hours } = row!;
  if (!has_hours) return { ends: [{ from: start!, to: stop! }] };
  const ends = [
    { from: start, to: first },
    { from: last, to: stop },
  ].filter((end): end is SplitSpan['ends'][number] => end.from !== null && end.to !== null && end.from !== end.to);
  return { hours: { from: first, to: last }, ends };
}

/** The counters of an automation, of all time or of whole hours. */
export function keptCounts(
  db: Database | Tx,
  automationId: string,
  what: readonly Counted[],
  hours: NonNullable<SplitSpan['hours']>,
): Promise<KeptCount[]> {
  const { from, to } = hours;
  if (from === null && to === null)
    return db.rows(
      `select what, node_id, state, detail, n from cortex.automation_totals
       where automation_id = $1 and what = any ($2::text[])`,
      [automationId, what],
    );
  const within = `automation_id = $1 and what = any ($2::text[]) and hour >= $3::timestamptz and hour < $4::timestamptz`;
  return db.rows(
    `select what, node_id, state, detail, sum(n)::int as n from (
       select what, node_id, state, detail, n from cortex.automation_hour_counts where ${within}
       union all
       select what, node_id, state, detail, n from cortex.automation_hour_changes where ${within}) both_of
     group by 1, 2, 3, 4 having sum(n) <> 0`,
    [automationId, what, from ?? '-infinity', to ?? 'infinity'],
  );
}
