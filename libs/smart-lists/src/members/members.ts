import { Injectable } from '@nestjs/common';
import { appendActivities } from '#activities';
import { addressOf } from '#directory';
import { AppError, Database, notFound, recordAudit, type Actor, type Tx } from '#platform';
import { noteTouched, turning } from '../keeping/update-membership.js';

/** People named by any of their public ids, or by address. */
export interface Named {
  contact_ids?: string[];
  emails?: string[];
}

export interface MembersChanged {
  changed: number;
  unknown: string[];
}

/** Who is in a static list. */
@Injectable()
export class ListMembers {
  constructor(private readonly database: Database) {}

  /** @throws AppError 404; 400 for a list of rules */
  async add(actor: Actor, listId: string, named: Named): Promise<MembersChanged> {
    return this.change(actor, listId, 'add', named);
  }

  /** @throws AppError 404; 400 for a list of rules */
  async remove(actor: Actor, listId: string, named: Named): Promise<MembersChanged> {
    return this.change(actor, listId, 'remove', named);
  }

  private async change(actor: Actor, listId: string, how: 'add' | 'remove', named: Named): Promise<MembersChanged> {
    const unknown: string[] = [];
    const changed = await this.database.tx((tx) =>
      this.changeIn(tx, actor, listId, how, [named], { unknown: (names) => unknown.push(...names) }),
    );
    return { changed, unknown };
  }

  /**
   * Inside the caller's transaction.
   * @param pieces worked off one after another; many people come in pieces of some thousand
   * @param told piece by piece, whom nobody knows and who came in or went
   * @returns how many came in, or went
   * @throws AppError 404; 400 for a list of rules
   */
  async changeIn(
    tx: Tx,
    actor: Actor,
    listId: string,
    how: 'add' | 'remove',
    pieces: Iterable<Named>,
    told: { unknown?: (names: readonly string[]) => void; moved?: (people: readonly string[]) => unknown } = {},
  ): Promise<number> {
    const list = await tx.row<{ kind: string; name: string }>(
      'select kind, name from public.crm_smart_lists where id = $1 for update',
      [listId],
    );
    if (!list) throw notFound('smart list');
    if (list.kind !== 'static') {
      throw new AppError(
        'not_a_static_list',
        'This list follows its rules. People can be added or removed by hand only in static lists.',
      );
    }
    const named = { id: listId, name: list.name };
    let changed = 0;
    for (const piece of pieces) {
      const found = piece.emails ? await byAddress(tx, piece.emails) : await peopleById(tx, piece.contact_ids ?? []);
      told.unknown?.(found.unknown);
      const moved = await tx.rows<{ person_id: string }>(writes[how], [listId, [...new Set(found.people)]]);
      changed += moved.length;
      await told.moved?.(moved.map(({ person_id }) => person_id));
      await noteTouched(tx, found.people, 'static');
      for (let at = 0; at < moved.length; at += TOLD_AT_ONCE) {
        const some = moved.slice(at, at + TOLD_AT_ONCE);
        await appendActivities(
          tx,
          some.map(({ person_id }) => turning(named, person_id, how === 'add')),
        );
      }
    }
    await tx.run(
      `update public.crm_smart_lists l set counted_at = cortex.now(), count_ms = 0, updated_at = cortex.now(),
           user_count = (select count(*) from cortex.list_members m join cortex.people p on p.person_id = m.person_id
             where m.smart_list_id = l.id and p.type is not null)
         where l.id = $1`,
      [listId],
    );
    // How many, not whom: the audit keeps no addresses that the directory may have to forget.
    const after = { name: list.name, people: changed };
    if (changed > 0) {
      await recordAudit(tx, actor, { action: actions[how], targetKind: 'smart_list', targetId: listId, after });
    }
    return changed;
  }
}

/** Activities in one statement. */
const TOLD_AT_ONCE = 5_000;

const actions = { add: 'smart_list.members_added', remove: 'smart_list.members_removed' } as const;
const writes = {
  add: `insert into cortex.list_members (smart_list_id, person_id)
    select $1, person_id from unnest($2::uuid[]) person_id order by person_id on conflict do nothing
    returning person_id`,
  remove:
    'delete from cortex.list_members where smart_list_id = $1 and person_id = any($2::uuid[]) returning person_id',
} as const;

interface Found {
  people: string[];
  unknown: string[];
}

/** The people with these ids, whichever they ever had, and the ids that nobody has. */
export async function peopleById(tx: Tx, ids: readonly string[]): Promise<Found> {
  const rows = await tx.rows<{ given: string; person_id: string }>(
    `select g.given, coalesce(k.into_person_id, p.person_id) as person_id
     from unnest($1::uuid[]) g (given)
     left join cortex.former_ids f on f.id = g.given
     join cortex.people p on p.type is not null and (p.id = g.given or p.person_id = f.person_id)
     left join cortex.person_links k on k.person_id = p.person_id`,
    [ids],
  );
  return split(ids, (id) => id.toLowerCase(), rows);
}

async function byAddress(tx: Tx, emails: readonly string[]): Promise<Found> {
  const rows = await tx.rows<{ given: string; person_id: string }>(
    `select p.address as given, coalesce(k.into_person_id, p.person_id) as person_id from cortex.people p
     left join cortex.person_links k on k.person_id = p.person_id
     where p.address = any($1::text[]) and p.type is not null`,
    [emails.flatMap((email) => addressOf(email) ?? [])],
  );
  return split(emails, (email) => addressOf(email) ?? '', rows);
}

function split(
  given: readonly string[],
  key: (one: string) => string,
  rows: { given: string; person_id: string }[],
): Found {
  const known = new Set(rows.map((row) => row.given));
  return { people: rows.map((row) => row.person_id), unknown: given.filter((one) => !known.has(key(one))) };
}
