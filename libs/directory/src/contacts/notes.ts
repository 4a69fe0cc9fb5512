import { Injectable } from '@nestjs/common';
import { mostNotes, type AuditAction, type Note } from '#contracts';
import {
  AppError,
  Database,
  decodeCursor,
  encodeCursor,
  isAdmin,
  notFound,
  recordAudit,
  type Actor,
  type Tx,
} from '#platform';
import type { ContactRow } from '../search/contact.js';
import { contactById, personIdsOf } from '../search/contacts.queries.js';

interface NoteRow {
  id: string;
  person_id: string;
  text: string;
  author_id: string;
  author: string;
  written_at: Date;
  edited_at: Date | null;
  /** With its microseconds, for the cursor. */
  written_exact: string;
}

const columns =
  'n.id, n.person_id, n.text, n.author_id, n.author, n.written_at, n.edited_at, n.written_at::text as written_exact';

/** What staff write about people. The audit says that they did, and never what: words about people must be removable. */
@Injectable()
export class Notes {
  constructor(private readonly database: Database) {}

  /** The notes about a person and those linked to them, newest first. @throws AppError 404 */
  async list(
    contactId: string,
    page: { limit: number; cursor?: string },
    actor: Actor,
  ): Promise<{ items: Note[]; next_cursor: string | null }> {
    const [at, last] = decodeCursor(page.cursor, 2) ?? [null, null];
    return this.database.tx(
      async (tx) => {
        const { person_id } = await contactOf(tx, contactId);
        const rows = await tx.rows<NoteRow>(
          `select ${columns} from cortex.contact_notes n
           where n.person_id = any($1::uuid[])
             and ($2::timestamptz is null or (n.written_at, n.id) < ($2::timestamptz, $3::uuid))
           order by n.written_at desc, n.id desc limit $4`,
          [await personIdsOf(tx, person_id), at, last, page.limit + 1],
        );
        const shown = rows.slice(0, page.limit);
        const end = shown.at(-1);
        return {
          items: shown.map((row) => present(row, actor)),
          next_cursor: rows.length > page.limit && end ? encodeCursor([end.written_exact, end.id]) : null,
        };
      },
      { readOnly: true },
    );
  }

  /** @throws AppError 404; 422 when there are as many as there may be */
  async add(actor: Actor, contactId: string, text: string): Promise<Note> {
    return this.database.tx(async (tx) => {
      const contact = await contactOf(tx, contactId);
      const there = await tx.row<{ n: number }>(
        'select count(*)::int as n from cortex.contact_notes where person_id = $1',
        [contact.person_id],
      );
      if (there!.n >= mostNotes)
        throw new AppError('limit_reached', `There are ${there!.n} notes about this person, and no more fit.`);
      const row = await tx.row<NoteRow>(
        `insert into cortex.contact_notes as n (person_id, text, author_id, author)
         values ($1, $2, $3, $4) returning ${columns}`,
        [contact.person_id, text, authorOf(actor), actor.label],
      );
      await audit(tx, actor, 'note.added', row!);
      return present(row!, actor);
    });
  }

  /** @throws AppError 404; 403 when somebody else wrote it */
  async change(actor: Actor, id: string, text: string): Promise<Note> {
    return this.database.tx(async (tx) => {
      const before = await ownNote(tx, id, actor);
      if (before.text === text) return present(before, actor);
      const row = await tx.row<NoteRow>(
        `update cortex.contact_notes n set text = $2, edited_at = cortex.now() where n.id = $1 returning ${columns}`,
        [id, text],
      );
      await audit(tx, actor, 'note.changed', row!);
      return present(row!, actor);
    });
  }

  /** @throws AppError 404; 403 when somebody else wrote it */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const row = await ownNote(tx, id, actor);
      await tx.run('delete from cortex.contact_notes where id = $1', [id]);
      await audit(tx, actor, 'note.deleted', row);
    });
  }
}

async function contactOf(tx: Tx, id: string): Promise<ContactRow> {
  const contact = await contactById(tx, id);
  if (!contact) throw notFound('contact');
  return contact;
}

const authorOf = (actor: Actor): string => `${actor.kind}:${actor.id}`;
const mayChange = (row: NoteRow, actor: Actor): boolean => row.author_id === authorOf(actor) || isAdmin(actor);

async function ownNote(tx: Tx, id: string, actor: Actor): Promise<NoteRow> {
  const row = await tx.row<NoteRow>(`select ${columns} from cortex.contact_notes n where n.id = $1 for update`, [id]);
  if (!row) throw notFound('note');
  if (!mayChange(row, actor))
    throw new AppError('not_allowed', `${row.author} wrote this note. Only they or an administrator can change it.`);
  return row;
}

async function audit(tx: Tx, actor: Actor, action: AuditAction, row: NoteRow): Promise<void> {
  const contact = await contactById(tx, row.person_id);
  const said = { note_id: row.id, author: row.author, characters: row.text.length };
  const side = action === 'note.deleted' ? { before: said } : { after: said };
  await recordAudit(tx, actor, { action, targetKind: 'contact', targetId: contact?.id ?? row.person_id, ...side });
}

const present = (row: NoteRow, actor: Actor): Note => ({
  id: row.id,
  text: row.text,
  author: row.author,
  written_at: row.written_at.toISOString(),
  edited_at: row.edited_at?.toISOString() ?? null,
  may_change: mayChange(row, actor),
});
