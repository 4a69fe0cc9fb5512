import { appendActivities, type NewActivity } from '#activities';
import type { Tx } from '#platform';
import { noteTouched, turning } from '../keeping/update-membership.js';

/** One person who is to come onto a static list, or to go. */
export interface ListChange {
  smart_list_id: string;
  person_id: string;
  action: 'add' | 'remove';
  /** The step that does it. */
  by: { automation_id: string; run_id: string; node_id: string };
}

/**
 * Puts people on static lists and takes them off, in the order given; for each whether that changed anything. It is
 * told as activities, and the lists that ask about these look again later.
 * @throws Error when a list does not exist any more, or follows rules
 */
export async function changeStaticLists(tx: Tx, changes: readonly ListChange[]): Promise<boolean[]> {
  const ids = [...new Set(changes.map((change) => change.smart_list_id))].sort();
  const known = await tx.rows<{ id: string; kind: string; name: string }>(
    'select id, kind, name from public.crm_smart_lists where id = any($1::uuid[])',
    [ids],
  );
  for (const id of ids) {
    const kind = known.find((list) => list.id === id)?.kind;
    if (kind === undefined) throw new Error('The list of this step no longer exists.');
    if (kind !== 'static') throw new Error('The list of this step follows rules. Only static lists can be changed.');
  }
  const done = new Array<boolean>(changes.length).fill(false);
  const told: NewActivity[] = [];
  for (const list of known.sort((one, other) => (one.id < other.id ? -1 : 1))) {
    const { id } = list;
    let grown = 0;
    for (const action of ['add', 'remove'] as const) {
      const own = [...changes.entries()].filter(([, each]) => each.smart_list_id === id && each.action === action);
      if (own.length === 0) continue;
      const changed = await tx.rows<{ person_id: string }>(writes[action], [
        id,
        own.map(([, change]) => change.person_id),
      ]);
      grown += action === 'add' ? changed.length : -changed.length;
      // Of several steps that want the same for somebody, the first did it.
      const left = new Set(changed.map((row) => row.person_id));
      for (const [at, change] of own) {
        done[at] = left.delete(change.person_id);
        if (done[at]) told.push(turning(list, change.person_id, action === 'add', change.by));
      }
    }
    if (grown !== 0)
      await tx.run(
        'update public.crm_smart_lists set user_count = greatest(0, coalesce(user_count, 0) + $2::int), counted_at = cortex.now() where id = $1',
        [id, grown],
      );
  }
  const people = changes.flatMap(({ person_id }, at) => (done[at] ? [person_id] : []));
  if (people.length > 0) await noteTouched(tx, [...new Set(people)], 'static');
  await appendActivities(tx, told);
  return done;
}

const writes = {
  add: `insert into cortex.list_members (smart_list_id, person_id)
    select distinct $1::uuid, person_id from unnest($2::uuid[]) person_id order by person_id
    on conflict do nothing returning person_id`,
  remove:
    'delete from cortex.list_members where smart_list_id = $1 and person_id = any($2::uuid[]) returning person_id',
} as const;
