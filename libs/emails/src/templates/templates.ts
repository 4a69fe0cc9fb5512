import { Inject, Injectable } from '@nestjs/common';
import type { AuditAction } from '#contracts';
import { brandFrom, type Brand } from '#designs';
import { AppError, Database, decodeCursor, encodeCursor, notFound, recordAudit, type Actor, type Tx } from '#platform';
import { settingsSql } from '#rules';
import { DesignRenderer } from './design-renderer.js';
import { checkAside } from '../rendering/large-mails.js';
import { keepVersion, onlyRedrawnSince, TemplateVersions } from './template-versions.js';

export interface TemplateFields {
  name: string;
  subject: string;
  preheader: string;
  stream: 'broadcast' | 'transactional';
  /** Left out of a change: as it is. */
  topic_id?: string | null;
  editor: 'html' | 'mjml' | 'unlayer';
  design?: unknown;
  html: string;
  text?: string | null;
}

interface TemplateRow extends TemplateFields {
  id: string;
  topic_id: string | null;
  text: string | null;
  generated_text: string | null;
  version: number;
  approved_at: Date | null;
  approved_by: string | null;
  created_at: Date;
  updated_at: Date;
  exact: string;
}

const read = `select t.id, t.name, t.subject, t.preheader, t.stream, t.topic_id, t.editor, t.design, t.html, t.text, t.generated_text,
    t.version, v.approved_at, v.approved_by, t.created_at, t.updated_at, t.updated_at::text as exact
  from cortex.templates t left join cortex.template_versions v on v.template_id = t.id and v.number = t.version`;

/** Templates. What is already queued, and what a published automation pinned, keeps the text it had. */
@Injectable()
export class Templates {
  constructor(
    @Inject(Database) private readonly database: Database,
    private readonly renderer: DesignRenderer,
    private readonly versions: TemplateVersions,
  ) {}

  async list(filter: { limit: number; cursor?: string; stream?: TemplateFields['stream'] }) {
    const [at, id] = decodeCursor(filter.cursor, 2) ?? [null, null];
    const rows = await this.database.rows<TemplateRow>(
      `${read} where ($1::timestamptz is null or (t.updated_at, t.id) < ($1::timestamptz, $2::uuid))
         and ($4::text is null or t.stream = $4)
       order by t.updated_at desc, t.id desc limit $3`,
      [at, id, filter.limit + 1, filter.stream ?? null],
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
    const row = await this.database.row<TemplateRow>(`${read} where t.id = $1`, [id]);
    if (!row) throw notFound('template');
    return present(row);
  }

  /** @throws AppError 422 with line and column when a part does not parse, or for a design that cannot be rendered */
  async create(actor: Actor, fields: TemplateFields) {
    const id = await this.stored(fields, async (tx, drawn) => {
      const topic = await topicFor(tx, fields, null);
      const made = await tx.row<{ id: string }>(
        `insert into cortex.templates
           (name, subject, preheader, stream, editor, design, html, text, generated_text, topic_id, created_by)
         values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11) returning id`,
        [...valuesOf(drawn), topic, actor.label],
      );
      await noteTopic(tx, made!.id, topic);
      await keepVersion(tx, made!.id, actor);
      await audit(tx, actor, 'template.created', { id: made!.id, name: fields.name, version: 1 });
      return made!.id;
    });
    return this.get(id);
  }

  /**
   * Replaces a template; what it was before this sitting stays as an earlier version. The audit has one line for each
   * version.
   * @throws AppError 404; 409 when somebody saved after `version`; 422 when a part does not parse, or for a design
   *   that cannot be rendered
   */
  async change(actor: Actor, id: string, fields: TemplateFields, version?: number, restored?: number) {
    await this.stored(fields, async (tx, drawn) => {
      const before = await tx.row<{ version: number; topic_id: string | null }>(
        'select version, topic_id from cortex.templates where id = $1 for update',
        [id],
      );
      if (!before) throw notFound('template');
      if (version !== undefined && version !== before.version && !(await onlyRedrawnSince(tx, id, version))) {
        throw new AppError(
          'template_changed',
          'Someone else has saved this template since you loaded it. Load it again and repeat your change.',
          { facts: { version: before.version } },
        );
      }
      const topic = await topicFor(tx, fields, before.topic_id);
      await tx.run(
        `update cortex.templates set name = $1, subject = $2, preheader = $3, stream = $4, editor = $5, design = $6::jsonb,
           html = $7, text = $8, generated_text = $9, topic_id = $10, version = version + 1, updated_at = cortex.now()
         where id = $11`,
        [...valuesOf(drawn), topic, id],
      );
      if (topic !== before.topic_id) await noteTopic(tx, id, topic);
      // What is restored over must stay.
      if (!(await keepVersion(tx, id, actor, { apart: restored !== undefined }))) return;
      const after = { id, name: fields.name, version: before.version + 1, ...(restored ? { as: restored } : {}) };
      await audit(tx, actor, restored ? 'template.restored' : 'template.changed', after);
    });
    return this.get(id);
  }

  /**
   * Saves an earlier version once more, as the newest. A design is rendered again, in the brand of today.
   * @throws AppError as `change`
   */
  async restore(actor: Actor, id: string, number: number, version?: number) {
    const kept = await this.versions.get(id, number);
    const { name, subject, preheader, stream, editor, design, html, text } = kept;
    // A topic that was removed since cannot come back; the one of today stays in its place.
    const gone =
      kept.topic_id && !(await this.database.row('select from cortex.topics where id = $1', [kept.topic_id]));
    const topic = gone ? {} : { topic_id: kept.topic_id };
    const fields = { name, subject, preheader, stream, editor, design, html, text, ...topic };
    return this.change(actor, id, fields, version, number);
  }

  /**
   * Marks a version as system mail.
   * @throws AppError 404; 409 when another version was saved meanwhile; 422 for marketing
   */
  async approve(actor: Actor, id: string, version: number) {
    await this.versions.approve(actor, id, version);
    return this.get(id);
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
      await tx.run("delete from cortex.uses where user_kind = 'template' and user_id = $1", [id]);
    });
  }

  /**
   * Draws the fields and stores them; once more when the brand was changed meanwhile, so that whoever brings a brand to
   * all templates finds this one in it or before it.
   */
  private async stored<T>(fields: TemplateFields, store: (tx: Tx, drawn: DrawnFields) => Promise<T>): Promise<T> {
    for (let turn = 1; ; turn += 1) {
      const { design, html, generated_text, brand } = await this.renderer.draw(fields);
      const drawn = { ...fields, design, html, generated_text };
      await assertParses(drawn);
      const done = await this.database.tx(async (tx) => {
        if (brand && turn < TURNS && !(await isBrand(tx, brand))) return undefined;
        return { value: await store(tx, drawn) };
      });
      if (done) return done.value;
    }
  }
}

/** Changes of the brand that may come in between before a template is stored all the same. */
const TURNS = 5;

/** Whether mail looks like this now; if so, it does until this transaction ends. */
async function isBrand(tx: Tx, brand: Brand): Promise<boolean> {
  const row = await tx.row<{ brand: unknown }>(`${settingsSql('brand')} for share`);
  return JSON.stringify(brandFrom(row!.brand)) === JSON.stringify(brand);
}

interface DrawnFields extends TemplateFields {
  generated_text: string | null;
}

type Audited = Pick<TemplateRow, 'id' | 'name' | 'version'> & { as?: number };

const audit = (tx: Tx, actor: Actor, action: AuditAction, { id, ...after }: Audited): Promise<void> =>
  recordAudit(tx, actor, { action, targetKind: 'template', targetId: id, after });

const valuesOf = (fields: DrawnFields): unknown[] => [
  fields.name,
  fields.subject,
  fields.preheader,
  fields.stream,
  fields.editor,
  fields.design === undefined || fields.design === null ? null : JSON.stringify(fields.design),
  fields.html,
  fields.text || null,
  fields.generated_text,
];

/**
 * The topic of a template that is stored with these fields.
 * @throws AppError 422 for a topic of system mail, and for one that does not exist
 */
async function topicFor(
  tx: Tx,
  { stream, topic_id: given }: TemplateFields,
  before: string | null,
): Promise<string | null> {
  if (stream === 'transactional') {
    if (!given) return null;
    throw new AppError('invalid_template', 'System mail has no topic, so nothing was saved.', {
      errors: [{ pointer: '/topic_id', message: 'System mail has no topic. Remove the topic.' }],
    });
  }
  const topic = given === undefined ? before : given;
  if (topic && topic !== before && !(await tx.row('select from cortex.topics where id = $1 for key share', [topic])))
    throw new AppError('unknown_topic', 'This topic does not exist. Choose among those in the settings.', {
      errors: [{ pointer: '/topic_id', message: 'There is no topic with this id.' }],
    });
  return topic;
}

/** Keeps a topic that a template names from being removed. */
async function noteTopic(tx: Tx, id: string, topic: string | null): Promise<void> {
  await tx.run("delete from cortex.uses where user_kind = 'template' and user_id = $1 and used_kind = 'topic'", [id]);
  if (topic)
    await tx.run(
      "insert into cortex.uses (user_kind, user_id, used_kind, used_id) values ('template', $1, 'topic', $2)",
      [id, topic],
    );
}

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
  approved_at: row.approved_at?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
