import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { checkAside, DesignRenderer, noteMedia } from '#emails';
import {
  AppError,
  Database,
  invalidRequest,
  notFound,
  recordAudit,
  type Actor,
  type FieldError,
  type Tx,
} from '#platform';
import { dependencies } from '#rules';
import { fixAudience, funnelOf, judgeOne } from '../audience/audience.js';
import { audiencePage, type AudiencePeopleFilter } from '../audience/audience-people.js';
import {
  broadcastById,
  broadcastPage,
  countsOf,
  forgetUses,
  judgingOf,
  lockBroadcast,
  type BroadcastFilter,
  type BroadcastRow,
} from '../broadcast/broadcast.queries.js';
import { fieldsOf, streamOf, type BroadcastFields } from './draft-fields.js';
import { durationOf, paceOf } from '../pacing/pace.js';
import { present, presentListed, presentOwnTimes } from './present.js';
import { audienceOf, checkedContent, contentOf } from './readiness.js';
import { testOf } from '../split-tests/split-test.js';
import { assertStatus } from '../broadcast/status.js';
import { unknownVariant, variantsOf } from '../broadcast/variants.js';
import { ownTimesOf } from '../pacing/ways.js';

/** Saved together: a design makes the HTML. */
const contentFields: ReadonlySet<string> = new Set(['editor', 'design', 'html', 'text']);
/** Where a field's last revision is kept: the parts of the content share one. */
const revisionKey = (field: string): string => (contentFields.has(field) ? 'content' : field);

/** Milliseconds that counting an audience may take. */
export const COUNT_PATIENCE = 60_000;
/** Rows and their counts of one moment. */
const snapshot = { isolation: 'REPEATABLE READ', readOnly: true } as const;

/** Drafts of broadcasts, and what all of them are asked about. Sending them is `BroadcastLifecycle`. */
@Injectable()
export class Broadcasts {
  constructor(
    private readonly database: Database,
    private readonly renderer: DesignRenderer,
  ) {}

  list(filter: BroadcastFilter) {
    return this.database.tx(async (tx) => {
      const { rows, next_cursor } = await broadcastPage(tx, filter);
      const counts = await countsOf(tx, rows);
      return { items: rows.map((row) => presentListed(row, counts.get(row.id)!)), next_cursor };
    }, snapshot);
  }

  /** @throws AppError 404 */
  get(id: string) {
    return this.database.tx(async (tx) => {
      const row = await broadcastById(tx, id);
      const counts = (await countsOf(tx, [row])).get(id)!;
      return present(row, counts, row.status === 'draft' ? (await checkedContent(tx, row)).errors : []);
    }, snapshot);
  }

  /** @throws AppError 400 for a list, template or topic that does not exist; 422 for a design or text with mistakes */
  async create(actor: Actor, given: Pick<BroadcastFields, 'name'> & Partial<BroadcastFields>) {
    const id = await this.database.tx(async (tx) => {
      const made = await tx.row<{ id: string }>(
        'insert into cortex.broadcasts (name, created_by) values ($1, $2) returning id',
        [given.name, actor.label],
      );
      await this.write(tx, await lockBroadcast(tx, made!.id), given, 1);
      await recordAudit(tx, actor, {
        action: 'broadcast.created',
        targetKind: 'broadcast',
        targetId: made!.id,
        after: { name: given.name },
      });
      return made!.id;
    });
    return this.get(id);
  }

  /**
   * Changes the fields that are given; all others stay as they are, whoever changed them meanwhile.
   * @param base the revision that the caller has seen: a field that somebody else has changed since is not overwritten
   * @throws AppError 404; 409 unless it is a draft, or when somebody else has changed one of these fields; 400 and 422 as
   *   `create`
   */
  async save(actor: Actor, id: string, given: Partial<BroadcastFields>, base?: number) {
    await this.database.tx(async (tx) => {
      const row = await lockBroadcast(tx, id);
      assertStatus(row, ['draft'], 'Only a draft can be changed. Take it off the schedule, or duplicate it.');
      const changed = changedFields(row, given);
      if (base !== undefined) assertUnchanged(row, changed, base);
      if (changed.length > 0) await this.write(tx, row, given, row.revision + 1, changed);
    });
    return this.get(id);
  }

  /**
   * A new draft that says the same to the same people, as far as what it names still exists.
   * @param changes what is to be otherwise
   * @throws AppError 404
   */
  async duplicate(actor: Actor, id: string, changes: Partial<BroadcastFields> = {}) {
    const fields = await this.database.tx(async (tx) => withoutMissing(tx, fieldsOf(await broadcastById(tx, id))));
    return this.create(actor, { ...fields, name: `${fields.name.slice(0, 190)} (copy)`, ...changes });
  }

  /** @throws AppError 404; 409 unless it is a draft */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const row = await lockBroadcast(tx, id);
      assertStatus(row, ['draft'], 'Only a draft can be deleted. What was sent is kept.');
      await forgetUses(tx, id);
      await tx.run('delete from cortex.broadcasts where id = $1', [id]);
      await recordAudit(tx, actor, {
        action: 'broadcast.deleted',
        targetKind: 'broadcast',
        targetId: id,
        before: { name: row.name },
      });
    });
  }

  /**
   * Who would get it now, and who would not and why.
   * @param at for one that everybody gets at their own time of day: when it is scheduled for
   * @throws AppError 404; 422 when a list does not exist
   */
  audience(id: string, at?: Date) {
    return this.database.tx(
      async (tx) => {
        const row = await broadcastById(tx, id);
        const audience = await fixAudience(tx, audienceOf(row));
        const funnel = await funnelOf(tx, audience, judgingOf(row));
        const own = row.local_time && at ? await ownTimesOf(tx, audience, judgingOf(row), at) : null;
        const sending = durationOf(funnel.will_receive, await paceOf(tx));
        return { revision: row.revision, at: audience.now, ...funnel, sending, own_times: own && presentOwnTimes(own) };
      },
      { readOnly: true, statementTimeout: COUNT_PATIENCE },
    );
  }

  /** The people behind these numbers. @throws AppError 404; 422 when a list does not exist */
  audiencePeople(id: string, filter: AudiencePeopleFilter) {
    return this.database.tx(
      async (tx) => {
        const row = await broadcastById(tx, id);
        return audiencePage(tx, await fixAudience(tx, audienceOf(row)), judgingOf(row), filter);
      },
      { readOnly: true, statementTimeout: COUNT_PATIENCE },
    );
  }

  /** @returns null when this person would get it, else why not. @throws AppError 404 for the broadcast or the address */
  whyNot(id: string, email: string) {
    return this.database.tx(
      async (tx) => {
        const row = await broadcastById(tx, id);
        return judgeOne(tx, await fixAudience(tx, audienceOf(row)), judgingOf(row), email);
      },
      { readOnly: true, statementTimeout: COUNT_PATIENCE },
    );
  }

  /**
   * What it says now, for a test mail.
   * @param variant of its test, from 0 on
   * @throws AppError 404; 400 for a variant that there is not; 422 when it cannot be rendered
   */
  async content(id: string, variant: number) {
    const { row, content } = await this.database.tx(async (tx) => {
      const found = await broadcastById(tx, id);
      const asked = variantsOf(found)[variant];
      if (!asked) throw unknownVariant();
      return { row: found, content: await contentOf(tx, asked) };
    });
    const blocks = (await checkAside(content)).find(({ severity }) => severity === 'blocks');
    if (blocks)
      throw new AppError('invalid_template', `The email cannot be rendered: ${blocks.message}`, { errors: [blocks] });
    return { content, from: row.email_from ?? undefined, toStaff: row.to_staff };
  }

  /** How far its test is, and what each variant has brought. @throws AppError 404 also where nothing is tested */
  test(id: string) {
    return this.database.tx(async (tx) => {
      const row = await broadcastById(tx, id);
      if (!row.test) throw notFound('test');
      return testOf(tx, row, row.test);
    }, snapshot);
  }

  private async write(
    tx: Tx,
    row: BroadcastRow,
    given: Partial<BroadcastFields>,
    revision: number,
    changed: readonly string[] = Object.keys(given),
  ): Promise<void> {
    await assertThere(tx, given);
    const next: BroadcastFields = { ...fieldsOf(row), ...given };
    const drawn = changed.some((field) => contentFields.has(field) || field === 'audience')
      ? await this.renderer.draw({ ...next, stream: streamOf(next.audience) })
      : { design: row.design, html: row.html, generated_text: row.generated_text };
    await assertParses({ ...next, ...drawn });
    const revisions = { ...row.field_revisions };
    for (const field of changed) revisions[revisionKey(field)] = revision;
    await tx.run(
      `update cortex.broadcasts set name = $2, subject = $3, preheader = $4, email_from = $5, topic_id = $6,
         include_smart_list_ids = $7, exclude_smart_list_ids = $8, rules = $9::jsonb, template_id = $10, editor = $11,
         design = $12::jsonb, html = $13, text = $14, generated_text = $15, revision = $16, field_revisions = $17::jsonb,
         holdout_percent = $18, reply_to = $19, utm = $20::jsonb, spread = $21::jsonb, local_time = $22,
         test = $23::jsonb, to_staff = $24, updated_at = cortex.now()
       where id = $1`,
      [
        row.id,
        next.name,
        next.subject,
        next.preheader,
        next.from || null,
        next.topic_id,
        next.include_smart_list_ids,
        next.exclude_smart_list_ids,
        jsonOrNull(next.rules),
        next.template_id,
        next.editor,
        jsonOrNull(drawn.design),
        drawn.html,
        next.text || null,
        drawn.generated_text,
        revision,
        JSON.stringify(revisions),
        next.holdout_percent,
        next.reply_to || null,
        jsonOrNull(next.utm),
        jsonOrNull(next.spread),
        next.local_time,
        jsonOrNull(next.test),
        next.audience === 'staff',
      ],
    );
    await keepUses(tx, row.id, next);
    const tried = JSON.stringify(next.test?.variants ?? '');
    await noteMedia(tx, 'broadcast', row.id, `${drawn.html}${JSON.stringify(drawn.design ?? '')}${tried}`);
  }
}

const jsonOrNull = (value: unknown): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value);

/** The given fields whose value is another one. */
function changedFields(row: BroadcastRow, given: Partial<BroadcastFields>): string[] {
  const before = new Map<string, unknown>(Object.entries(fieldsOf(row)));
  return Object.entries(given)
    .filter(([field, value]) => !isDeepStrictEqual(before.get(field), value))
    .map(([field]) => field);
}

function assertUnchanged(row: BroadcastRow, changed: readonly string[], base: number): void {
  if (base > row.revision)
    throw new AppError('revision_ahead', `This draft is only at revision ${row.revision}. Load it again.`, {
      errors: [{ pointer: '/base_revision', message: `At most ${row.revision}.` }],
    });
  const theirs = changed.filter((field) => (row.field_revisions[revisionKey(field)] ?? 0) > base);
  if (theirs.length === 0) return;
  throw new AppError(
    'draft_changed',
    `Someone else has changed ${theirs.join(', ')} since you loaded this draft. Load it again and repeat your change.`,
    { facts: { revision: row.revision, fields: theirs } },
  );
}

/** What these fields name and does not exist. */
async function missingOf(tx: Tx, fields: Partial<BroadcastFields>): Promise<Pick<Named, 'id' | 'pointer'>[]> {
  const named = namedBy(fields);
  return tx.rows<Pick<Named, 'id' | 'pointer'>>(
    `select u.id, u.pointer from unnest($1::text[], $2::uuid[], $3::text[]) u(kind, id, pointer)
     where (u.kind = 'template' and not exists (select from cortex.templates t where t.id = u.id))
        or (u.kind = 'smart_list' and not exists (select from public.crm_smart_lists l where l.id = u.id))
        or (u.kind = 'topic' and not exists (select from cortex.topics t where t.id = u.id))`,
    [named.map(({ kind }) => kind), named.map(({ id }) => id), named.map(({ pointer }) => pointer)],
  );
}

/** @throws AppError 400 when a list, the template or the topic does not exist */
async function assertThere(tx: Tx, given: Partial<BroadcastFields>): Promise<void> {
  const missing = await missingOf(tx, given);
  if (missing.length === 0) return;
  const errors: FieldError[] = missing.map(({ pointer }) => ({ pointer, message: 'There is nothing with this id.' }));
  throw invalidRequest('The broadcast names something that does not exist.', errors);
}

/** For a copy of what was sent long ago. */
async function withoutMissing(tx: Tx, fields: BroadcastFields): Promise<BroadcastFields> {
  const missing = await missingOf(tx, fields);
  const gone = new Set(missing.map(({ id }) => id));
  const there = (id: string | null) => (id !== null && gone.has(id) ? null : id);
  return {
    ...fields,
    include_smart_list_ids: fields.include_smart_list_ids.filter(there),
    exclude_smart_list_ids: fields.exclude_smart_list_ids.filter(there),
    rules: missing.some(({ pointer }) => pointer === '/rules') ? null : fields.rules,
    template_id: there(fields.template_id),
    test: missing.some(({ pointer }) => pointer.startsWith('/test')) ? null : fields.test,
    topic_id: there(fields.topic_id),
  };
}

interface Named {
  kind: 'template' | 'smart_list' | 'topic';
  id: string;
  pointer: string;
}

function namedBy(given: Partial<BroadcastFields>): Named[] {
  const lists = (ids: readonly string[] = [], pointer: string): Named[] =>
    ids.map((id, at) => ({ kind: 'smart_list', id, pointer: `${pointer}/${at}` }));
  return [
    ...lists(given.include_smart_list_ids, '/include_smart_list_ids'),
    ...lists(given.exclude_smart_list_ids, '/exclude_smart_list_ids'),
    ...(given.rules ? dependencies(given.rules).lists : []).map((id): Named => ({
      kind: 'smart_list',
      id,
      pointer: '/rules',
    })),
    ...(given.template_id ? [{ kind: 'template' as const, id: given.template_id, pointer: '/template_id' }] : []),
    ...(given.test?.variants ?? []).flatMap(({ template_id }, at): Named[] =>
      template_id ? [{ kind: 'template', id: template_id, pointer: `/test/variants/${at}/template_id` }] : [],
    ),
    ...(given.topic_id ? [{ kind: 'topic' as const, id: given.topic_id, pointer: '/topic_id' }] : []),
  ];
}

/** Keeps `cortex.uses` as the broadcast says, so that nothing of it is deleted before it is sent. */
async function keepUses(tx: Tx, id: string, fields: BroadcastFields): Promise<void> {
  await forgetUses(tx, id);
  const named = namedBy(fields);
  await tx.run(
    `insert into cortex.uses (user_kind, user_id, used_kind, used_id)
     select distinct 'broadcast', $1::uuid, u.kind, u.id from unnest($2::text[], $3::uuid[]) u(kind, id)
     on conflict do nothing`,
    [id, named.map((one) => one.kind), named.map((one) => one.id)],
  );
}

/** A draft may still be empty; what is there must parse. */
async function assertParses({ subject, preheader, html, text, test }: BroadcastFields): Promise<void> {
  const written = [
    { at: '', subject, preheader, html, text },
    ...(test?.variants ?? []).map((one, at) => ({
      // Its lines are looked at when it is to be sent, beside those of the others.
      at: `/test/variants/${at}`,
      subject: '',
      preheader: '',
      html: one.html ?? '',
      text: one.text ?? null,
    })),
  ];
  const errors: FieldError[] = [];
  for (const one of written)
    for (const { severity, pointer, message } of await checkAside({
      ...one,
      subject: one.subject || '-',
      html: one.html || '-',
    }))
      if (severity === 'blocks') errors.push({ pointer: one.at + pointer, message });
  if (errors.length > 0)
    throw new AppError('invalid_template', 'The broadcast has mistakes, so nothing was saved.', { errors });
}
