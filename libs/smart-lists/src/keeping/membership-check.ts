import { loadFacts, momentOf } from '#directory';
import type { Tx } from '#platform';
import {
  asksOfAnyAge,
  dependencies,
  everyone,
  shift,
  toSql,
  type Condition,
  type Group,
  type ListDefinition,
  type Moment,
} from '#rules';
import { Decider } from '#rules/engine';
import type { KeptList } from './kept-lists.js';

/** Lists asked about in one statement. */
const LISTS_AT_A_TIME = 25;
/** So few people are decided about in memory, for several lists: what they did is read once, and little has to be planned. */
const FEW = 20;

/** Whether somebody is inside a list by the rules, and by what was kept. */
export interface MembershipCheck {
  person_id: string;
  list: KeptList;
  inside: boolean;
  was: boolean;
}

/** Of each of these people in each of these lists. Who has no row in the directory is left out. */
export async function checkMembership(
  tx: Tx,
  lists: readonly KeptList[],
  people: readonly string[],
): Promise<MembershipCheck[]> {
  const moment = await momentOf(tx);
  const few = people.length <= FEW && lists.length > 1 ? await inMemory(tx, lists, people, moment) : undefined;
  if (few) return few;
  const found: MembershipCheck[] = [];
  for (let at = 0; at < lists.length; at += LISTS_AT_A_TIME) {
    found.push(...(await inDatabase(tx, lists.slice(at, at + LISTS_AT_A_TIME), people, moment)));
  }
  return found;
}

async function inDatabase(
  tx: Tx,
  lists: readonly KeptList[],
  people: readonly string[],
  moment: Moment,
): Promise<MembershipCheck[]> {
  const values: unknown[] = [people, lists.map((list) => list.id)];
  const columns = lists.map(({ id, definitions }) => {
    const fragment = toSql(asking(id), { ...moment, lists: definitions, persons: people, offset: values.length });
    values.push(...fragment.values);
    return `((${everyone}) and (${fragment.text})) is true`;
  });
  const rows = await tx.rows<{ person_id: string; inside: boolean[]; was: boolean[] }>(
    `select p.person_id, array[${columns.join(', ')}] as inside,
       array(select exists (select from cortex.list_members m where m.smart_list_id = l.id and m.person_id = p.person_id)
         from unnest($2::uuid[]) with ordinality l (id, ord) order by l.ord) as was
     from cortex.people p where p.person_id = any($1::uuid[])`,
    values,
  );
  return rows.flatMap(({ person_id, inside, was }) =>
    lists.map((list, at) => ({ person_id, list, inside: inside[at]!, was: was[at]! })),
  );
}

/** All that people are in, few enough to be read as a whole; without a list, that they were merged into another. */
const MEMBERSHIPS = {
  name: 'memberships of people',
  text: `select smart_list_id as id, person_id from cortex.list_members where person_id = any($1::uuid[])
    union all select null, person_id from cortex.person_links where person_id = any($1::uuid[])`,
};

/** Undefined when the lists ask about each other in a circle, which only another program can have written. */
async function inMemory(
  tx: Tx,
  lists: readonly KeptList[],
  people: readonly string[],
  moment: Moment,
): Promise<MembershipCheck[] | undefined> {
  const definitions = new Map(lists.flatMap((list) => [...list.definitions]));
  const order = inOrder(definitions);
  if (!order) return undefined;
  const groups = [...definitions.values()].flatMap(({ rules }) => rules ?? []);
  const since = earliest(dependencies(...groups).activities, moment);
  const facts = await loadFacts(tx, people, groups, moment, { withoutLists: true, since });
  const rows = await tx.rows<{ id: string | null; person_id: string }>(MEMBERSHIPS, [people]);
  const members = new Set(rows.map(({ id, person_id }) => `${id ?? 'merged'} ${person_id}`));
  const decider = new Decider(moment);
  const found: MembershipCheck[] = [];
  for (const [person_id, known] of facts) {
    const shown = known.type !== null && !members.has(`merged ${person_id}`);
    for (const ids of order) {
      const rules = ids.flatMap((id) => definitions.get(id)!.rules ?? []);
      const answers = await decider.decideAll(rules, known);
      for (const id of ids) {
        const list = definitions.get(id)!;
        known.lists[id] =
          list.kind === 'static' ? members.has(`${id} ${person_id}`) : answers.get(list.rules!) === true;
      }
    }
    for (const list of lists) {
      const was = members.has(`${list.id} ${person_id}`);
      found.push({ person_id, list, inside: shown && known.lists[list.id] === true, was });
    }
  }
  return found;
}

/** The lists in steps: each asks only about lists of earlier ones. */
function inOrder(definitions: ReadonlyMap<string, ListDefinition>): string[][] | undefined {
  const open = new Map([...definitions].map(([id, { rules }]) => [id, rules ? dependencies(rules).lists : []]));
  const steps: string[][] = [];
  while (open.size > 0) {
    const step = [...open].filter(([, asked]) => !asked.some((id) => open.has(id))).map(([id]) => id);
    if (step.length === 0) return undefined;
    for (const id of step) open.delete(id);
    steps.push(step);
  }
  return steps;
}

/** Before this none of the conditions looks; undefined when one looks back without end. */
function earliest(conditions: readonly Condition[], moment: Moment): number | undefined {
  if (conditions.some(asksOfAnyAge)) return undefined;
  return Math.min(...conditions.map((condition) => shift(moment, condition.within!, 'ago')));
}

export const asking = (id: string): Group => ({
  operator: 'AND',
  conditions: [{ field: 'smart_list', operator: 'in', value: [id] }],
});
