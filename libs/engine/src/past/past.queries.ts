import { metadataOf } from '#activities';
import { leadsOf, loadFacts } from '#directory';
import type { DateStart } from '#automations';
import type { Tx } from '#platform';
import {
  aggregateKey,
  conditionsOf,
  instantLiteral,
  notByThePerson,
  notByThePersonPrefixes,
  shift,
  whereToSql,
  type Condition,
  type Group,
  type Moment,
  personalPairs,
} from '#rules';
import type { PastEntry } from '../entry/entry-limits.js';
import { comparesWithStart, type Alike, type Before } from './aggregates.js';
import type { Call } from './call.js';
import { factTypes, type PastActivity, type PersonNow } from './past-person.js';

export interface Window {
  from: Date;
  to: Date;
}

/** Who may come in at all, by what starts the automation. */
export type Scope =
  { activity_types: readonly string[] } | { leads_since: Date; leads_until: Date; course_id?: string } | 'everyone';

export const PEOPLE_AT_A_TIME = 100_000;

/** Comes before everybody in order of ids. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * The people of a scope behind $1, only those among $2 where it is not null; its own values are from $4 on, so that $3 is
 * how many.
 */
function scopeQuery(scope: Scope, window: Window): [text: string, values: unknown[]] {
  if (scope === 'everyone')
    return [
      `select p.person_id from cortex.people p where p.type is not null and p.person_id > $1::uuid
         and ($2::uuid[] is null or p.person_id = any($2))`,
      [],
    ];
  if ('activity_types' in scope)
    return [
      `select distinct a.person_id from public.crm_activities a where a.type = any($4::text[])
         and a.occurred_at >= $5::timestamptz and a.occurred_at < $6::timestamptz and a.person_id > $1::uuid
         and ($2::uuid[] is null or a.person_id = any($2))`,
      [scope.activity_types, window.from.toISOString(), window.to.toISOString()],
    ];
  return [
    `select distinct p.person_id from public.purchase_leads l
     join cortex.people p on p.address = cortex.lead_home(l.id, l.email)
     where l.created_at >= $4::timestamptz and l.created_at < $5::timestamptz and p.person_id > $1::uuid
       and ($2::uuid[] is null or p.person_id = any($2)) and ($6::uuid is null or l.course_id = $6)`,
    [scope.leads_since.toISOString(), scope.leads_until.toISOString(), scope.course_id ?? null],
  ];
}

/**
 * The next people of the scope after one of them, in order of their ids: sixteen bytes each, packed.
 * @param among only those of the scope who are among these
 */
export async function peopleInScope(
  tx: Tx,
  scope: Scope,
  window: Window,
  after: string,
  among?: readonly string[],
): Promise<Buffer> {
  const [text, values] = scopeQuery(scope, window);
  const row = await tx.row<{ people: Buffer | null }>(
    `select string_agg(uuid_send(person_id), ''::bytea order by person_id) as people
     from (${text} order by 1 limit $3) q`,
    [after, among ?? null, PEOPLE_AT_A_TIME, ...values],
  );
  return row?.people ?? Buffer.alloc(0);
}

/** How many people a scope has, and so many of them, drawn by a hash of their ids: packed, the same ones each time. */
export async function sampleOfScope(
  tx: Tx,
  scope: Scope,
  window: Window,
  most: number,
): Promise<{ total: number; people: Buffer }> {
  const [text, values] = scopeQuery(scope, window);
  const row = await tx.row<{ total: number; people: Buffer | null }>(
    `with q as materialized (${text})
     select (select count(*) from q)::int as total, string_agg(uuid_send(d.person_id), ''::bytea order by d.rank, d.person_id) as people
     from (select person_id, uuid_hash(person_id) as rank from q order by 2, 1 limit $3) d`,
    [NOBODY, null, most, ...values],
  );
  return { total: row?.total ?? 0, people: row?.people ?? Buffer.alloc(0) };
}

/** Whole milliseconds, as everything else in a replay: with fractions a lead would begin after the activity that made it. */
const ms = (column: string): string => `floor(extract(epoch from ${column}) * 1000)::float8`;
const source = (
  table: string,
): string => `jsonb_build_object('id', ${table}.id, 'created_at', ${ms(`${table}.created_at`)},
  'email', ${table}.email, ${personalPairs(table)}, 'tags', cortex.plain_tags(${table}.tags),
  'attributes', cortex.plain_attributes(${table}.attributes)`;

/** These people as they are today, with the newest thing they did before the window. */
export async function peopleNow(
  tx: Tx,
  personIds: readonly string[],
  window: Window,
  asks: { last_activity: boolean; lists: readonly Group[] },
  moment: Moment,
): Promise<PersonNow[]> {
  const rows = await tx.rows<Omit<PersonNow, 'lists'>>(
    `select p.person_id, coalesce(p.email::text, p.address) as contact_email, p.consent_status as consent,
       p.lifetime_value_minor::float8 as lifetime_value_minor, u.row as profile,
       coalesce(l.rows, '[]') as leads, coalesce(e.rows, '[]') as enrollments, coalesce(s.rows, '[]') as suppressed,
       array(select t.id::text from cortex.topics t
         left join cortex.topic_choices c on c.topic_id = t.id and c.person_id = p.person_id
         where cortex.topic_off(t.id, c.wanted, t.default_on) or t.id = any(p.linked_topics_off)) as topics_off,
       ${ms('greatest(p.paused_until, p.linked_paused_until)')} as paused_until,
       case when $2 then (
         select ${ms('a.occurred_at')} from public.crm_activities a
         where a.person_id = p.person_id and a.occurred_at < $3::timestamptz
           and a.type <> all ($4::text[]) and not (a.type ^@ any ($5::text[]))
         order by a.occurred_at desc, a.id desc limit 1) end as last_activity
     from cortex.people p
     left join lateral (
       select u.id, ${source('u')}) as row from public.unified_profiles u
       where cortex.address(u.email) collate "C" = p.address order by u.created_at, u.id limit 1) u on true
     left join lateral (
       select jsonb_agg(${source('l')}, 'course_id', l.course_id, 'external_id', l.external_id, 'source', l.source)) as rows from (
         ${leadsOf('p')}) l) l on true
     left join lateral (
       select jsonb_agg(jsonb_build_object('id', e.id, 'course_id', e.course_id, 'lead_id', e.lead_id, 'status', e.status,
         'created_at', ${ms('e.created_at')}, 'updated_at', ${ms('e.updated_at')})) as rows
       from public.enrollments e where e.profile_id = u.id) e on true
     left join lateral (
       select jsonb_agg(jsonb_build_object('stream', s.stream, 'since', ${ms('s.created_at')})) as rows
       from cortex.suppressions s where s.address = p.address) s on true
     where p.person_id = any($1::uuid[])
     order by p.person_id`,
    [personIds, asks.last_activity, window.from.toISOString(), notByThePerson, notByThePersonPrefixes],
  );
  const lists = asks.lists.length > 0 ? await loadFacts(tx, personIds, asks.lists, moment) : undefined;
  return rows.map((row) => ({ ...row, lists: lists?.get(row.person_id)?.lists ?? {} }));
}

/** When a recorded activity counts as arrived: one that was brought in later counts when it happened. */
const ARRIVED = `case when a.history or a.received_at - make_interval(secs => $2) > a.occurred_at
  then a.occurred_at else a.received_at end`;
const COLUMNS = `a.person_id, a.id, a.type, ${metadataOf('a')} as metadata, a.source, a.occurred_at, ${ARRIVED} as at`;

/** Every change of these people's facts since the window began, newest first. */
export const changesSince = (
  tx: Tx,
  personIds: readonly string[],
  window: Window,
  lateAfter: number,
): Promise<PastActivity[]> =>
  tx.rows(
    `select ${COLUMNS} from public.crm_activities a
     where a.person_id = any($1::uuid[]) and a.type = any($3::text[]) and a.occurred_at >= $4::timestamptz
     order by at desc, a.id desc`,
    [personIds, lateAfter, [...factTypes], window.from.toISOString()],
  );

export interface Place {
  person_id: string;
  occurred_at: string;
  id: string;
}

/** A page of what happened to these people in the window, person by person in order of the instants; all types if none are named. */
export const activitiesOf = (
  tx: Tx,
  personIds: readonly string[],
  window: Window,
  options: { lateAfter: number; types: readonly string[] | undefined; after: Place | undefined; limit: number },
): Promise<(PastActivity & { exact: string })[]> =>
  tx.rows(
    `select ${COLUMNS}, a.occurred_at::text as exact from public.crm_activities a
     where a.person_id = any($1::uuid[]) and a.occurred_at >= $3::timestamptz and a.occurred_at < $4::timestamptz
       ${options.types ? 'and a.type = any($9::text[])' : 'and $9::text[] is null'}
       and ($5::uuid is null or (a.person_id, a.occurred_at, a.id) > ($5::uuid, $6::timestamptz, $7::uuid))
     order by a.person_id, a.occurred_at, a.id limit $8`,
    [
      personIds,
      options.lateAfter,
      window.from.toISOString(),
      window.to.toISOString(),
      options.after?.person_id ?? null,
      options.after?.occurred_at ?? null,
      options.after?.id ?? null,
      options.limit,
      options.types ?? null,
    ],
  );

/** Entries of these people into the automation before the window. */
export async function entriesBefore(
  tx: Tx,
  automationId: string,
  personIds: readonly string[],
  window: Window,
): Promise<Map<string, PastEntry[]>> {
  const rows = await tx.rows<PastEntry>(
    `select automation_id, person_id, entry_key, context->>'key' as key, entered_at, false as seen
     from cortex.automation_runs
     where automation_id = $1 and person_id = any($2::uuid[]) and entered_at < $3::timestamptz`,
    [automationId, personIds, window.from.toISOString()],
  );
  const found = new Map<string, PastEntry[]>();
  for (const row of rows) found.set(row.person_id, [...(found.get(row.person_id) ?? []), row]);
  return found;
}

/** What each activity condition had counted when the window began, by person and then by the condition's key. */
export async function aggregatesBefore(
  tx: Tx,
  personIds: readonly string[],
  conditions: readonly Condition[],
  window: Window,
  timezone: string,
): Promise<Map<string, Map<string, Before>>> {
  const found = new Map<string, Map<string, Before>>();
  const moment: Moment = { now: window.from, timezone };
  const fixed = conditions.filter((each) => !comparesWithStart(each));
  for (const condition of new Map(fixed.map((each) => [aggregateKey(each), each])).values()) {
    const values: unknown[] = [personIds, condition.activity_type, window.from.toISOString()];
    const bind = (value: unknown, type: string): string => `$${values.push(value)}::${type}`;
    const since = condition.within && bind(instantLiteral(shift(moment, condition.within, 'ago')), 'timestamptz');
    let where = '';
    if (condition.where) {
      const fragment = whereToSql(condition.where, { ...moment, offset: values.length });
      values.push(...fragment.values);
      where = `and (${fragment.text})`;
    }
    const rows = await tx.rows<Before & { person_id: string }>(
      `select a.person_id, count(*)::int as count, ${ms('min(a.occurred_at)')} as first_at, ${ms('max(a.occurred_at)')} as last_at,
         ${since ? `coalesce(array_agg(${ms('a.occurred_at')}) filter (where a.occurred_at >= ${since}), '{}')` : "'{}'::float8[]"} as recent
       from public.crm_activities a
       where a.person_id = any($1::uuid[]) and a.type = $2 and a.occurred_at < $3::timestamptz ${where}
       group by a.person_id`,
      values,
    );
    for (const { person_id, ...before } of rows) {
      const own = found.get(person_id) ?? new Map<string, Before>();
      found.set(person_id, own.set(aggregateKey(condition), before));
    }
  }
  return found;
}

/**
 * What these people had done when the window began, of the types that conditions compare with what started a run: by
 * person and type, as many rows as differ in what the conditions ask about.
 */
export async function alikeBefore(
  tx: Tx,
  personIds: readonly string[],
  conditions: readonly Condition[],
  window: Window,
  timezone: string,
): Promise<Map<string, Map<string, Alike[]>>> {
  const found = new Map<string, Map<string, Alike[]>>();
  const moment: Moment = { now: window.from, timezone };
  const own = conditions.filter(comparesWithStart);
  for (const type of new Set(own.map(({ activity_type }) => activity_type!))) {
    const asking = own.filter(({ activity_type }) => activity_type === type);
    const keys = new Set(
      asking.flatMap(({ where }) => [...conditionsOf(where!)]).map(({ field }) => field.split('.')[1]),
    );
    const since = Math.min(
      ...asking.map(({ within }) => (within ? shift(moment, within, 'ago') : window.from.getTime())),
    );
    const rows = await tx.rows<Alike & { person_id: string }>(
      `select a.person_id, a.metadata, count(*)::int as count, ${ms('min(a.occurred_at)')} as first_at,
         ${ms('max(a.occurred_at)')} as last_at,
         coalesce(array_agg(${ms('a.occurred_at')}) filter (where a.occurred_at >= $4::timestamptz), '{}') as recent
       from (
         select person_id, occurred_at, case when jsonb_typeof(metadata) = 'object' then (
             select coalesce(jsonb_object_agg(m.key, m.value), '{}') from jsonb_each(metadata) m where m.key = any($5::text[]))
           else ${metadataOf('w')} end as metadata
         from public.crm_activities w
         where person_id = any($1::uuid[]) and type = $2 and occurred_at < $3::timestamptz) a
       group by a.person_id, a.metadata`,
      [personIds, type, window.from.toISOString(), instantLiteral(since), [...keys]],
    );
    for (const { person_id, ...alike } of rows) {
      const byType = found.get(person_id) ?? new Map<string, Alike[]>();
      const known = byType.get(type);
      if (known) known.push(alike);
      else byType.set(type, [alike]);
      found.set(person_id, byType);
    }
  }
  return found;
}

/** A value that somebody's date had at some instant of the window, with the zone they had. */
export interface DateValue {
  person_id: string;
  raw: string;
  zone: string | null;
}

/** When these dates are reached inside the window, by person and oldest first. */
export async function datesReached(
  tx: Tx,
  dates: readonly DateValue[],
  start: DateStart,
  window: Window,
  timezone: string,
): Promise<Map<string, Call[]>> {
  const { offset, time, repeat, date_field } = start;
  const span = `${offset?.n ?? 0} ${offset?.unit ?? 'days'}`;
  const onCalendar = !offset || ['days', 'weeks', 'months'].includes(offset.unit);
  const years = Array.from(
    { length: window.to.getUTCFullYear() - window.from.getUTCFullYear() + 3 },
    (_, at) => window.from.getUTCFullYear() - 1 + at,
  );
  const rows = await tx.rows<DateValue & { occasion: string; at: number }>(
    `select d.person_id, d.raw, d.zone, 'date:' || o.day as occasion, ${ms('o.at')} as at
     from unnest($1::uuid[], $2::text[], $3::text[]) d(person_id, raw, zone)
     cross join lateral cortex.date_occasions(d.raw, coalesce($8::text, cortex.known_zone(d.zone, $9::text)), $6::time,
       $7::interval, $10::interval, $11::int[], $12) o
     where o.at > $4::timestamptz and o.at <= $5::timestamptz
     order by o.at`,
    [
      dates.map(({ person_id }) => person_id),
      dates.map(({ raw }) => raw),
      dates.map(({ zone }) => zone),
      window.from.toISOString(),
      window.to.toISOString(),
      time ?? null,
      onCalendar ? span : '0',
      start.timezone === 'contact' ? null : start.timezone,
      timezone,
      onCalendar ? '0' : span,
      repeat === 'yearly' ? years : null,
      !date_field.startsWith('attributes.'),
    ],
  );
  const found = new Map<string, Call[]>();
  for (const { person_id, occasion, at, raw, zone } of rows)
    found.set(person_id, [...(found.get(person_id) ?? []), { at, occasion, date: { raw, zone } }]);
  return found;
}
