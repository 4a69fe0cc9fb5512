import { loadListDefinitions } from '#directory';
import type { Tx } from '#platform';
import { everyone, toSql, type Group, type SqlFragment } from '#rules';
import { engineMoment } from './live.queries.js';
import type { Start } from './starts.js';

export type DateStart = Extract<Start, { by: 'date' }>;

/** Somebody who is to come in on an occasion. */
export interface Queued {
  automation_id: string;
  occasion: string;
  person_id: string;
  due_at: Date;
}

const inList = async (tx: Tx, listId: string, offset: number, persons?: readonly string[]): Promise<SqlFragment> => {
  const asking: Group = { operator: 'AND', conditions: [{ field: 'smart_list', operator: 'in', value: [listId] }] };
  const lists = await loadListDefinitions(tx, [listId]);
  return toSql(asking, { ...(await engineMoment(tx)), lists, offset, persons });
};

/** How many people are in the list now. */
export async function countInList(tx: Tx, listId: string): Promise<number> {
  const rule = await inList(tx, listId, 0);
  const row = await tx.row<{ people: number }>(
    `select count(*)::int as people from cortex.people p where ${everyone} and (${rule.text})`,
    rule.values,
  );
  return row!.people;
}

/** Those of these people who are in the list now; without a list, those who are still known. */
export async function membersAmong(
  tx: Tx,
  listId: string | undefined,
  personIds: readonly string[],
): Promise<string[]> {
  const rule = listId === undefined ? undefined : await inList(tx, listId, 1, personIds);
  const rows = await tx.rows<{ person_id: string }>(
    `select p.person_id from cortex.people p
     where p.person_id = any($1::uuid[]) and ${everyone} ${rule ? `and (${rule.text})` : ''}`,
    [personIds, ...(rule?.values ?? [])],
  );
  return rows.map((row) => row.person_id);
}

/** Plans an occasion on which everybody in a list is to come in; done once however often it is asked for. */
export const planRound = (
  tx: Tx,
  round: { automationId: string; occasion: string; listId: string; due: Date },
): Promise<number> =>
  tx.run(
    `insert into cortex.entry_rounds (automation_id, occasion, smart_list_id, due_at) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [round.automationId, round.occasion, round.listId, round.due.toISOString()],
  );

/**
 * Writes down who is in the list of a planned occasion, in one statement; from then on they are taken in by chunks.
 * @returns how many they are, or undefined where somebody else has done it
 */
export async function callUp(tx: Tx, automationId: string, occasion: string): Promise<number | undefined> {
  const round = await tx.row<{ smart_list_id: string; due_at: string }>(
    `delete from cortex.entry_rounds where automation_id = $1 and occasion = $2
     returning smart_list_id, due_at::text as due_at`,
    [automationId, occasion],
  );
  if (!round) return undefined;
  const rule = await inList(tx, round.smart_list_id, 3);
  return tx.run(
    `insert into cortex.entry_queue (automation_id, occasion, person_id, due_at)
     select $1::uuid, $2::text, p.person_id, $3::timestamptz from cortex.people p where ${everyone} and (${rule.text})
     on conflict do nothing`,
    [automationId, occasion, round.due_at, ...rule.values],
  );
}

/** Spans that keep the time of day; the others are moved on the time line. */
const calendar = new Set(['days', 'weeks', 'months']);

interface DateWindow {
  lo: string;
  hi: string;
  days: string[];
  years: number[];
}

/**
 * Writes down whose date is reached after `from` and until `to`, in one statement. Candidates are told by the date's
 * text alone, which an index on that attribute can answer; their zones and clocks are looked at afterwards.
 * @returns how many they are
 */
export async function callUpByDate(
  tx: Tx,
  automationId: string,
  start: DateStart,
  window: { from: string; to: string; timezone: string },
): Promise<number> {
  const { offset, time, repeat, date_field, timezone } = start;
  const span = `${offset?.n ?? 0} ${offset?.unit ?? 'days'}`;
  const [onCalendar, exact] = offset && !calendar.has(offset.unit) ? ['0', span] : [span, '0'];
  // Zones are up to 14 hours away, months differ by three days, a text may name its instant in another zone.
  const near = (await tx.row<DateWindow>(
    `with edge as (
       select (($1::timestamptz - $4::interval) at time zone 'UTC' - $3::interval)::date - 5 as lo,
         (($2::timestamptz - $4::interval) at time zone 'UTC' - $3::interval)::date + 5 as hi)
     select lo::text as lo, hi::text as hi,
       array(select distinct to_char(d, 'MM-DD') from generate_series(lo, hi, '1 day') d union select '02-29') as days,
       array(select distinct extract(year from d)::int from generate_series(lo, hi, '1 day') d) as years
     from edge`,
    [window.from, window.to, onCalendar, exact],
  ))!;
  const column = date_field.startsWith('attributes.') ? undefined : `p.${date_field}`;
  const yearly = repeat === 'yearly';
  const values: unknown[] = [automationId, window.from, window.to, time ?? null, onCalendar, exact, window.timezone];
  const bind = (value: unknown, type: string): string => `$${values.push(value)}::${type}`;
  const text = column
    ? `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
    : `(p.attributes ->> ${bind(date_field.slice('attributes.'.length), 'text')})`;
  const candidate = yearly
    ? `substr(${text}, 6, 5) = any(${bind(near.days, 'text[]')})`
    : column
      ? `${column} >= ${bind(near.lo, 'date')} and ${column} < ${bind(near.hi, 'date')} + 1`
      : `left(${text}, 10) collate "C" between ${bind(near.lo, 'text')} and ${bind(near.hi, 'text')}`;
  const zone = timezone === 'contact' ? 'cortex.known_zone(p.timezone, $7)' : `${bind(timezone, 'text')}`;
  const years = yearly ? bind(near.years, 'int[]') : 'null';
  return tx.run(
    `insert into cortex.entry_queue (automation_id, occasion, person_id, due_at)
     select $1::uuid, 'date:' || o.day, c.person_id, o.at
     from (
       select p.person_id, ${text} as raw, ${zone} as zone
       from cortex.people p where ${everyone} and ${candidate} and $7::text is not null offset 0) c
     cross join lateral cortex.date_occasions(c.raw, c.zone, $4::time, $5::interval, $6::interval, ${years}, ${column !== undefined}) o
     where o.at > $2::timestamptz and o.at <= $3::timestamptz
     on conflict do nothing`,
    values,
  );
}

/**
 * From when the schedule or the dates of an automation count. `keep` leaves the clock of a running one as it is, so
 * that nothing between two looks is lost; else what was missed until now is over.
 */
export const startClock = (tx: Tx, automationId: string, keep: boolean): Promise<number> =>
  tx.run(
    `insert into cortex.entry_clocks (automation_id, counted_until) values ($1, cortex.now())
     on conflict (automation_id) do ${keep ? 'nothing' : 'update set counted_until = excluded.counted_until'}`,
    [automationId],
  );

/** Forgets who was still to come in: nobody is left standing before a stopped automation. */
export async function sendAway(tx: Tx, automationId: string): Promise<void> {
  await tx.run('delete from cortex.entry_rounds where automation_id = $1', [automationId]);
  await tx.run('delete from cortex.entry_queue where automation_id = $1', [automationId]);
}
