import type { OrderCounts, OrderSourceName } from '#contracts';
import type { Database, Tx } from '#platform';
import { noOrders } from './counts.js';

/** A round of fetching what changed: from when to when, how far it is, and what came of it so far. */
export interface Round {
  source: OrderSourceName;
  since: Date | null;
  until: Date;
  position: string | null;
  counts: OrderCounts;
}

/** As exact as a `Date`, so that a round is known by it. */
const NOW = "date_trunc('milliseconds', cortex.now())";

/** Begins a round, or goes on with the one that was left. */
export async function beginRound(on: Pick<Tx, 'row'>, source: OrderSourceName): Promise<Round> {
  const row = await on.row<Omit<Round, 'source'>>(
    `insert into cortex.order_sources as s (source, begun_at, round_until, counts)
     values ($1, cortex.now(), ${NOW}, $2::jsonb)
     on conflict (source) do update set asked_at = null, error = null,
       begun_at = case when s.round_until is null then cortex.now() else s.begun_at end,
       position = case when s.round_until is null then null else s.position end,
       counts = case when s.round_until is null then $2::jsonb else s.counts end,
       round_until = coalesce(s.round_until, ${NOW})
     returning since, round_until as until, position, counts`,
    [source, JSON.stringify(noOrders)],
  );
  return { source, ...row! };
}

/** Notes how far a round is, in the transaction that brought it there. `position` undefined: it is at its end. */
export async function moveRound(
  tx: Tx,
  round: Round,
  position: string | undefined,
  counts: OrderCounts,
): Promise<void> {
  await tx.run(
    `update cortex.order_sources set position = $3, counts = $4::jsonb,
       since = case when $3::text is null then round_until else since end,
       ended_at = case when $3::text is null then cortex.now() else ended_at end,
       round_until = case when $3::text is null then null else round_until end
     where source = $1 and round_until = $2`,
    [round.source, round.until, position ?? null, JSON.stringify(counts)],
  );
}

/** The place that a source no longer knows is forgotten: the round begins anew, over the same time. */
export async function restartRound(database: Database, source: OrderSourceName): Promise<void> {
  await database.run('update cortex.order_sources set position = null where source = $1', [source]);
}

export interface SourceRow {
  source: OrderSourceName;
  since: Date | null;
  asked_at: Date | null;
  round_until: Date | null;
  counts: OrderCounts | null;
  begun_at: Date | null;
  ended_at: Date | null;
  error: string | null;
}

export const sourceRows = (on: Pick<Tx, 'rows'>): Promise<SourceRow[]> =>
  on.rows<SourceRow>(
    'select source, since, asked_at, round_until, counts, begun_at, ended_at, error from cortex.order_sources',
  );

/** When a source is asked, by a clock that nobody moves: of two answers the one that was asked for later counts. */
export const askingAt = async (database: Database): Promise<Date> =>
  (await database.row<{ at: Date }>('select clock_timestamp() as at'))!.at;

/** How a person is known to sources: their addresses, as they were written and in small letters, and their orders. */
export async function asKnownToSources(
  database: Database,
  personId: string,
): Promise<{ addresses: string[]; known: string[] }> {
  const row = await database.row<{ addresses: string[] | null; known: string[] | null }>(
    `with one as (
       select coalesce((select into_person_id from cortex.person_links where person_id = $1), $1::uuid) as person_id
     ), same as (
       select p.address, p.email::text as email from cortex.people p
       where p.person_id in (
         select person_id from one union select k.person_id from cortex.person_links k join one on k.into_person_id = one.person_id)
     ), mine as (
       select u.id, u.email::text as email from public.unified_profiles u
       join same s on (cortex.address(u.email) collate "C") = s.address
     )
     select
       (select array_agg(distinct a order by a) from (
         select address from same union select email from same union select email from mine) x (a) where a is not null) as addresses,
       (select array_agg(external_id order by occurred_at desc) from (
         select t.external_id, t.occurred_at from public.transactions t join mine on mine.id = t.profile_id
         where t.external_id is not null order by t.occurred_at desc limit 200) x) as known`,
    [personId],
  );
  return { addresses: row?.addresses ?? [], known: row?.known ?? [] };
}
