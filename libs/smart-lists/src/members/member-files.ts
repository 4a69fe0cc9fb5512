import { Injectable } from '@nestjs/common';
import type { JobAnswer } from '#contracts';
import { AppError, Database, decodeCursor, encodeCursor, newId, notFound, type Actor, type Tx } from '#platform';
import { BulkChanges, type DirectoryChange } from './bulk.js';
import { ListMembers } from './members.js';
import { assertReadable, namesInCsv } from './names-in-csv.js';

const KIND = 'smart_list.members';
const BULK = 'contacts.bulk';
/** Unknown names that a result repeats. */
const UNKNOWN_SHOWN = 10_000;

interface Queued {
  id: string;
  kind: string;
  smart_list_id: string;
  action: string;
  input: Buffer;
  actor: Actor;
}

interface Row extends Omit<JobAnswer, 'created_at' | 'ended_at' | 'file'> {
  created_at: Date;
  ended_at: Date | null;
  file_name: string | null;
  file_bytes: string | null;
  file_expires_at: Date | null;
}
const read = `select j.id, j.kind, j.status, j.smart_list_id, j.action, j.result, j.progress, j.can_undo, j.error,
    j.created_at, j.ended_at, f.name as file_name, f.bytes as file_bytes, f.expires_at as file_expires_at
  from cortex.jobs j left join cortex.files f on f.id = j.file_id`;
const present = ({ file_name, file_bytes, file_expires_at, ...row }: Row): JobAnswer => ({
  ...row,
  file:
    file_name !== null && file_expires_at && row.status !== 'running'
      ? { name: file_name, bytes: Number(file_bytes), expires_at: file_expires_at.toISOString() }
      : null,
  created_at: row.created_at.toISOString(),
  ended_at: row.ended_at?.toISOString() ?? null,
});

/** Members of static lists by CSV file, and changes to many people: kept as jobs, worked off by the worker. */
@Injectable()
export class MemberFiles {
  constructor(
    private readonly database: Database,
    private readonly members: ListMembers,
    private readonly bulk: BulkChanges,
  ) {}

  /** A change to many people as a job. @throws AppError 404; 400 for a list of rules, or rules that cannot be asked */
  async startBulk(actor: Actor, change: DirectoryChange): Promise<JobAnswer> {
    await this.bulk.check(change);
    const list = 'smart_list_id' in change.action ? change.action.smart_list_id : null;
    return this.keep(actor, BULK, list, change.action.type, Buffer.from(JSON.stringify(change)));
  }

  private async keep(
    actor: Actor,
    kind: string,
    listId: string | null,
    action: string,
    input: Buffer,
  ): Promise<JobAnswer> {
    const id = newId();
    await this.database.run(
      'insert into cortex.jobs (id, kind, smart_list_id, action, input, actor) values ($1, $2, $3, $4, $5, $6::jsonb)',
      [id, kind, listId, action, input, JSON.stringify(actor)],
    );
    return this.get(id);
  }

  /** @throws AppError 404; 400 for a list of rules or a file that cannot be read */
  async start(actor: Actor, listId: string, action: 'add' | 'remove', file: Uint8Array): Promise<JobAnswer> {
    const list = await this.database.row<{ kind: string }>('select kind from public.crm_smart_lists where id = $1', [
      listId,
    ]);
    if (!list) throw notFound('smart list');
    if (list.kind !== 'static') {
      throw new AppError(
        'not_a_static_list',
        'This list follows its rules. People can be added or removed by hand only in static lists.',
      );
    }
    await assertReadable(file);
    return this.keep(actor, KIND, listId, action, Buffer.from(file.buffer, file.byteOffset, file.byteLength));
  }

  async list(query: { limit: number; cursor?: string }): Promise<{ items: JobAnswer[]; next_cursor: string | null }> {
    const after = decodeCursor(query.cursor, 1);
    const rows = await this.database.rows<Row>(
      `${read} where $1::uuid is null or j.id < $1 order by j.id desc limit $2`,
      [after?.[0] ?? null, query.limit + 1],
    );
    const shown = rows.slice(0, query.limit);
    return {
      items: shown.map(present),
      next_cursor: rows.length > query.limit ? encodeCursor([shown.at(-1)!.id]) : null,
    };
  }

  /** @throws AppError 404 */
  async get(id: string): Promise<JobAnswer> {
    const row = await this.database.row<Row>(`${read} where j.id = $1`, [id]);
    if (!row) throw notFound('job');
    return present(row);
  }

  /** A job in many steps ends before its next one. @throws AppError 404; 409 when it is being done at once or has ended */
  async cancel(id: string): Promise<JobAnswer> {
    const cancel = "update cortex.jobs set status = 'cancelled', input = null, ended_at = cortex.now()";
    const cancelled =
      (await this.database.run(
        `${cancel} where id = (select id from cortex.jobs where id = $1 and status = 'queued' for update skip locked)`,
        [id],
      )) + (await this.database.run(`${cancel} where id = $1 and status = 'running'`, [id]));
    const job = await this.get(id);
    if (cancelled === 0)
      throw new AppError('job_started', 'This job has already started or ended, so it cannot be cancelled.');
    return job;
  }

  /** Does the oldest queued job, in one transaction. Answers whether there was one. */
  async workOne(): Promise<boolean> {
    return this.database.tx(async (tx) => {
      const job = await tx.row<Queued>(
        `select id, kind, smart_list_id, action, input, actor from cortex.jobs where status = 'queued'
         order by created_at, id limit 1 for update skip locked`,
      );
      if (!job) return false;
      try {
        const result = await tx.savepoint(() => this.work(tx, job));
        await end(tx, job.id, 'completed', result, null);
      } catch (error) {
        const reason = error instanceof AppError ? error.message : 'This job failed. Try it again.';
        await end(tx, job.id, 'failed', null, reason);
      }
      return true;
    });
  }

  private async work(tx: Tx, job: Queued): Promise<NonNullable<JobAnswer['result']>> {
    if (job.kind === BULK)
      return this.bulk.workIn(tx, job.actor, job.id, JSON.parse(job.input.toString()) as DirectoryChange);
    const how = job.action === 'remove' ? 'remove' : 'add';
    const named = await namesInCsv(job.input);
    let unknown_count = 0;
    const shown: string[] = [];
    const changed = await this.members.changeIn(tx, job.actor, job.smart_list_id, how, named, {
      unknown: (unknown) => {
        unknown_count += unknown.length;
        shown.push(...unknown.slice(0, UNKNOWN_SHOWN - shown.length));
      },
    });
    return { changed, unknown_count, unknown: shown };
  }
}

const end = (tx: Tx, id: string, status: string, result: JobAnswer['result'], error: string | null) =>
  tx.run(
    `update cortex.jobs set status = $2, result = $3::jsonb, error = $4, input = null, ended_at = cortex.now(),
       can_undo = exists (select from cortex.bulk_changes c where c.job_id = $1) where id = $1`,
    [id, status, result && JSON.stringify(result), error],
  );
