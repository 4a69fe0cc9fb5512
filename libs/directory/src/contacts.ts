import { Injectable } from '@nestjs/common';
import { timelinePage } from '#activities';
import type { ContactAnswer, ContactChanges, ContactTopics } from '#contracts';
import { Database, notFound, type Actor } from '#platform';
import { presentContact } from './contact.js';
import { contactById, contactPage, personIdsOf, type ContactQuery } from './contacts.queries.js';
import { editContact } from './edit-contact.js';
import { topicsOf } from './topic-choices.js';

/** Milliseconds after which a search is given up: it must not hold an old snapshot open. */
const PATIENCE = 10_000;

/** The directory as screens and other systems see it. */
@Injectable()
export class Contacts {
  constructor(private readonly database: Database) {}

  /** `patience`: milliseconds after which the query is cancelled. */
  async list(
    query: ContactQuery,
    patience: number = PATIENCE,
  ): Promise<{ items: ContactAnswer[]; next_cursor: string | null }> {
    const { rows, next_cursor } = await this.database.tx((tx) => contactPage(tx, query), {
      readOnly: true,
      statementTimeout: patience,
    });
    return { items: rows.map(presentContact), next_cursor };
  }

  /** @throws AppError 404 */
  async get(id: string): Promise<ContactAnswer> {
    const row = await this.database.tx((tx) => contactById(tx, id), { readOnly: true });
    if (!row) throw notFound('contact');
    return presentContact(row);
  }

  /** Which topics they get and what they said about each, and whether they paused. @throws AppError 404 */
  async topics(id: string): Promise<ContactTopics> {
    return this.database.tx(
      async (tx) => {
        const row = await contactById(tx, id);
        if (!row) throw notFound('contact');
        const pause = await tx.row<{ paused_until: Date | null; paused_at: Date | null }>(
          `select case when p.paused_until > cortex.now() then p.paused_until end as paused_until, p.paused_at
           from cortex.people p where p.person_id = $1`,
          [row.person_id],
        );
        const items = await topicsOf(tx, row.person_id);
        return {
          items: items.map(({ description: _description, at, ...topic }) => ({
            ...topic,
            at: at?.toISOString() ?? null,
          })),
          paused_until: pause?.paused_until?.toISOString() ?? null,
          paused_at: pause?.paused_at?.toISOString() ?? null,
        };
      },
      { readOnly: true },
    );
  }

  /** The person's timeline, newest first. @throws AppError 404 */
  async activities(id: string, page: { limit: number; cursor?: string }) {
    return this.database.tx(
      async (tx) => {
        const row = await contactById(tx, id);
        if (!row) throw notFound('contact');
        return timelinePage(tx, await personIdsOf(tx, row.person_id), page);
      },
      { readOnly: true },
    );
  }

  /** @throws AppError 404 */
  async edit(id: string, changes: ContactChanges, actor: Actor): Promise<ContactAnswer> {
    await this.database.tx((tx) => editContact(tx, id, changes, actor));
    return this.get(id);
  }
}
