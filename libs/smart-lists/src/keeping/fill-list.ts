import { isRecounting, momentOf } from '#directory';
import { AppError, databaseFailure, lockKey, type Database, type Tx } from '#platform';
import { everyone, toSql, type ListDefinition } from '#rules';
import { closeListGate, definitionOf } from './kept-lists.js';
import { stillUpdating, type Newcomers } from './newcomers.js';
import { asking } from './membership-check.js';

/** A filling may take this long (milliseconds). */
export const FILL_PATIENCE = 120_000;
/** Others may fill a list, or edit one, between two steps of ours. */
const MOST_TRIES = 5;

const LOCK = lockKey.named("'cortex.lists.fill ' || $1::text");
const lockFilling = (tx: Tx, id: string): Promise<unknown> => tx.rows(`select pg_advisory_xact_lock(${LOCK})`, [id]);

/** What kept lists were made of when they were last filled: each list's rules, and those of the lists inside. */
type Means = [id: string, kind: ListDefinition['kind'], rules: ListDefinition['rules']][];
const definitionsOf = (means: Means): Map<string, ListDefinition> =>
  new Map(means.map(([id, kind, rules]) => [id, { name: '', kind, rules }]));

/**
 * Brings a stale list to what its rules say, in one statement and so as of one instant. Silent is a first filling, and of
 * an edit the difference that the new rules make. Whoever differs for another reason (a setting, something they did that
 * was not looked at yet) is noted, and so looked at and told like after any change of a person. Changes during the
 * filling are noted by whoever makes them, since the list is stale. Its filling lock is held; a list that is not stale
 * is left alone.
 * @throws AppError 409 for a list of lifetime values while these are being counted anew
 */
async function fill(tx: Tx, id: string, newcomers: Newcomers = 'silent'): Promise<void> {
  const stale = await tx.row<{ means: Means | null }>(
    "select means from cortex.list_keeping where smart_list_id = $1 and state = 'stale' for update",
    [id],
  );
  if (!stale) return;
  const { definitions, depends, fingerprint, means } = await definitionOf(tx, id);
  if (depends.fields.includes('lifetime_value') && (await isRecounting(tx))) throw stillUpdating();
  const moment = await momentOf(tx);
  const inside = toSql(asking(id), { ...moment, lists: definitions, offset: 1 });
  const values = [id, ...inside.values];
  let owing = 'false';
  if (stale.means) {
    const lists = definitionsOf(stale.means);
    const before = toSql(asking(id), { ...moment, lists, offset: values.length });
    values.push(...before.values);
    owing = `d.entered = ((${everyone} and (${before.text})) is true)`;
    if (newcomers === 'enter') owing = `d.entered or ${owing}`;
  }
  await tx.run(
    `with chosen as materialized (
       select p.person_id from cortex.people p where ${everyone} and (${inside.text})
     ), differing as materialized (
       select c.person_id, true as entered from chosen c
       where not exists (select from cortex.list_members m where m.smart_list_id = $1 and m.person_id = c.person_id)
       union all
       select m.person_id, false from cortex.list_members m
       where m.smart_list_id = $1 and m.person_id not in (select c.person_id from chosen c)
     ), owing as materialized (
       select d.person_id from differing d join cortex.people p on p.person_id = d.person_id where ${owing}
     ), silent as materialized (
       select d.* from differing d where d.person_id not in (select o.person_id from owing o)
     ), gone as (
       delete from cortex.list_members m using silent s
       where m.smart_list_id = $1 and m.person_id = s.person_id and not s.entered
     ), come as (
       insert into cortex.list_members (smart_list_id, person_id)
       select $1, s.person_id from silent s where s.entered order by 2 on conflict do nothing
     )
     -- Of whom nothing is noted but history, this is history too.
     insert into cortex.list_touched (person_id, what, history)
     select o.person_id, 'any', coalesce(n.history, false)
     from owing o
     left join (select t.person_id, bool_and(t.history) as history from cortex.list_touched t group by 1) n
       on n.person_id = o.person_id`,
    values,
  );
  // Before the first filling nobody may have noted changes; who was still writing then is seen by another look.
  await tx.run(
    `update cortex.list_keeping set state = 'kept', fingerprint = $2, means = $3::jsonb, swept_at = cortex.now(),
       error = null, fill_again_after = case when $4 then pg_current_xact_id() end
     where smart_list_id = $1`,
    [id, fingerprint, JSON.stringify(means), stale.means === null],
  );
}

/**
 * Fills a stale list in a transaction of its own. Who dies at it leaves it stale, for the next.
 * @param wait for another process that fills it; otherwise it is left to that one
 */
async function fillAlone(database: Database, id: string, wait: boolean): Promise<void> {
  await database.tx(
    async (tx) => {
      if (wait) await lockFilling(tx, id);
      else {
        const mine = await tx.row<{ mine: boolean }>(`select pg_try_advisory_xact_lock(${LOCK}) as mine`, [id]);
        if (!mine!.mine) return;
      }
      // Editors wait here, so that the rules that are read are those that hold at the end.
      await tx.row('select from public.crm_smart_lists where id = $1 for key share', [id]);
      await fill(tx, id);
    },
    { statementTimeout: FILL_PATIENCE },
  );
}

/**
 * Fills a stale list; one that cannot be filled is marked as failed, one that must wait stays stale.
 * @returns why it could not be filled
 */
export async function fillOrFail(database: Database, id: string, { wait = false } = {}): Promise<string | undefined> {
  try {
    await fillAlone(database, id, wait);
    return undefined;
  } catch (error) {
    // Who waits for the list is told that it took too long, or must wait; the worker tries once more.
    const early = error instanceof AppError && error.code === 'membership_updating';
    if (wait && (early || databaseFailure(error) !== 'other')) throw error;
    if (early) return undefined;
    const reason = (error as Error).message.slice(0, 300);
    await database.run(
      "update cortex.list_keeping set state = 'failed', error = $2 where smart_list_id = $1 and state = 'stale'",
      [id, reason],
    );
    return reason;
  }
}

/** Of these lists of rules, those whose membership does not stand as their present rules and settings say. */
export async function unsettled(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.rows<{ id: string; state: string | null; fingerprint: string | null }>(
    `select l.id, k.state, k.fingerprint from public.crm_smart_lists l
     left join cortex.list_keeping k on k.smart_list_id = l.id
     where l.kind = 'rules' and l.id = any($1::uuid[]) order by l.id`,
    [ids],
  );
  const found: string[] = [];
  for (const { id, state, fingerprint } of rows) {
    // What cannot be read at all is known, and shown, as failed.
    if (state === 'failed') continue;
    if (state !== 'kept' || fingerprint !== (await definitionOf(tx, id)).fingerprint) found.push(id);
  }
  return found;
}

/**
 * Begins to keep these lists, where they are not kept yet, and fills them: whoever comes in after this has answered is
 * told as entering, whether or not a worker runs.
 * @throws AppError 409 when others edit them all the time
 */
export async function settleLists(database: Database, ids: readonly string[]): Promise<void> {
  for (let tries = 0; ids.length > 0; tries += 1) {
    const open = await database.tx((tx) => unsettled(tx, ids), { readOnly: true });
    if (open.length === 0) return;
    if (tries === MOST_TRIES) throw stillUpdating();
    await database.tx(async (tx) => {
      await closeListGate(tx);
      await tx.run(
        `insert into cortex.list_keeping as k (smart_list_id) select unnest($1::uuid[])
         on conflict (smart_list_id) do update set state = 'stale' where k.state = 'kept'`,
        [open],
      );
    });
    for (const id of open) await fillOrFail(database, id, { wait: true });
  }
}

/**
 * Edits the rules of a list together with the membership of every kept list that asks about it: they are stale before,
 * so that nobody writes single members, and stand as the new rules say when `edit` is committed.
 * @param edit writes the rules
 * @throws AppError 409 when others fill or edit the lists all the time
 */
export async function editSettled(
  database: Database,
  id: string,
  newcomers: Newcomers,
  edit: (tx: Tx) => Promise<unknown>,
): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const concerned = await database.tx(async (tx) => makeStale(tx, id));
    const done = await database.tx(
      async (tx) => {
        for (const each of concerned) await lockFilling(tx, each);
        const stale = await tx.rows(
          "select from cortex.list_keeping where state = 'stale' and smart_list_id = any($1::uuid[])",
          [concerned],
        );
        if (stale.length < concerned.length) return false;
        await edit(tx);
        for (const each of concerned) await fill(tx, each, each === id ? newcomers : 'silent');
        return true;
      },
      { statementTimeout: FILL_PATIENCE },
    );
    if (done) return;
  }
  throw stillUpdating();
}

/** The kept lists that ask about this one, itself included, made stale; in the order in which they are locked. */
async function makeStale(tx: Tx, id: string): Promise<string[]> {
  const concerned = `(smart_list_id = $1 or means @> jsonb_build_array(jsonb_build_array($1::text)))
    and (state in ('kept', 'stale') or smart_list_id = $1)`;
  const rows = await tx.rows<{ id: string }>(
    `select smart_list_id as id from cortex.list_keeping where ${concerned} order by smart_list_id`,
    [id],
  );
  if (rows.length === 0) return [];
  await closeListGate(tx);
  const ids = rows.map((row) => row.id);
  await tx.run(
    "update cortex.list_keeping set state = 'stale' where smart_list_id = any($1::uuid[]) and state <> 'stale'",
    [ids],
  );
  return ids;
}
