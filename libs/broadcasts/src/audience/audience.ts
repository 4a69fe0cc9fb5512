import { addressOf, loadListDefinitions, momentOf } from '#directory';
import { AppError, unknownAddress, type Tx } from '#platform';
import { dependencies, toSql, type Group, type ListDefinition, type SkipReason, type SqlFragment } from '#rules';
import { funnelOfColleagues, judgeColleague } from './colleagues.js';
import { judgeBy, JUDGING, type Judging } from './judging.js';

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

export interface Funnel {
  /** People of the audience. */
  candidates: number;
  /** Who of them gets no mail, by reason; reasons that hold for nobody are left out. */
  skipped: Partial<Record<SkipReason, number>>;
  will_receive: number;
}

/**
 * Counts an audience as it is now. PostgreSQL lets its workers count parts of it, if it expects few groups and no
 * subquery asks about each row (`judging.ts`). Of a subquery with an OFFSET it expects two hundred groups; without one it
 * would look at what a reason is made of and expect as many as there are people. The quotes make the zero a constant
 * before it is planned: of any other OFFSET it thinks that only one process may count it.
 */
export async function funnelOf(tx: Tx, audience: FixedAudience, judging: Judging): Promise<Funnel> {
  if (audience.staff) return funnelOfColleagues(tx);
  const judge = await judgeBy(tx, judging, 'all');
  const condition = audienceSql(audience, JUDGING);
  const rows = await tx.rows<{ reason: SkipReason | null; n: number }>(
    `select j.reason, count(*)::int as n from (${judge.sql(condition.text)} offset '0') j group by 1`,
    [...judge.values, ...condition.values],
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
  const judge = await judgeBy(tx, judging);
  const asked = async (of: FixedAudience) => {
    const condition = audienceSql(of, JUDGING + 1);
    return tx.row<{ reason: SkipReason | null }>(judge.sql(`p.person_id = $6::uuid and ${condition.text}`), [
      ...judge.values,
      person.person_id,
      ...condition.values,
    ]);
  };
  const judged = await asked(audience);
  if (judged) return judged.reason;
  return (await asked({ ...audience, exclude: [] })) ? 'left_out' : 'not_in_audience';
}
