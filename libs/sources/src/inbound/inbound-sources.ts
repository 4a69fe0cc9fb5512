import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { InboundMapping, InboundSource } from '#contracts';
import { AppError, Config, Database, invalidRequest, notFound, recordAudit, type Actor, type Tx } from '#platform';
import { mapBody } from './map-body.js';

interface Row {
  id: string;
  name: string;
  is_on: boolean;
  mapping: InboundMapping | null;
  created_by: string;
  created_at: Date;
}

interface Change {
  name?: string;
  mapping?: InboundMapping;
  is_on?: boolean;
}

/** Inbound webhooks of an installation. */
const MOST = 50;
const COLUMNS = 'i.id, i.name, i.is_on, i.mapping, i.created_by, i.created_at';

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
const newToken = (): string => `cx_in_${randomBytes(30).toString('base64url')}`;

/** Webhooks for systems that Cortex does not know: their addresses, and what is read of a body. */
@Injectable()
export class InboundSources {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /**
   * Makes one, with its address, which is given this once.
   * @throws AppError 422 when there are as many as there may be
   */
  async create(actor: Actor, name: string): Promise<InboundSource & { url: string }> {
    const token = newToken();
    const row = await this.database.tx(async (tx) => {
      const all = await tx.row<{ n: number }>('select count(*)::int as n from cortex.inbound_sources');
      if (all!.n >= MOST) throw new AppError('limit_reached', `There are at most ${MOST} inbound webhooks.`);
      const made = await tx.row<Row>(
        `insert into cortex.inbound_sources as i (name, token_hash, created_by) values ($1, $2, $3) returning ${COLUMNS}`,
        [name, hashOf(token), actor.label],
      );
      await audit(tx, actor, 'source.created', made!.id, { after: { name } });
      return made!;
    });
    return { ...present(row, []), url: this.urlOf(token) };
  }

  /** @throws AppError 404 */
  async read(id: string): Promise<InboundSource> {
    return this.database.tx((tx) => readOne(tx, id), { readOnly: true });
  }

  /** @throws AppError 404, or 400 when it is switched on without a mapping */
  async change(actor: Actor, id: string, change: Change): Promise<InboundSource> {
    return this.database.tx(async (tx) => {
      const before = await locked(tx, id);
      const after = { name: before.name, mapping: before.mapping, is_on: before.is_on, ...change };
      if (after.is_on && after.mapping === null)
        throw invalidRequest('Say first what is read of a body.', [
          { pointer: '/mapping', message: 'Map the type and the e-mail address, and try it with a sample.' },
        ]);
      await tx.run(`update cortex.inbound_sources i set name = $2, mapping = $3::jsonb, is_on = $4 where i.id = $1`, [
        id,
        after.name,
        after.mapping && JSON.stringify(after.mapping),
        after.is_on,
      ]);
      // They were for the mapping, and hold whatever the other system sends.
      if (after.is_on && !before.is_on)
        await tx.run('delete from cortex.inbound_samples s where s.source_id = $1', [id]);
      const { name, mapping, is_on } = before;
      await audit(tx, actor, 'source.changed', id, { before: { name, mapping, is_on }, after });
      return readOne(tx, id);
    });
  }

  /** What a mapping makes of a sample. @throws AppError 404 when there is no such webhook or no sample */
  async tryOut(id: string, { mapping, sample_id }: { mapping: InboundMapping; sample_id?: string }) {
    const sample = await this.database.row<{ body: string }>(
      `select s.body from cortex.inbound_samples s
       where s.source_id = $1 and ($2::bigint is null or s.id = $2::bigint) order by s.id desc limit 1`,
      [id, sample_id ?? null],
    );
    if (!sample) throw notFound('sample');
    const mapped = mapBody(JSON.parse(sample.body), mapping);
    if ('problems' in mapped) return { activity: null, problems: mapped.problems };
    const { type, contact_email, external_id = null, occurred_at = null, metadata = {} } = mapped.activity;
    return { activity: { type, contact_email: contact_email!, external_id, occurred_at, metadata }, problems: [] };
  }

  /** Gives it another address. @throws AppError 404 */
  async rotate(actor: Actor, id: string): Promise<InboundSource & { url: string }> {
    const token = newToken();
    return this.database.tx(async (tx) => {
      await locked(tx, id);
      await tx.run('update cortex.inbound_sources i set token_hash = $2 where i.id = $1', [id, hashOf(token)]);
      await audit(tx, actor, 'source.rotated', id, {});
      return { ...(await readOne(tx, id)), url: this.urlOf(token) };
    });
  }

  /** @throws AppError 404 */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const { name } = await locked(tx, id);
      await tx.run('delete from cortex.inbound_sources i where i.id = $1', [id]);
      await tx.run('delete from cortex.source_rejects r where r.source_id = $1', [id]);
      await audit(tx, actor, 'source.removed', id, { before: { name } });
    });
  }

  /** The webhook of a token; undefined when there is none (any more). */
  async find(token: string): Promise<InboundWebhook | undefined> {
    const row = await this.database.row<Pick<Row, 'id' | 'name' | 'is_on' | 'mapping'>>(
      'select i.id, i.name, i.is_on, i.mapping from cortex.inbound_sources i where i.token_hash = $1',
      [hashOf(token)],
    );
    return row && { id: row.id, name: row.name, mapping: row.is_on ? row.mapping : null };
  }

  private urlOf(token: string): string {
    return `${this.config.publicUrl}/in/${token}`;
  }
}

/** An inbound webhook that something was sent to; without a mapping it is not switched on. */
export interface InboundWebhook {
  id: string;
  name: string;
  mapping: InboundMapping | null;
}

async function locked(tx: Tx, id: string): Promise<Row> {
  const row = await tx.row<Row>(`select ${COLUMNS} from cortex.inbound_sources i where i.id = $1 for update`, [id]);
  if (!row) throw notFound('inbound webhook');
  return row;
}

async function readOne(tx: Tx, id: string): Promise<InboundSource> {
  const row = await tx.row<Row>(`select ${COLUMNS} from cortex.inbound_sources i where i.id = $1`, [id]);
  if (!row) throw notFound('inbound webhook');
  const samples = await tx.rows<{ id: string; at: Date; body: string }>(
    'select s.id::text as id, s.at, s.body from cortex.inbound_samples s where s.source_id = $1 order by s.id desc limit 10',
    [id],
  );
  return present(row, samples);
}

const present = (row: Row, samples: readonly { id: string; at: Date; body: string }[]): InboundSource => ({
  ...row,
  created_at: row.created_at.toISOString(),
  samples: samples.map(({ id, at, body }) => ({ id, at: at.toISOString(), body: JSON.parse(body) as unknown })),
});

const audit = (
  tx: Tx,
  actor: Actor,
  action: 'source.created' | 'source.changed' | 'source.rotated' | 'source.removed',
  targetId: string,
  what: { before?: object; after?: object },
): Promise<void> => recordAudit(tx, actor, { action, targetKind: 'source', targetId, ...what });
