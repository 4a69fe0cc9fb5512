import { Injectable } from '@nestjs/common';
import type { SmartListAnswer } from '#contracts';
import { Contacts, loadListDefinitions, momentOf } from '#directory';
import {
  AppError,
  Database,
  invalidRequest,
  lockKey,
  newId,
  notFound,
  recordAudit,
  type Actor,
  type Tx,
} from '#platform';
import { dependencies, readRules, toSql, type Group, type Moment, type SqlFragment } from '#rules';
import { countPeople, PATIENCE } from '../questions/count-people.js';
import { editSettled, settleLists } from '../keeping/fill-list.js';
import { pageAt, type ContactPageQuery } from '../questions/page-at.js';
import { expectFilled, type Newcomers } from '../keeping/newcomers.js';
import { namesIn, sentenceOf } from '../questions/sentences.js';
import {
  folders,
  smartListById,
  smartListPage,
  type SmartListQuery,
  type SmartListRow,
} from './smart-lists.queries.js';

export interface SmartListChanges {
  name?: string;
  rules?: Group;
  folder?: string | null;
  keep_membership?: boolean;
}

/** Saved questions about people, and lists of people put in by hand. */
@Injectable()
export class SmartLists {
  constructor(
    private readonly database: Database,
    private readonly contacts: Contacts,
  ) {}

  async list(query: SmartListQuery): Promise<{ items: SmartListAnswer[]; next_cursor: string | null }> {
    return this.database.tx(
      async (tx) => {
        const { rows, next_cursor } = await smartListPage(tx, query);
        const read = rows.map((row) => ({ ...row, rules: readable(row.rules) }));
        const names = await namesIn(
          tx,
          read.flatMap((row) => row.rules ?? []),
        );
        return { items: read.map((row) => present(row, names)), next_cursor };
      },
      { readOnly: true },
    );
  }

  /** @throws AppError 404 */
  async get(id: string): Promise<SmartListAnswer> {
    return this.database.tx((tx) => answer(tx, id), { readOnly: true });
  }

  /** Saves the list and counts it. @throws AppError 400 when its rules ask about an unknown list */
  async create(
    actor: Actor,
    given: { name: string; kind: 'rules' | 'static'; rules?: Group; folder?: string | null; keep_membership?: boolean },
  ): Promise<SmartListAnswer> {
    const id = newId();
    await this.database.tx(async (tx) => {
      if (given.rules) await checkLists(tx, id, given.name, given.rules);
      await tx.run(
        `insert into public.crm_smart_lists (id, name, kind, rules, folder, created_by, keep_membership)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [
          id,
          given.name,
          given.kind,
          given.rules ? JSON.stringify(given.rules) : null,
          given.folder ?? null,
          actor.label,
          given.keep_membership ?? false,
        ],
      );
      if (given.rules) await keepUses(tx, id, given.rules);
      await recordAudit(tx, actor, { action: 'smart_list.created', ...target(id), after: given });
    });
    if (given.keep_membership) await settleLists(this.database, [id]);
    return this.count(id, PATIENCE.screen);
  }

  /**
   * A kept list, and those that ask about it, stand as the new rules say when this answers: whoever comes in later enters.
   * @param newcomers whether those who come in by the new rules themselves are told as entering
   * @throws AppError 404; 400 when its rules ask about an unknown list, or in a circle; 409 when newcomers are to enter
   * and it is not known who is in now
   */
  async put(
    actor: Actor,
    id: string,
    changes: SmartListChanges,
    newcomers: Newcomers = 'silent',
  ): Promise<SmartListAnswer> {
    const edit = async (tx: Tx) => {
      const row = await locked(tx, id);
      if (changes.rules && row.kind === 'static') {
        throw invalidRequest('A static list has no rules.', [{ pointer: '/rules', message: 'Leave the rules out.' }]);
      }
      if (newcomers === 'enter') await expectFilled(tx, id, changes);
      if (changes.rules) await checkLists(tx, id, changes.name ?? row.name, changes.rules);
      await tx.run(
        `update public.crm_smart_lists set name = coalesce($2, name), rules = coalesce($3::jsonb, rules),
           folder = case when $4 then $5 else folder end, keep_membership = coalesce($6, keep_membership), revision = revision + 1, updated_at = cortex.now()
         where id = $1`,
        [
          id,
          changes.name ?? null,
          changes.rules ? JSON.stringify(changes.rules) : null,
          changes.folder !== undefined,
          changes.folder ?? null,
          changes.keep_membership ?? null,
        ],
      );
      if (changes.rules) await keepUses(tx, id, changes.rules);
      const before = Object.fromEntries(Object.keys(changes).map((key) => [key, row[key as keyof SmartListChanges]]));
      await recordAudit(tx, actor, {
        action: 'smart_list.changed',
        ...target(id),
        before,
        after: { ...changes, ...(newcomers === 'enter' && { newcomers }) },
      });
    };
    if (changes.rules) await editSettled(this.database, id, newcomers, edit);
    else await this.database.tx(edit);
    if (changes.keep_membership) await settleLists(this.database, [id]);
    return changes.rules ? this.count(id, PATIENCE.screen) : this.get(id);
  }

  /** A copy with the same rules or members. @throws AppError 404 */
  async duplicate(actor: Actor, id: string, name?: string): Promise<SmartListAnswer> {
    const copy = newId();
    await this.database.tx(async (tx) => {
      const row = await locked(tx, id);
      const called = name ?? `Copy of ${row.name}`.slice(0, 200);
      await tx.run(
        `insert into public.crm_smart_lists (id, name, kind, rules, folder, created_by)
         select $2, $3, kind, rules, folder, $4 from public.crm_smart_lists where id = $1`,
        [id, copy, called, actor.label],
      );
      await tx.run(
        `insert into cortex.uses (user_kind, user_id, used_kind, used_id)
         select user_kind, $2, used_kind, used_id from cortex.uses where user_kind = 'smart_list' and user_id = $1`,
        [id, copy],
      );
      if (row.kind === 'static') {
        await tx.run(
          `insert into cortex.list_members (smart_list_id, person_id)
           select $2, person_id from cortex.list_members where smart_list_id = $1`,
          [id, copy],
        );
      }
      await recordAudit(tx, actor, {
        action: 'smart_list.created',
        ...target(copy),
        after: { name: called, from: id },
      });
    });
    return this.count(copy, PATIENCE.screen);
  }

  /** The folders in use. */
  async folders(): Promise<{ items: { folder: string; lists: number }[] }> {
    return this.database.tx(async (tx) => ({ items: await folders(tx) }), { readOnly: true });
  }

  /** Renames a folder, or takes its lists out of it. Answers how many lists were in it. */
  async renameFolder(actor: Actor, from: string, to: string | null): Promise<{ lists: number }> {
    return this.database.tx(async (tx) => {
      const moved = await tx.rows<{ id: string }>(
        'update public.crm_smart_lists set folder = $2, updated_at = cortex.now() where folder = $1 returning id',
        [from, to],
      );
      for (const { id } of moved) {
        await recordAudit(tx, actor, {
          action: 'smart_list.changed',
          ...target(id),
          before: { folder: from },
          after: { folder: to },
        });
      }
      return { lists: moved.length };
    });
  }

  /** @throws AppError 404; 409 with `used_by` while something uses the list */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const { name, kind, rules, folder } = await locked(tx, id);
      const { used_by } = (await smartListById(tx, id))!;
      if (used_by.length > 0) {
        const users = used_by.map((user) => `“${user.name}”`).join(', ');
        throw new AppError('still_used', `This list is used by ${users}. Remove it there first.`, {
          facts: { used_by },
        });
      }
      await tx.run("delete from cortex.uses where user_kind = 'smart_list' and user_id = $1", [id]);
      await tx.run('delete from public.crm_smart_lists where id = $1', [id]);
      const before = { name, kind, rules, folder };
      await recordAudit(tx, actor, { action: 'smart_list.deleted', ...target(id), before });
    });
  }

  /** Counts the list to the end. @throws AppError 404; 422 when that takes longer than a minute */
  async refresh(id: string): Promise<SmartListAnswer> {
    await this.get(id);
    const counted = await this.count(id, PATIENCE.exact);
    if (counted.counted_at === null) {
      throw new AppError('count_took_too_long', 'Counting this list took longer than a minute and was stopped.');
    }
    return counted;
  }

  /** Counts every list, one after another: what the nightly job does. Returns how many were counted. */
  async refreshAll(signal?: AbortSignal): Promise<number> {
    const lists = await this.database.rows<{ id: string }>(
      'select id from public.crm_smart_lists order by counted_at nulls first, id',
    );
    let done = 0;
    for (const { id } of lists) {
      if (signal?.aborted) break;
      const counted = await this.count(id, PATIENCE.exact).catch((error: unknown) => {
        // Deleted meanwhile, or its rules were written past us and cannot be read.
        if (error instanceof Error) return undefined;
        throw error;
      });
      if (counted) done++;
    }
    return done;
  }

  /** The people in the list. @throws AppError 404 */
  contactsOf(id: string, query: ContactPageQuery): ReturnType<Contacts['list']> {
    return pageAt(this.database, this.contacts, query, (tx, moment) => listSql(tx, id, moment));
  }

  private async count(id: string, patience: number): Promise<SmartListAnswer> {
    const started = performance.now();
    // The version of the row: rules or members that changed while we counted have been counted since, or will be.
    const { before, fragment } = await this.database.tx(
      async (tx) => {
        const row = await tx.row<{ v: string }>('select xmin::text as v from public.crm_smart_lists where id = $1', [
          id,
        ]);
        return { before: row?.v, fragment: await listSql(tx, id) };
      },
      { readOnly: true },
    );
    const counted = await countPeople(this.database, fragment, { patience });
    if (counted.exact) {
      await this.database.run(
        `update public.crm_smart_lists set user_count = $2, counted_at = cortex.now(), count_ms = $3
         where id = $1 and xmin::text = $4`,
        [id, counted.count, Math.round(performance.now() - started), before],
      );
    }
    return this.get(id);
  }
}

/** A condition over `cortex.people p` for who is in the list now. @throws AppError 404 */
export async function listSql(tx: Tx, id: string, moment?: Moment): Promise<SqlFragment> {
  const lists = await loadListDefinitions(tx, [id]);
  if (!lists.has(id)) throw notFound('smart list');
  const asking: Group = { operator: 'AND', conditions: [{ field: 'smart_list', operator: 'in', value: [id] }] };
  return toSql(asking, { ...(moment ?? (await momentOf(tx))), lists });
}

type LockedRow = Pick<SmartListRow, 'kind' | 'name' | 'rules' | 'folder' | 'keep_membership'>;

const target = (id: string) => ({ targetKind: 'smart_list', targetId: id });

async function locked(tx: Tx, id: string): Promise<LockedRow> {
  const row = await tx.row<LockedRow>(
    'select kind, name, rules, folder, keep_membership from public.crm_smart_lists where id = $1 for update',
    [id],
  );
  if (!row) throw notFound('smart list');
  return row;
}

/** Rules as they are stored; what another program wrote and cannot be read is shown as none. */
const readable = (rules: unknown): Group | null => (rules ? (readRules(rules).rules ?? null) : null);

async function answer(tx: Tx, id: string): Promise<SmartListAnswer> {
  const row = await smartListById(tx, id);
  if (!row) throw notFound('smart list');
  const rules = readable(row.rules);
  return present({ ...row, rules }, await namesIn(tx, rules ? [rules] : []));
}

const present = (row: SmartListRow, names: ReadonlyMap<string, string>): SmartListAnswer => ({
  ...row,
  counted_at: row.counted_at?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
  sentence: row.kind === 'rules' && !row.rules ? 'Rules that cannot be read' : sentenceOf(row.rules, names),
});

/** Every list that the rules ask about exists, and none of them comes back to this one. */
async function checkLists(tx: Tx, id: string, name: string, rules: Group): Promise<void> {
  const asked = dependencies(rules).lists;
  if (asked.length === 0) return;
  const at = (message: string) => invalidRequest(message, [{ pointer: '/rules', message }]);
  // Two lists that are made to ask about each other at the same moment would both be found in order.
  await tx.run(`select pg_advisory_xact_lock(${lockKey.named("'cortex.smart_lists'")})`);
  const lists = await loadListDefinitions(tx, asked);
  const missing = asked.find((list) => list !== id && !lists.has(list));
  if (missing) throw at(`The rules ask about the smart list ${missing}, which does not exist.`);
  const follow = (of: Group, path: string[], open: ReadonlySet<string>): void => {
    for (const next of dependencies(of).lists) {
      if (next === id) throw at(`The lists ask about each other in a circle: ${[...path, name].join(' → ')}.`);
      const list = lists.get(next)!;
      if (list.rules && !open.has(next)) follow(list.rules, [...path, list.name], new Set([...open, next]));
    }
  };
  follow(rules, [name], new Set());
}

/** Keeps `cortex.uses` as the rules say. */
async function keepUses(tx: Tx, id: string, rules: Group): Promise<void> {
  await tx.run("delete from cortex.uses where user_kind = 'smart_list' and user_id = $1", [id]);
  await tx.run(
    `insert into cortex.uses (user_kind, user_id, used_kind, used_id)
     select 'smart_list', $1, 'smart_list', used from unnest($2::uuid[]) used`,
    [id, dependencies(rules).lists],
  );
}
