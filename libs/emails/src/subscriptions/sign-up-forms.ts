import { Inject, Injectable } from '@nestjs/common';
import type { SignUpForm, SignUpFormFields } from '#contracts';
import {
  Config,
  Database,
  decodeCursor,
  encodeCursor,
  notFound,
  readSettings,
  recordAudit,
  type Actor,
  type Tx,
} from '#platform';
import { isUuid } from '#rules';
import { assertTopics } from './topics.js';

interface FormRow {
  id: string;
  name: string;
  topic_ids: string[];
  consent_text: string;
  double_opt_in: boolean;
  redirect_url: string | null;
  created_at: Date;
  updated_at: Date;
}
type CountedRow = FormRow & { asked: number; confirmed: number; exact: string };

const columns =
  'f.id, f.name, f.topic_ids, f.consent_text, f.double_opt_in, f.redirect_url, f.created_at, f.updated_at';
const counted = `select ${columns}, f.created_at::text as exact, n.asked, n.confirmed
  from cortex.sign_up_forms f
  cross join lateral (
    select count(*)::int as asked, count(s.confirmed_at)::int as confirmed
    from cortex.sign_ups s where s.form_id = f.id) n`;

/** A form as its page needs it. */
export interface PublicForm extends FormRow {
  /** The names of its topics, in their order. */
  topics: string[];
  workspace: string;
}

/** Sign-up forms for a shop's pages. */
@Injectable()
export class SignUpForms {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Config) private readonly config: Config,
  ) {}

  async list(filter: { limit: number; cursor?: string }) {
    const [at, id] = decodeCursor(filter.cursor, 2) ?? [null, null];
    const rows = await this.database.rows<CountedRow>(
      `${counted} where $1::timestamptz is null or (f.created_at, f.id) < ($1::timestamptz, $2::uuid)
       order by f.created_at desc, f.id desc limit $3`,
      [at, id, filter.limit + 1],
    );
    const items = rows.slice(0, filter.limit);
    const last = items.at(-1);
    return {
      items: items.map((row) => this.present(row)),
      next_cursor: rows.length > filter.limit && last ? encodeCursor([last.exact, last.id]) : null,
    };
  }

  /** @throws AppError 422 when a topic does not exist */
  async create(actor: Actor, fields: SignUpFormFields) {
    return this.database.tx(async (tx) => {
      await assertTopics(tx, fields.topic_ids);
      const row = await tx.row<{ id: string }>(
        `insert into cortex.sign_up_forms (name, topic_ids, consent_text, double_opt_in, redirect_url, created_by)
         values ($1, $2::uuid[], $3, $4, $5, $6) returning id`,
        [...(await valuesOf(tx, fields)), actor.label],
      );
      return this.saved(tx, actor, 'form.created', row!.id);
    });
  }

  /** @throws AppError 404; 422 when a topic does not exist */
  async change(actor: Actor, id: string, fields: SignUpFormFields) {
    return this.database.tx(async (tx) => {
      const before = await tx.row<FormRow>(`select ${columns} from cortex.sign_up_forms f where f.id = $1 for update`, [
        id,
      ]);
      if (!before) throw notFound('form');
      await assertTopics(tx, fields.topic_ids);
      await tx.run(
        `update cortex.sign_up_forms set name = $1, topic_ids = $2::uuid[], consent_text = $3, double_opt_in = $4,
           redirect_url = $5, updated_at = cortex.now() where id = $6`,
        [...(await valuesOf(tx, { ...fields, ...keptOf(fields, before) })), id],
      );
      return this.saved(tx, actor, 'form.changed', id, before);
    });
  }

  /** @throws AppError 404 */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const before = await tx.row<FormRow>(`delete from cortex.sign_up_forms f where f.id = $1 returning ${columns}`, [
        id,
      ]);
      if (!before) throw notFound('form');
      await keepUses(tx, id, []);
      await recordAudit(tx, actor, { action: 'form.deleted', targetKind: 'form', targetId: id, before });
    });
  }

  /** For whoever opens its page; undefined when there is none. */
  async find(id: string): Promise<PublicForm | undefined> {
    if (!isUuid(id)) return undefined;
    return this.database.tx(async (tx) => {
      const row = await tx.row<FormRow>(`select ${columns} from cortex.sign_up_forms f where f.id = $1`, [id]);
      if (!row) return undefined;
      const { name: workspace } = await readSettings(tx, 'name');
      const topics = await tx.rows<{ name: string }>(
        'select name from cortex.topics where id = any($1::uuid[]) order by position, name, id',
        [row.topic_ids],
      );
      return { ...row, workspace, topics: topics.map(({ name }) => name) };
    });
  }

  private async saved(
    tx: Tx,
    actor: Actor,
    action: 'form.created' | 'form.changed',
    id: string,
    before?: FormRow,
  ): Promise<SignUpForm> {
    const row = (await tx.row<CountedRow>(`${counted} where f.id = $1`, [id]))!;
    await keepUses(tx, id, row.topic_ids);
    const { exact: _exact, asked: _asked, confirmed: _confirmed, ...after } = row;
    await recordAudit(tx, actor, { action, targetKind: 'form', targetId: id, before, after });
    return this.present(row);
  }

  private present({ exact: _exact, asked, confirmed, ...row }: CountedRow): SignUpForm {
    return {
      ...row,
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
      page_url: `${this.config.publicUrl}/f/${row.id}`,
      action_url: `${this.config.publicUrl}/forms/${row.id}`,
      counts: { asked, confirmed },
    };
  }
}

/** What a change leaves out stays. */
const keptOf = (fields: SignUpFormFields, before: FormRow): Pick<FormRow, 'consent_text' | 'double_opt_in'> => ({
  consent_text: fields.consent_text ?? before.consent_text,
  double_opt_in: fields.double_opt_in ?? before.double_opt_in,
});

async function valuesOf(tx: Tx, fields: SignUpFormFields): Promise<unknown[]> {
  const settings = await readSettings(tx, 'consent_text', 'double_opt_in');
  return [
    fields.name,
    fields.topic_ids,
    fields.consent_text ?? settings.consent_text,
    fields.double_opt_in ?? settings.double_opt_in,
    fields.redirect_url ?? null,
  ];
}

/** Keeps a topic that a form names from being removed. */
async function keepUses(tx: Tx, formId: string, topicIds: readonly string[]): Promise<void> {
  await tx.run("delete from cortex.uses where user_kind = 'form' and user_id = $1", [formId]);
  await tx.run(
    `insert into cortex.uses (user_kind, user_id, used_kind, used_id)
     select distinct 'form', $1::uuid, 'topic', t from unnest($2::uuid[]) t`,
    [formId, topicIds],
  );
}
