import { Inject, Injectable } from '@nestjs/common';
import { enterGate } from '#automations';
import type { EntryPreview, EntryRefusal } from '#contracts';
import { Database, LOG, recordAudit, type Actor, type Log } from '#platform';
import { csvCell } from '#rules';
import { BulkChanges } from '#smart-lists';
import { beginJob, counted, offerUndo, StepLoop, takeUndo } from '#transfers';
import type { RunningJob, Step, SteppedWork } from '#transfers';
import { notLive } from '../entry/refusals.js';
import { openAmong } from '../runs/runs.queries.js';
import { engineTransaction, type EngineTransaction } from '../transaction/engine-transaction.js';
import { EngineVersions } from '../versions/engine-versions.js';
import { chosenPeople, insideNow, personsShown, previewEntry, refusedWords, type Chosen } from './preview-entry.js';

/** People whom one step lets in, or takes out. */
const AT_A_TIME = 100;
const heading = ['id', 'email', 'result', 'why'];
const line = (...cells: string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

interface Order {
  automation_id: string;
  people: string[];
}

/** Puts many people into a live automation, each as `RunControls.enter` does. */
@Injectable()
export class EnterPeople implements SteppedWork<EngineTransaction> {
  readonly kind = 'contacts.enter';

  constructor(
    private readonly database: Database,
    private readonly versions: EngineVersions,
    private readonly bulk: BulkChanges,
  ) {}

  /** Who would come in, and who would not and why. @throws AppError 404; 409 when it is not live */
  preview(automationId: string, chosen: Chosen): Promise<EntryPreview> {
    const { database, versions, bulk } = this;
    return previewEntry({ database, versions, bulk }, automationId, chosen);
  }

  /** Answers the job's id. @throws AppError 404; 409 when it is not live; when the rules reach too many */
  async start(actor: Actor, automationId: string, chosen: Chosen): Promise<string> {
    return this.database.tx(async (tx) => {
      const { people, unknown } = await chosenPeople(tx, this.bulk, chosen);
      await enterGate(tx);
      const version = (await this.versions.moment(tx)).live.get(automationId);
      if (!version?.start) throw await notLive(tx, automationId);
      // How many, not whom: the audit keeps no ids that the directory may have to forget.
      const after = { name: version.name, people: people.length };
      const target = { targetKind: 'automation', targetId: automationId };
      await recordAudit(tx, actor, { action: 'contacts.entered', ...target, after });
      return beginJob(tx, actor, {
        kind: this.kind,
        action: 'enter_automation',
        input: { automation_id: automationId, people } satisfies Order,
        total: people.length,
        counts: unknown.length > 0 ? { gone: unknown.length } : {},
        fileName: 'Who entered the automation',
        heading,
      });
    });
  }

  async step(on: EngineTransaction, job: RunningJob): Promise<Step> {
    const { tx } = on;
    const { automation_id, people } = JSON.parse(job.input.toString()) as Order;
    const from = Number(job.position ?? 0);
    const some = people.slice(from, from + AT_A_TIME);
    await on.lockAll(some);
    const version = on.moment.live.get(automation_id);
    if (!version?.start) throw await notLive(tx, automation_id);
    // Read under the locks: somebody may have been erased or linked since they were chosen.
    const shown = await personsShown(tx, some);
    const here = some.filter((id) => shown.has(id));
    const inside = await insideNow(tx, automation_id, here);
    // The same occasion for all steps: nobody comes in twice by one job.
    const answers = await on.enter(here.map((person_id) => ({ version, person_id, occasion: `hand:${job.id}` })));
    const runs: string[] = [];
    const came = new Map<string, 'entered' | EntryRefusal>();
    answers.forEach((answer, n) => {
      const id = here[n]!;
      if ('journey' in answer) runs.push(answer.journey.run.id);
      came.set(id, 'journey' in answer ? 'entered' : inside.has(id) ? 'inside' : answer.refused);
    });
    if (runs.length > 0) {
      await tx.run('insert into cortex.entered_by_jobs (job_id, run_id) select $1, unnest($2::uuid[])', [job.id, runs]);
      await offerUndo(tx, job.id);
    }
    const counts = { ...job.progress.counts };
    const lines = some.map((person) => {
      const result = came.get(person) ?? 'gone';
      counted(counts, result);
      const { id, email } = shown.get(person) ?? { id: '', email: '' };
      return result === 'entered'
        ? line(id, email, 'entered', '')
        : line(id, email, 'refused', refusedWords.get(result)!);
    });
    const done = from + some.length;
    return {
      position: done < people.length ? String(done) : undefined,
      progress: { ...job.progress, done, counts },
      lines: lines.join(''),
    };
  }
}

/** Takes those out again whom a job let in and who have not moved on since. What was done for them stays done. */
@Injectable()
export class RemoveEntered implements SteppedWork<EngineTransaction> {
  readonly kind = 'contacts.enter_undo';
  /** The kind of job that it undoes. */
  readonly undoes = 'contacts.enter';

  constructor(private readonly database: Database) {}

  /** Answers the job's id. @throws AppError 404; 409 when there is nothing to undo, or it still runs */
  async start(actor: Actor, jobId: string): Promise<string> {
    return this.database.tx(async (tx) => {
      await takeUndo(tx, jobId);
      const all = await tx.row<{ n: number }>(
        'select count(*)::int as n from cortex.entered_by_jobs where job_id = $1',
        [jobId],
      );
      await recordAudit(tx, actor, { action: 'contacts.entry_undone', targetKind: 'job', targetId: jobId });
      return beginJob(tx, actor, {
        kind: this.kind,
        action: 'undo',
        input: { job_id: jobId },
        total: all!.n,
        fileName: 'Who was removed from the automation',
        heading,
      });
    });
  }

  async step(on: EngineTransaction, job: RunningJob): Promise<Step> {
    const { tx, moment } = on;
    const { job_id } = JSON.parse(job.input.toString()) as { job_id: string };
    const entered = await tx.rows<{ run_id: string; person_id: string | null }>(
      `select e.run_id, r.person_id from cortex.entered_by_jobs e left join cortex.automation_runs r on r.id = e.run_id
       where e.job_id = $1 and ($2::uuid is null or e.run_id > $2) order by e.run_id limit $3`,
      [job_id, job.position, AT_A_TIME],
    );
    await on.lockAll(entered.flatMap(({ person_id }) => person_id ?? []));
    const open = await openAmong(
      tx,
      entered.map(({ run_id }) => run_id),
    );
    const journeys = await on.load(open.filter(({ moved_on }) => !moved_on));
    for (const journey of journeys) journey.end(moment.now, 'exited', 'removed by hand');
    await on.move(journeys);
    const removed = new Set(journeys.map(({ run }) => run.id));
    const shown = await personsShown(
      tx,
      entered.flatMap(({ person_id }) => person_id ?? []),
    );
    const counts = { ...job.progress.counts };
    const lines = entered.map(({ run_id, person_id }) => {
      const result = removed.has(run_id) ? 'removed' : 'kept';
      counted(counts, result);
      const { id, email } = shown.get(person_id ?? '') ?? { id: '', email: '' };
      return line(id, email, result, result === 'kept' ? 'They have moved on or left since.' : '');
    });
    return {
      position: entered.length < AT_A_TIME ? undefined : entered.at(-1)!.run_id,
      progress: { ...job.progress, done: job.progress.done + entered.length, counts },
      lines: lines.join(''),
    };
  }
}

/** Lets many people in, and takes them out again: each step is one engine transaction, guard included. */
@Injectable()
export class EntryJobs extends StepLoop<EngineTransaction> {
  constructor(
    database: Database,
    versions: EngineVersions,
    enter: EnterPeople,
    remove: RemoveEntered,
    @Inject(LOG) log: Log,
  ) {
    const parts = { database, versions, log };
    super({
      name: 'entries',
      database,
      works: [enter, remove],
      // The gate and what is live come before the job's row, as in every other door.
      begin: (work) => engineTransaction(parts, (on) => work(on.tx, on)),
      log,
    });
  }
}
