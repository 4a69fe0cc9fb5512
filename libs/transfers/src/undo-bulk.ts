import { Injectable } from '@nestjs/common';
import { writeAs } from '#directory';
import { Database, recordAudit, type Tx, type Actor } from '#platform';
import { csvCell } from '#rules';
import { ListMembers } from '#smart-lists';
import { beginJob } from './begin-job.js';
import { counted, type RunningJob, type Step, type SteppedWork } from './step.js';
import { takeUndo } from './take-undo.js';

/** Changes that one step takes back. */
const AT_A_TIME = 1_000;

interface Order {
  job_id: string;
  action: string;
  smart_list_id: string | null;
}

interface Change {
  ord: string;
  kind: 'customer' | 'lead' | 'member';
  record_id: string;
}

const tables = { customer: 'public.unified_profiles', lead: 'public.purchase_leads' } as const;
const had = 'cortex.plain_tags(t.tags)';
/** SQL: the tags as they were, as far as nobody changed these since; $3 says whether they had been added. */
const before = `case when $3::boolean
  then array(select g from unnest(${had}) with ordinality n (g, at) where g <> all (c.tags) order by at)
  else ${had} || array(select g from unnest(c.tags) with ordinality n (g, at)
    where cortex.fold(g) <> all (cortex.fold_all(${had})) order by at) end`;

/** Takes back a change of tags, or of a static list, from those for whom it made a difference. */
@Injectable()
export class UndoBulk implements SteppedWork {
  readonly kind = 'contacts.bulk_undo';
  /** The kind of job that it undoes. */
  readonly undoes = 'contacts.bulk';

  constructor(
    private readonly database: Database,
    private readonly members: ListMembers,
  ) {}

  /** Answers the job's id. @throws AppError 404; 409 when there is nothing to undo */
  async start(actor: Actor, jobId: string): Promise<string> {
    return this.database.tx(async (tx) => {
      await takeUndo(tx, jobId);
      const job = (await tx.row<{ action: string; smart_list_id: string | null; n: number }>(
        `select j.action, j.smart_list_id,
           (select count(*)::int from cortex.bulk_changes c where c.job_id = j.id) as n
         from cortex.jobs j where j.id = $1`,
        [jobId],
      ))!;
      await recordAudit(tx, actor, { action: 'contacts.change_undone', targetKind: 'job', targetId: jobId });
      return beginJob(tx, actor, {
        kind: this.kind,
        action: 'undo',
        input: { job_id: jobId, action: job.action, smart_list_id: job.smart_list_id } satisfies Order,
        total: job.n,
        fileName: 'What undoing a change did',
        heading: ['id', 'result'],
      });
    });
  }

  async step(tx: Tx, job: RunningJob): Promise<Step> {
    const { job_id, action, smart_list_id } = JSON.parse(job.input.toString()) as Order;
    const changes = await tx.rows<Change>(
      `select ord, kind, record_id from cortex.bulk_changes
       where job_id = $1 and ($2::bigint is null or ord < $2) order by ord desc limit $3`,
      [job_id, job.position, AT_A_TIME],
    );
    await writeAs(tx, { by: job.actor.label });
    const restored = smart_list_id
      ? await this.ofList(tx, job.actor, smart_list_id, action === 'add_to_list' ? 'remove' : 'add', changes)
      : await tagsAsBefore(tx, job_id, action, changes);
    const counts = { ...job.progress.counts };
    const lines = changes.map(({ record_id }) => {
      const result = restored.has(record_id) ? 'restored' : 'kept';
      counted(counts, result);
      return `${[record_id, result].map(csvCell).join(',')}\r\n`;
    });
    return {
      position: changes.length < AT_A_TIME ? undefined : changes.at(-1)!.ord,
      progress: { ...job.progress, done: job.progress.done + changes.length, counts },
      lines: lines.join(''),
    };
  }

  private async ofList(
    tx: Tx,
    actor: Actor,
    listId: string,
    how: 'add' | 'remove',
    changes: readonly Change[],
  ): Promise<ReadonlySet<string>> {
    const known = await tx.rows<{ id: string }>(
      'select p.id from cortex.people p where p.person_id = any($1::uuid[]) and p.type is not null',
      [changes.map(({ record_id }) => record_id)],
    );
    const moved = new Set<string>();
    const named = { contact_ids: known.map(({ id }) => id) };
    await this.members.changeIn(tx, actor, listId, how, [named], {
      moved: (people) => {
        for (const person of people) moved.add(person);
      },
    });
    return moved;
  }
}

async function tagsAsBefore(
  tx: Tx,
  jobId: string,
  action: string,
  changes: readonly Change[],
): Promise<ReadonlySet<string>> {
  const restored = new Set<string>();
  for (const kind of ['customer', 'lead'] as const) {
    const ords = changes.filter((change) => change.kind === kind).map(({ ord }) => ord);
    if (ords.length === 0) continue;
    const rows = await tx.rows<{ id: string }>(
      `update ${tables[kind]} t set tags = ${before}, updated_at = cortex.now()
       from cortex.bulk_changes c
       where c.job_id = $1 and c.ord = any($2::bigint[]) and t.id = c.record_id
         and ${had} is distinct from ${before}
       returning t.id`,
      [jobId, ords, action === 'add_tags'],
    );
    for (const { id } of rows) restored.add(id);
  }
  return restored;
}
