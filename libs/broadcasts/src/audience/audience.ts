import { addressOf, loadListDefinitions, momentOf } from '#directory';
import { isCapped } from '#emails';
import { AppError, unknownAddress, type Tx } from '#platform';
import {
  dependencies,
  everyone,
  settingsSql,
  toSql,
  type Group,
  type ListDefinition,
  type SkipReason,
  type SqlFragment,
} from '#rules';
import { funnelOfColleagues, judgeColleague } from './colleagues.js';

/**
 * For whom a broadcast is: who is in one of these lists or fulfils the rules, but nobody of the lists to leave out; or,
 * with `staff`, everybody who works here, and nobody else.
 */
export interface Audience {
  staff: boolean;
  include: string[];
  exclude: string[];
  rules: Group | null;
}

/** The same with the rules of all lists as they were at one moment, so that every part of it is asked the same. */
export interface FixedAudience extends Audience {
  lists: Record<string, ListDefinition>;
  /** RFC 3339. */
  now: string;
  timezone: string;
}

/** @throws AppError 422 when a list does not exist; RuleError when a list's rules cannot be read */
export async function fixAudience(tx: Tx, audience: Audience): Promise<FixedAudience> {
  const { staff, include, exclude, rules } = audience;
  const asked = [...new Set([...include, ...exclude, ...(rules ? dependencies(rules).lists : [])])];
  const lists = await loadListDefinitions(tx, asked);
  const missing = asked.find((id) => !lists.has(id));
  if (missing !== undefined) {
    const message = `The smart list ${missing} does not exist. Choose another one.`;
    throw new AppError('broadcast_not_ready', `This broadcast cannot be sent yet. ${message}`, {
      errors: [{ pointer: exclude.includes(missing) ? '/exclude_smart_list_ids' : '/include_smart_list_ids', message }],
    });
  }
  const { now, timezone } = await momentOf(tx);
  return { staff, include, exclude, rules, lists: Object.fromEntries(lists), now: now.toISOString(), timezone };
}

const inOneOf = (lists: string[]): Group => ({
  operator: 'AND',
  conditions: [{ field: 'smart_list', operator: 'in', value: lists }],
});

/**
 * Who is in the audience, as a condition over `cortex.people p`.
 * @param offset parameters that stand before those of the condition
 * @param persons when only some are asked about: what they did is then read, and not what everybody did
 */
export function audienceSql(audience: FixedAudience, offset: number, persons?: readonly string[]): SqlFragment {
  const { include, exclude, rules, timezone } = audience;
  const options = { now: new Date(audience.now), timezone, lists: new Map(Object.entries(audience.lists)), persons };
  const values: unknown[] = [];
  const compiled = (group: Group): string => {
    const fragment = toSql(group, { ...options, offset: offset + values.length });
    values.push(...fragment.values);
    return `(${fragment.text})`;
  };
  const inside = [...(include.length > 0 ? [compiled(inOneOf(include))] : []), ...(rules ? [compiled(rules)] : [])];
  const outside = exclude.length > 0 ? ` and (${compiled(inOneOf(exclude))} is not true)` : '';
  return { text: inside.length > 0 ? `(${inside.join(' or ')})${outside}` : 'false', values };
}

/** How many parts an audience has that its report can tell apart: its lists, and the rules of its own. */
export const partsOf = ({ include, rules }: Audience): number => include.length + (rules ? 1 : 0);

/**
 * In which parts of an audience somebody is, as an array of their places (the rules come last), over `cortex.people p`.
 * @param offset parameters that stand before those of the expression
 */
export function placesSql(audience: FixedAudience, offset: number, persons: readonly string[]): SqlFragment {
  const { include, rules } = audience;
  const values: unknown[] = [];
  const parts = [...include.map((id) => inOneOf([id])), ...(rules ? [rules] : [])].map((part, place) => {
    const only = { ...audience, include: [], exclude: [], rules: part };
    const condition = audienceSql(only, offset + values.length, persons);
    values.push(...condition.values);
    return `case when ${condition.text} then ${place} end`;
  });
  return { text: `array_remove(array[${parts.join(', ')}]::smallint[], null)`, values };
}

/** What of a broadcast decides who of its audience gets its mail. */
export interface Judging {
  id: string;
  /** The topic that people must want. */
  topic_id: string | null;
  /** The share that gets nothing, from 0 to 50. */
  holdout_percent: number;
}

/** The values that `judgedSql` asks first. */
export const judgingValues = ({ id, topic_id, holdout_percent }: Judging): [string, string | null, number] => [
  id,
  topic_id,
  holdout_percent,
];
/** How many they are. */
export const JUDGING = 3;

/**
 * Everybody of an audience, each with why no mail of the broadcast goes to them now, or null: rows of `person_id` and
 * `reason`. The funnel, the answer about one person and freezing all ask this. Whether a mail may go to somebody is
 * `cortex.mail_refusal`; the list of suppressions is asked beside the person's flag, as when a mail is claimed. Who is
 * held out is drawn among those who would get it. $1 to $3 are the `judgingValues`.
 * @param condition over `cortex.people p`
 */
export const judgedSql = (condition: string): string => `
  select p.person_id, coalesce(
      cortex.mail_refusal('broadcast', true,
        p.suppressed_broadcast
          or exists (select from cortex.suppressions s where s.address = p.address and s.stream = 'broadcast'),
        coalesce(p.linked_consent, p.consent_status), w.mail_unanswered,
        case when $2::uuid is not null then cortex.topic_off($2::uuid,
          (select c.wanted from cortex.topic_choices c where c.person_id = p.person_id and c.topic_id = $2::uuid),
          (select t.default_on from cortex.topics t where t.id = $2::uuid))
          or coalesce($2::uuid = any(p.linked_topics_off), false) else false end,
        coalesce(greatest(p.paused_until, p.linked_paused_until) > cortex.now(), false)),
      case when ${isCapped('w.frequency_cap', 'p.person_id')} then 'capped' end,
      case when $3::int > 0 and cortex.lot($1::uuid, p.person_id, 'hold-out') < $3::int * 10000 then 'held_out' end) as reason
  from cortex.people p
  cross join (${settingsSql('mail_unanswered', 'frequency_cap')}) w
  where ${everyone} and (${condition})`;

export interface Funnel {
  /** People of the audience. */
  candidates: number;
  /** Who of them gets no mail, by reason; reasons that hold for nobody are left out. */
  skipped: Partial<Record<SkipReason, number>>;
  will_receive: number;
}

/** Counts an audience as it is now. */
export async function funnelOf(tx: Tx, audience: FixedAudience, judging: Judging): Promise<Funnel> {
  if (audience.staff) return funnelOfColleagues(tx);
  const condition = audienceSql(audience, JUDGING);
  const rows = await tx.rows<{ reason: SkipReason | null; n: number }>(
    `select j.reason, count(*)::int as n from (${judgedSql(condition.text)}) j group by 1`,
    [...judgingValues(judging), ...condition.values],
  );
  const skipped = rows.filter((row): row is { reason: SkipReason; n: number } => row.reason !== null);
  return {
    candidates: rows.reduce((sum, { n }) => sum + n, 0),
    skipped: Object.fromEntries(skipped.map(({ reason, n }) => [reason, n])),
    will_receive: rows.find(({ reason }) => reason === null)?.n ?? 0,
  };
}

/** Why somebody gets no mail of a broadcast: a reason of `skipReasons`, or that the audience is not about them. */
export type OutReason = SkipReason | 'not_in_audience' | 'not_staff' | 'left_out';

/**
 * Whether one person would get the mail, and if not, why.
 * @throws AppError 404 when nobody in the directory has this address, unless it is about colleagues
 */
export async function judgeOne(
  tx: Tx,
  audience: FixedAudience,
  judging: Judging,
  email: string,
): Promise<OutReason | null> {
  if (audience.staff) return judgeColleague(tx, email);
  const person = await tx.row<{ person_id: string }>(
    `select coalesce(k.into_person_id, p.person_id) as person_id from cortex.people p
     left join cortex.person_links k on k.person_id = p.person_id
     where p.address = $1 and p.type is not null`,
    [addressOf(email) ?? ''],
  );
  if (!person) throw unknownAddress();
  const asked = async (of: FixedAudience) => {
    const condition = audienceSql(of, JUDGING + 1);
    return tx.row<{ reason: SkipReason | null }>(judgedSql(`p.person_id = $4::uuid and ${condition.text}`), [
      ...judgingValues(judging),
      person.person_id,
      ...condition.values,
    ]);
  };
  const judged = await asked(audience);
  if (judged) return judged.reason;
  return (await asked({ ...audience, exclude: [] })) ? 'left_out' : 'not_in_audience';
}
