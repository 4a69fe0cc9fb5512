import { Inject, Injectable } from '@nestjs/common';
import type { AuditAction } from '#contracts';
import { AppError, Database, decodeCursor, encodeCursor, notFound, recordAudit, type Actor, type Tx } from '#platform';
import { checkAside } from './large-mails.js';

export interface TemplateFields {
  name: string;
  subject: string;
  preheader: string;
  stream: 'broadcast' | 'transactional';
  editor: 'html' | 'mjml' | 'unlayer';
  design?: unknown;
  html: string;
  text?: string | null;
}

interface TemplateRow extends TemplateFields {
  id: string;
  text: string | null;
  version: number;
  created_at: Date;
  updated_at: Date;
  exact: string;
}

const columns = `id, name, subject, preheader, stream, editor, design, html, text, version, created_at, updated_at,
  updated_at::text as exact`;

/** Templates. What is already queued, and what a published automation pinned, keeps the text it had. */
@Injectable()
export class Templates {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list(filter: { limit: number; cursor?: string }) {
    const [at, id] = decodeCursor(filter.cursor, 2) ?? [null, null];
    const rows = await this.database.rows<TemplateRow>(
      `select ${columns} from cortex.templates
       where $1::timestamptz is null or (updated_at, id) < ($1::timestamptz, $2::uuid)
       order by updated_at desc, id desc limit $3`,
      [at, id, filter.limit + 1],
    );
    const items = rows.slice(0, filter.limit);
    const last = items.at(-1);
    return {
      items: items.map(present),
      next_cursor: rows.length > filter.limit && last ? encodeCursor([last.exact, last.id]) : null,
    };
  }

  /** @throws AppError 404 */
  async get(id: string) {
    const row = await this.database.row<TemplateRow>(`select ${columns} from cortex.templates where id = $1`, [id]);
    if (!row) throw notFound('template');
    return present(row);
  }

  /** @throws AppError 422 with line and column when a part does not parse */
  async create(actor: Actor, fields: TemplateFields) {
    await assertParses(fields);
    return this.database.tx(async (tx) => {
      const row = await tx.row<TemplateRow>(
        `insert into cortex.templates (name, subject, preheader, stream, editor, design, html, text, created_by)
       values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9) returning ${columns}`,
        [...valuesOf(fields), actor.label],
      );
      await audit(tx, actor, 'template.created', row!);
      return present(row!);
    });
  }

  /**
   * Replaces a template.
   * @throws AppError 404; 409 when `version` is no longer its version; 422 when a part does not parse
   */
  async change(actor: Actor, id: string, fields: TemplateFields, version?: number) {
    await assertParses(fields);
    return this.database.tx(async (tx) => {
      const before = await tx.row<{ version: number }>(
        'select version from cortex.templates where id = $1 for update',
        [id],
      );
      if (!before) throw notFound('template');
      if (version !== undefined && version !== before.version) {
        throw new AppError(
          'template_changed',
          'Someone else has saved this template since you loaded it. Load it again and repeat your change.',
          { facts: { version: before.version } },
        );
      }
      const row = await tx.row<TemplateRow>(
        `update cortex.templates set name = $1, subject = $2, preheader = $3, stream = $4, editor = $5, design = $6::jsonb,
           html = $7, text = $8, version = version + 1, updated_at = cortex.now()
         where id = $9 returning ${columns}`,
        [...valuesOf(fields), id],
      );
      await audit(tx, actor, 'template.changed', row!);
      return present(row!);
    });
  }

  /** @throws AppError 404; 409 while something uses it */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const used = await tx.row<{ n: number }>(
        "select count(*)::int as n from cortex.uses where used_kind = 'template' and used_id = $1",
        [id],
      );
      if (used!.n > 0) {
        throw new AppError(
          'still_used',
          `This template is used in ${used!.n === 1 ? 'one place' : `${used!.n} places`}. Choose another template there first.`,
        );
      }
      const row = await tx.row<Audited>('delete from cortex.templates where id = $1 returning id, name, version', [id]);
      if (!row) throw notFound('template');
      await audit(tx, actor, 'template.deleted', row);
    });
  }
}

type Audited = Pick<TemplateRow, 'id' | 'name' | 'version'>;

const audit = (tx: Tx, actor: Actor, action: AuditAction, { id, name, version }: Audited): Promise<void> =>
  recordAudit(tx, actor, { action, targetKind: 'template', targetId: id, after: { name, version } });

const valuesOf = (fields: TemplateFields): unknown[] => [
  fields.name,
  fields.subject,
  fields.preheader,
  fields.stream,
  fields.editor,
  fields.design === undefined ? null : JSON.stringify(fields.design),
  fields.html,
  fields.text || null,
];

/** A draft may still be empty; what is there must parse. */
async function assertParses(fields: TemplateFields): Promise<void> {
  const problems = await checkAside({ ...fields, subject: fields.subject || '-', html: fields.html || '-' });
  const errors = problems
    .filter((problem) => problem.severity === 'blocks')
    .map(({ pointer, message }) => ({ pointer, message }));
  if (errors.length > 0)
    throw new AppError('invalid_template', 'The template has mistakes, so nothing was saved.', {
      errors,
    });
}

const present = ({ exact: _exact, ...row }: TemplateRow) => ({
  ...row,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
