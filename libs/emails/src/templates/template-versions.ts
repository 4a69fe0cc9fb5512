import { Injectable } from '@nestjs/common';
import { mediaNamesIn } from '#designs';
import { AppError, Database, decodeCursor, encodeCursor, notFound, recordAudit, type Actor, type Tx } from '#platform';

interface VersionRow {
  number: number;
  name: string;
  subject: string;
  stream: 'broadcast' | 'transactional';
  editor: 'html' | 'mjml' | 'unlayer';
  bytes: number;
  saved_at: Date;
  saved_by: string | null;
  redrawn: boolean;
  approved_at: Date | null;
  approved_by: string | null;
}

interface WholeVersionRow extends VersionRow {
  preheader: string;
  topic_id: string | null;
  design: unknown;
  html: string;
  text: string | null;
  generated_text: string | null;
}

const listed = `number, name, subject, stream, editor, octet_length(html) as bytes, saved_at, saved_by, redrawn,
  approved_at, approved_by`;

/** What ends a sitting: a pause of so many minutes, or so many minutes in all. */
const PAUSE_MINUTES = 15;
const LONGEST_MINUTES = 60;

interface Kept {
  apart?: boolean;
  redrawn?: boolean;
}

/**
 * Puts a template as it stands now beside its earlier versions, and notes the pictures that it shows. The editors save
 * by themselves, so what a colleague saves in one sitting with one editor is one version: it takes the place of the
 * last one, under the new number, unless that one was approved or went into a mail. What a program saves is a version
 * each time.
 * @param how `apart`: a version of its own in any case; `redrawn`: one of its own too, of which only the look is another,
 *   by the brand: it says what was approved, so the approval stays
 * @returns whether it is one more
 */
export async function keepVersion(tx: Tx, templateId: string, actor: Actor, how: Kept = {}): Promise<boolean> {
  const { apart = false, redrawn = false } = how;
  const kept = await tx.row<{ html: string; design: unknown; went_on: boolean }>(
    `with sitting as (
       delete from cortex.template_versions v using cortex.templates t
       where t.id = $1 and v.template_id = t.id and v.number = t.version - 1 and $3
         and v.saved_by = $2 and v.editor = t.editor and v.approved_at is null
         and v.saved_at > cortex.now() - make_interval(mins => $4)
         and coalesce(v.begun_at, v.saved_at) > cortex.now() - make_interval(mins => $5)
         and not exists (
           select from cortex.mail_contents c where c.template_id = t.id and c.template_version = v.number
         )
       returning coalesce(v.begun_at, v.saved_at) as begun_at
     )
     insert into cortex.template_versions
       (template_id, number, name, stream, editor, subject, preheader, design, html, text, generated_text, topic_id,
        saved_by, begun_at, redrawn, approved_at, approved_by)
     select t.id, t.version, t.name, t.stream, t.editor, t.subject, t.preheader, t.design, t.html, t.text,
       t.generated_text, t.topic_id, $2, coalesce((select begun_at from sitting), cortex.now()), $6, b.approved_at,
       b.approved_by
     from cortex.templates t
     left join cortex.template_versions b on $6 and b.template_id = t.id and b.number = t.version - 1
     where t.id = $1
     returning html, design, exists (select from sitting) as went_on`,
    [templateId, actor.label, actor.kind === 'staff' && !apart && !redrawn, PAUSE_MINUTES, LONGEST_MINUTES, redrawn],
  );
  await noteMedia(tx, 'template', templateId, `${kept!.html}${JSON.stringify(kept!.design ?? '')}`);
  return !kept!.went_on;
}

/** Whether all that came after a version is its design in another brand: who goes on from it loses nobody's work. */
export async function onlyRedrawnSince(tx: Tx, templateId: string, version: number): Promise<boolean> {
  const row = await tx.row<{ only: boolean }>(
    `select coalesce(bool_and(redrawn), false) as only from cortex.template_versions
     where template_id = $1 and number > $2`,
    [templateId, version],
  );
  return row!.only;
}

/** Notes the pictures that a text shows as used; what was noted before stays. */
export async function noteMedia(tx: Tx, kind: string, id: string, text: string): Promise<void> {
  await tx.run(
    `insert into cortex.uses (user_kind, user_id, used_kind, used_id)
     select $1, $2::uuid, 'media', m.id from cortex.media m where m.name = any($3::text[])
     on conflict do nothing`,
    [kind, id, mediaNamesIn(text)],
  );
}

/** What templates were, and who said that they may go out as system mail. */
@Injectable()
export class TemplateVersions {
  constructor(private readonly database: Database) {}

  /** @throws AppError 404 */
  async list(templateId: string, filter: { limit: number; cursor?: string }) {
    await this.assertThere(templateId);
    const [before] = decodeCursor(filter.cursor, 1) ?? [null];
    const rows = await this.database.rows<VersionRow>(
      `select ${listed} from cortex.template_versions
       where template_id = $1 and ($2::int is null or number < $2::int) order by number desc limit $3`,
      [templateId, before, filter.limit + 1],
    );
    const items = rows.slice(0, filter.limit);
    const last = items.at(-1);
    return {
      items: items.map(present),
      next_cursor: rows.length > filter.limit && last ? encodeCursor([String(last.number)]) : null,
    };
  }

  /** @throws AppError 404 */
  async get(templateId: string, number: number) {
    const row = await this.database.row<WholeVersionRow>(
      `select ${listed}, preheader, topic_id, design, html, text, generated_text from cortex.template_versions
       where template_id = $1 and number = $2`,
      [templateId, number],
    );
    if (!row) throw notFound('version');
    return present(row);
  }

  /**
   * Marks a version as system mail.
   * @throws AppError 404; 409 when another version was saved meanwhile; 422 for marketing
   */
  async approve(actor: Actor, templateId: string, version: number): Promise<void> {
    await this.database.tx(async (tx) => {
      const now = await tx.row<{ version: number; stream: string; name: string }>(
        'select version, stream, name from cortex.templates where id = $1 for update',
        [templateId],
      );
      if (!now) throw notFound('template');
      if (now.version !== version)
        throw new AppError(
          'template_changed',
          'Someone else has saved this template since you read it. Read it again.',
          {
            facts: { version: now.version },
          },
        );
      if (now.stream !== 'transactional')
        throw new AppError('not_transactional', 'Only system mail is approved. This template is for marketing.');
      const changed = await tx.run(
        `update cortex.template_versions set approved_at = cortex.now(), approved_by = $3
         where template_id = $1 and number = $2 and approved_at is null`,
        [templateId, version, actor.label],
      );
      if (changed === 0) return;
      await recordAudit(tx, actor, {
        action: 'template.approved',
        targetKind: 'template',
        targetId: templateId,
        after: { name: now.name, version },
      });
    });
  }

  /** What uses a template, by kind and id. @throws AppError 404 */
  async uses(templateId: string, filter: { limit: number; cursor?: string }) {
    await this.assertThere(templateId);
    const [kind, id] = decodeCursor(filter.cursor, 2) ?? [null, null];
    const rows = await this.database.rows<{ kind: string; id: string; name: string | null; status: string | null }>(
      `select u.user_kind as kind, u.user_id as id, coalesce(a.name, b.name) as name, coalesce(a.status, b.status) as status
       from cortex.uses u left join cortex.automations a on u.user_kind = 'automation' and a.id = u.user_id
       left join cortex.broadcasts b on u.user_kind = 'broadcast' and b.id = u.user_id
       where u.used_kind = 'template' and u.used_id = $1
         and ($2::text is null or (u.user_kind, u.user_id) > ($2::text, $3::uuid))
       order by u.user_kind, u.user_id limit $4`,
      [templateId, kind, id, filter.limit + 1],
    );
    const items = rows.slice(0, filter.limit);
    const last = items.at(-1);
    return { items, next_cursor: rows.length > filter.limit && last ? encodeCursor([last.kind, last.id]) : null };
  }

  private async assertThere(templateId: string): Promise<void> {
    if (!(await this.database.row('select 1 from cortex.templates where id = $1', [templateId])))
      throw notFound('template');
  }
}

const present = <R extends VersionRow>(row: R) => ({
  ...row,
  saved_at: row.saved_at.toISOString(),
  approved_at: row.approved_at?.toISOString() ?? null,
});
