import type { Operator, ValueType } from './operator.js';
import { settingsSql } from './settings-sql.js';

/**
 * The fragments of SQL that both compilers put together: `to-sql`, which binds every value, and
 * `to-function-sql`, whose PL/pgSQL quotes them. All speak of `cortex.people p` and `public.crm_activities a`.
 */
export const negated = (condition: string): string => `((${condition}) is not true)`;

/** Free data read as a type; the twins of `readAs`. */
export const readJson: Partial<Record<ValueType, (json: string, zone: string) => string>> = {
  any: (json) => json,
  text: (json) => `cortex.json_text(${json})`,
  number: (json) => `cortex.json_number(${json})`,
  boolean: (json) => `cortex.json_boolean(${json})`,
  instant: (json, zone) => `cortex.json_instant(${json}, ${zone})`,
};

/** An attribute of a person, read as a type. Texts and numbers, which most rules ask for, have quicker ways. */
export const readAttribute: Partial<Record<ValueType, (name: string, zone: string) => string>> = {
  any: (name) => attribute(name),
  text: (name) => `cortex.field_text(p.attributes, ${name})`,
  number: (name) => `cortex.field_number(p.attributes, ${name})`,
  boolean: (name) => readJson.boolean!(attribute(name), ''),
  instant: (name, zone) => readJson.instant!(attribute(name), zone),
};
const attribute = (name: string): string => `(p.attributes -> ${name})`;

/** Cheap to ask first of an attribute that is to be one of some plain texts: whether it is as long as one of them. */
export const attributeAsLong = (name: string, lengths: string): string =>
  `octet_length(p.attributes ->> ${name}) = ${lengths}`;

export const attributeAsIs = (name: string): string => `((p.attributes ->> ${name}) collate "C")`;

/** What is to be one of them: planning and running a fold would cost far more. */
export const attributeInLowerCase = (name: string): string =>
  `(lower((p.attributes ->> ${name}) collate "pg_unicode_fast") collate "C")`;

/** An attribute for which `alone` holds, or a list of which some element does. */
export const attributeSome = (name: string, alone: string, element: string): string =>
  `(${alone} or (jsonb_typeof(${attribute(name)}) = 'array' and exists (select from jsonb_array_elements(case jsonb_typeof(${attribute(name)}) when 'array' then ${attribute(name)} end) as e (v) where ${element})))`;
export const attributeElement = 'e.v';

/** Any value at a path of an activity's metadata. */
export const metadataSome = (path: string, condition: string): string =>
  `exists (select from jsonb_path_query(a.metadata, ${path}) as m (v) where ${condition})`;
export const metadataValue = 'm.v';

export const aggregates: Record<NonNullable<Operator['aggregate']>, string> = {
  count: 'count(*)',
  first: 'min(a.occurred_at)',
  last: 'max(a.occurred_at)',
};

/** Of the activities: those of this type, of people we know. */
export const activityRows = (type: string): string => `a.type = ${type} and a.person_id is not null`;
export const activityBetween = (since: string, until: string): string =>
  ` and a.occurred_at between ${since} and ${until}`;
export const activityAfter = (instant: string): string => ` and a.occurred_at > ${instant}`;
export const activityWhere = (where: string): string => ` and (${where})`;
export const activityOf = (persons: string): string => ` and a.person_id = any(${persons})`;

/*
 * Always EXISTS, never IN: the planner turns it into a join also below NOT, and inside an OR it may ask person by
 * person or once for all, whichever is less work. “NOT IN” and “IN (…) is not true” read everything first.
 */
/** People whose activities, taken together, fulfil `having`. */
export const activitySome = (rows: string, having: string): string =>
  `exists (select from (select a.person_id from public.crm_activities a where ${rows} group by a.person_id having ${having}) s where s.person_id = p.person_id)`;

/** The same, where people without any such activity count too. */
export const activityNone = (rows: string, having: string): string =>
  `not exists (select from (select a.person_id from public.crm_activities a where ${rows} group by a.person_id having not (${having})) s where s.person_id = p.person_id)`;

/** People with at least one such activity: nothing has to be counted. */
export const activityAny = (rows: string): string =>
  `exists (select from public.crm_activities a where ${rows} and a.person_id = p.person_id)`;

export const enrollmentSome = (rows: string): string =>
  `exists (select from public.enrollments e where e.profile_id = p.id and ${rows})`;
export const enrollmentIn = (course: string): string => ` and e.course_id = ${course}`;
export const enrollmentStatus = (status: string): string => ` and e.status = ${status}`;

export const memberOf = (list: string): string =>
  `exists (select from cortex.list_members m where m.smart_list_id = ${list} and m.person_id = p.person_id)`;

/** A text that has `part` somewhere in it; what an index of trigrams answers. */
export const hasPart = (text: string, part: string): string => `${text} like cortex.like_part(${part})`;

/** A text that begins with `part`; what the same index answers, looking for less. */
export const beginsWith = (text: string, part: string): string => `${text} like substr(cortex.like_part(${part}), 2)`;

/**
 * A condition behind another that already finds nearly the same people. The planner would multiply their shares and
 * expect nobody; of a CASE it expects half.
 */
export const confirming = (condition: string): string => `case when ${condition} then true end`;

const inDirectory = 'p.type is not null';

/**
 * Whom lists are about: everyone in the directory, but not rows that were merged into another. Whether anybody was
 * is asked once per statement; joining everybody to the usually empty table would double the cost of a broad count.
 */
export const everyone = `${inDirectory} and (not exists (select from cortex.person_links) or not exists (select from cortex.person_links k where k.person_id = p.person_id))`;

/**
 * `everyone` for a statement about the whole directory that PostgreSQL may share among its workers: it gives them none in
 * which a subquery asks about each row. Who is linked is read once and looked up in memory, which `work_mem` has to allow.
 */
export const everyoneAtOnce = `${inDirectory} and (not exists (select from cortex.person_links) or p.person_id not in (select k.person_id from cortex.person_links k))`;

/**
 * Whether marketing mail may go to `cortex.people p`, accounts linked with theirs included. Two conditions on columns, so
 * that the planner knows how many people they leave.
 * @param mailUnanswered SQL of the workspace's setting
 */
export const mayBeMailed = (mailUnanswered: string): string =>
  `(cortex.may_be_mailed(p.suppressed_broadcast, p.consent_status, ${mailUnanswered}) and p.linked_consent is null)`;

/** How many of its smallest units make a whole one of the workspace's currency; asked once for a statement. */
export const moneyUnit = `(select cortex.money_unit(w.currency) from (${settingsSql('currency')}) w)`;

/** What `cortex.people p` have paid, less refunds, in whole units of the workspace's currency. */
export const lifetimeValue = `(p.lifetime_value_minor::float8 / ${moneyUnit})`;
