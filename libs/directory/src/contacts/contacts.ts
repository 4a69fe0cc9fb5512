import { Injectable } from '@nestjs/common';
import { timelinePage } from '#activities';
import type { ContactAnswer, ContactChanges, ContactTopics, TopicChoices } from '#contracts';
import { Database, notFound, type Actor } from '#platform';
import { presentContact } from '../search/contact.js';
import { contactById, contactPage, personIdsOf, type ContactQuery } from '../search/contacts.queries.js';
import { editContact } from './edit-contact.js';
import { chooseForContact, contactTopics } from './contact-topics.js';

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
    return this.database.tx((tx) => contactTopics(tx, id), { readOnly: true });
  }

  /**
   * A colleague passes on what the person wants. @throws AppError 404; 409 when the person said otherwise themselves;
   * 422 for a topic that does not exist
   */
  async chooseTopics(id: string, choices: TopicChoices, actor: Actor): Promise<ContactTopics> {
    return this.database.tx((tx) => chooseForContact(tx, id, choices, actor));
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
