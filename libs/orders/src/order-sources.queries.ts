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

/** This person, and those who are shown as one with them: SQL of their rows `(person_id)`. */
const SAME = `
  with one as (
    select coalesce((select into_person_id from cortex.person_links where person_id = $1), $1::uuid) as person_id
  ), same as (
    select person_id from one
    union select k.person_id from cortex.person_links k join one on k.into_person_id = one.person_id
  ), mine as (
    select u.id, u.email::text as email, p.address from cortex.people p
    left join public.unified_profiles u on (cortex.address(u.email) collate "C") = p.address
    where p.person_id in (select person_id from same)
  )`;

/** A person's addresses as sources may have them: as they were written, and in small letters. */
export async function addressesOf(database: Database, personId: string): Promise<string[]> {
  const rows = await database.rows<{ address: string }>(
    `${SAME}
     select address from mine where address is not null union select email from mine where email is not null
     union select p.email::text from cortex.people p where p.person_id in (select person_id from same) and p.email is not null
     order by 1`,
    [personId],
  );
  return rows.map(({ address }) => address);
}

/** Orders of a person that no source has shown since, the newest first; at most 50. */
export async function unseenOrders(database: Database, personId: string, since: Date): Promise<string[]> {
  const rows = await database.rows<{ external_id: string }>(
    `${SAME}
     select t.external_id from public.transactions t join mine on mine.id = t.profile_id
     where t.external_id is not null and not exists (
       select from cortex.order_sightings s where s.external_id = t.external_id and s.asked_at >= $2)
     order by t.occurred_at desc limit 50`,
    [personId, since],
  );
  return rows.map(({ external_id }) => external_id);
}
