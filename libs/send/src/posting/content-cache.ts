import { mailMaker, type MailContent, type MailMaker } from '#emails';
import type { Database } from '#platform';

const kept = 300;

/** What makes mails of contents, by their id. Contents never change, so what is kept stays right; the oldest leaves first. */
export class ContentCache {
  private readonly makers = new Map<string, MailMaker | Error>();

  /** Loads what is missing, in one query. A content that does not parse is kept as its error. */
  async load(database: Database, ids: readonly string[]): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !this.makers.has(id));
    if (missing.length === 0) return;
    const rows = await database.rows<MailContent & { id: string }>(
      `select id, subject, preheader, html, text, reply_to, utm from cortex.mail_contents where id = any($1::uuid[])`,
      [missing],
    );
    for (const row of rows) this.makers.set(row.id, tryMaker(row));
    // Beyond one batch's contents, so that what was just loaded is never what leaves.
    while (this.makers.size > kept + missing.length) this.makers.delete(this.makers.keys().next().value!);
  }

  /** @throws Error when the content does not parse or is not there. */
  get(id: string): MailMaker {
    const found = this.makers.get(id);
    if (found instanceof Error) throw found;
    if (!found) throw new Error('its content is no longer stored');
    return found;
  }
}

function tryMaker(content: MailContent): MailMaker | Error {
  try {
    return mailMaker(content);
  } catch (error) {
    return error as Error;
  }
}
