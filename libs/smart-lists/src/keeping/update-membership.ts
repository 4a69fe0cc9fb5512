import { appendActivities, type NewActivity } from '#activities';
import { lockPeople, type Tx } from '#platform';
import { isByThePerson } from '#rules';
import { enterListGate, type KeptList, type KeptLists } from './kept-lists.js';
import { checkMembership } from './membership-check.js';

/** What happened to somebody, as far as lists can ask about it. */
export interface Happened {
  person_id: string;
  type: string;
  /** Only recorded: it starts nothing, and neither does entering a list by it. */
  history: boolean;
}

/** Whether the answer of a list can have changed by an activity. Other changes of a person are noted by the database. */
const concernedBy = ({ changes, depends }: KeptList, type: string): boolean =>
  changes.has('activity') &&
  (depends.activity_types.includes(type) || (depends.fields.includes('last_activity') && isByThePerson(type)));

/**
 * Brings the kept membership of these people up to date after activities of theirs: only lists that depend on
 * what happened are asked. Their locks are held, and `last_activity` is already written.
 */
export async function keepMembership(tx: Tx, known: KeptLists, happened: readonly Happened[]): Promise<void> {
  const { lists, settling } = await known.now(tx);
  const byPerson = new Map<string, { past: boolean }>();
  for (const { person_id, history } of happened) {
    byPerson.set(person_id, { past: (byPerson.get(person_id)?.past ?? true) && history });
  }
  const past = new Set([...byPerson].flatMap(([person, each]) => (each.past ? [person] : [])));
  if (settling) {
    await noteTouched(
      tx,
      [...byPerson.keys()].filter((person) => !past.has(person)),
      'any',
    );
    await noteTouched(tx, [...past], 'any', { history: true });
  }
  if (lists.length === 0) return;
  const types = new Set(happened.map((each) => each.type));
  const concerned = lists.filter((list) => [...types].some((type) => concernedBy(list, type)));
  if (concerned.length === 0) return;
  await lookAgain(tx, concerned, [...byPerson.keys()], past);
}

/** What of a person changed, where it was no activity. */
export type Touch = 'person' | 'enrollment' | 'static' | 'any';

/** Notes people to be looked at once every list is filled. With `history`, a list they enter by it starts nothing. */
export const noteTouched = (
  tx: Tx,
  people: readonly string[],
  what: Touch,
  { history = false } = {},
): Promise<unknown> =>
  tx.run(
    `insert into cortex.list_touched (person_id, what, history)
     select person_id, $2, $3 from unnest($1::uuid[]) person_id where exists (select from cortex.list_keeping)`,
    [people, what, history],
  );

/** Whether the answer of a list can have changed by this. */
export const touchedBy = ({ changes }: KeptList, what: Touch): boolean =>
  what === 'any' || changes.has(what === 'static' ? 'static_list' : what);

interface Turned {
  list: KeptList;
  person_id: string;
  entered: boolean;
}

async function turned(tx: Tx, lists: readonly KeptList[], people: readonly string[]): Promise<Turned[]> {
  const found: Turned[] = [];
  for (const { person_id, list, inside, was } of await checkMembership(tx, lists, people)) {
    if (inside !== was) found.push({ list, person_id, entered: inside });
  }
  return found;
}

/** Those whose kept membership is no longer what the rules say. Locks nothing. */
export const outOfDate = async (tx: Tx, list: KeptList, people: readonly string[]): Promise<string[]> =>
  (await turned(tx, [list], people)).map((each) => each.person_id);

/**
 * Asks these lists about these people, writes who has come in and who has left, and tells it as activities. The
 * persons' locks must be held since an earlier statement.
 * @param past those for whom it is told as history, which starts nothing
 * @returns how many memberships changed
 */
export async function lookAgain(
  tx: Tx,
  lists: readonly KeptList[],
  people: readonly string[],
  past: ReadonlySet<string> = new Set(),
): Promise<number> {
  const changes = await turned(tx, lists, people);
  if (changes.length === 0) return 0;
  await tx.run(
    `insert into cortex.list_members (smart_list_id, person_id)
     select * from unnest($1::uuid[], $2::uuid[]) order by 1, 2 on conflict do nothing`,
    pairs(changes.filter((change) => change.entered)),
  );
  await tx.run(
    `delete from cortex.list_members m using unnest($1::uuid[], $2::uuid[]) g (list, person)
     where m.smart_list_id = g.list and m.person_id = g.person`,
    pairs(changes.filter((change) => !change.entered)),
  );
  await appendActivities(
    tx,
    changes.map(({ list, person_id, entered }) => ({
      ...turning(list, person_id, entered),
      history: past.has(person_id),
    })),
  );
  return changes.length;
}

/**
 * What is told of somebody who enters or leaves a list.
 * @param by the step that did it, so that its automation is not started by its own doing
 */
export const turning = (
  list: { id: string; name: string },
  personId: string,
  entered: boolean,
  by: object = {},
): NewActivity => ({
  type: entered ? 'smart_list.entered' : 'smart_list.left',
  personId,
  metadata: { smart_list_id: list.id, name: list.name, ...by },
  source: 'cortex',
});

const pairs = (changes: readonly Turned[]): [string[], string[]] => [
  changes.map((change) => change.list.id),
  changes.map((change) => change.person_id),
];

/** Enters the lists' gate and locks people, in the order in which everybody does it. */
export async function lockMembers(tx: Tx, people: readonly string[]): Promise<void> {
  await enterListGate(tx);
  await lockPeople(tx, people);
}
