import { PgBoss, type Db, type JobResult, type JobWithMetadata, type QueueOptions } from 'pg-boss';
import { connectionOptions, IDLE, RepeatingLoop, type Database, type Log, type Tx } from '#platform';
import type { EnqueueOptions, JobDefinition, ReceivedJob } from './jobs.js';

export interface Work {
  name: string;
  run(received: ReceivedJob<unknown>): Promise<void>;
  batchSize: number;
  concurrency: number;
}

/** Seconds between looks of each queue into the table while nobody can tell of new jobs. */
const POLLING = 0.5;
/** Seconds between them otherwise, in case everything below failed. */
const POLLING_NOTIFIED = 300;
/** Milliseconds between looks for all queues at once: notifications tell of new jobs, not of what falls due. */
const DUE_EVERY = 2_000;
/** Seconds without a sign of life after which a job in hand goes back to the queue; the least that pg-boss takes. */
const HEARTBEAT = 10;
const DAY = 86_400;
/** Milliseconds after which one of its statements fails: all are short. */
const LONGEST_STATEMENT = 30_000;

const READY = `exists (select from pgboss.job j where j.name = q.name and j.state in ('created', 'retry') and not j.blocked
  and j.start_after <= now())`;
/** Its process is gone, or it is out of time. */
const LOST = `exists (select from pgboss.job j where j.name = q.name and j.state = 'active'
  and (j.started_on + j.expire_seconds * interval '1 s' < now()
    or j.heartbeat_on + j.heartbeat_seconds * interval '1 s' < now()))`;

/** pg-boss behind our own queue; it keeps its tables in schema `pgboss` and migrates them itself. */
export class PgBossAdapter {
  private readonly boss: PgBoss;
  /** Fetchers by the queue they fetch from. */
  private readonly fetchers = new Map<string, string[]>();
  private readonly due: RepeatingLoop;

  constructor(
    private readonly database: Database,
    poolSize: number,
    private readonly log: Log,
  ) {
    const { options } = database.source;
    const url = 'url' in options ? options.url : undefined;
    const connection = connectionOptions({ url, name: 'cortex-queue', statementTimeout: LONGEST_STATEMENT });
    this.boss = new PgBoss({
      max: poolSize,
      schema: 'pgboss',
      useListenNotify: true,
      // Ticks come from @nestjs/schedule.
      schedule: false,
      // Jobs of killed processes are looked for below; this is how often they may be taken back.
      superviseIntervalSeconds: 60,
      monitorIntervalSeconds: 5,
      // Its register of processes measures this one fifty times a second, for a table that nobody reads.
      registerInstance: false,
      // No job waits for another one here.
      flowIntervalSeconds: 600,
      notifyHeartbeatIntervalMs: 30_000,
      // Options of its pool, which its own types leave out.
      ...{ ...connection, idleTimeoutMillis: IDLE },
    });
    const due = `exists (select from pgboss.queue q where ${READY} or ${LOST})`;
    const work = async () => (await this.wakeDue(), false);
    this.due = new RepeatingLoop({ name: 'queue', work, idle: DUE_EVERY, poll: { database, due }, log });
    // Without a listener an error event would end the process.
    this.boss.on('error', (error) => this.log.warn({ reason: error.message }, 'queue error'));
    this.boss.on('warning', (warning) => this.log.warn({ reason: warning.message }, 'queue warning'));
  }

  async start(jobs: JobDefinition[]): Promise<void> {
    await this.boss.start();
    for (const job of deadLettersFirst(jobs)) await this.prepare(job);
  }

  /** One look for all queues that are worked on here; a fetch of each would be some twenty statements. */
  private async wakeDue(): Promise<void> {
    const queues = await this.database.rows<{ name: string; lost: boolean }>(
      `select name, lost from (select q.name, ${READY} as ready, ${LOST} as lost from unnest($1::text[]) q(name)) q
       where ready or lost`,
      [[...this.fetchers.keys()]],
    );
    for (const { name, lost } of queues) {
      if (lost) await this.boss.supervise(name);
      for (const id of this.fetchers.get(name) ?? []) this.boss.notifyWorker(id);
    }
  }

  private async prepare(job: JobDefinition): Promise<void> {
    const options: QueueOptions = {
      retryLimit: job.retry.tries - 1,
      retryDelay: job.retry.first,
      retryBackoff: job.retry.factor === 2,
      expireInSeconds: job.expireInSeconds ?? 900,
      // A killed process leaves its jobs active; without a heartbeat an exclusive job would block its queue until it expires.
      heartbeatSeconds: HEARTBEAT,
      deleteAfterSeconds: job.deleteAfterSeconds ?? DAY,
      ...(job.retry.factor === 2 && job.retry.longest ? { retryDelayMax: job.retry.longest } : {}),
    };
    const further = { notify: true, ...(job.deadLetter ? { deadLetter: job.deadLetter.name } : {}) };
    await this.boss.createQueue(job.name, { ...options, ...further, policy: job.policy ?? 'standard' });
    // For a queue that was there before: what an earlier version of this job said must not outlive it.
    await this.boss.updateQueue(job.name, { ...options, ...further });
  }

  async stop(patience: number): Promise<void> {
    await this.due.stop();
    await this.boss.stop({ graceful: true, timeout: patience, close: true });
  }

  async send(tx: Tx | undefined, name: string, payload: unknown, options: EnqueueOptions): Promise<string | undefined> {
    const id = await this.boss.send(name, payload as object, { ...translate(options), ...inside(tx) });
    return id ?? undefined;
  }

  async insert(tx: Tx | undefined, name: string, payloads: unknown[], options: EnqueueOptions): Promise<void> {
    const jobs = payloads.map((payload) => ({ data: payload as object, ...translate(options) }));
    await this.boss.insert(name, jobs, inside(tx));
  }

  async work(work: Work): Promise<void> {
    const options = {
      batchSize: work.batchSize,
      perJobResults: true,
      includeMetadata: true,
      pollingIntervalSeconds: POLLING,
      notifyPollingIntervalSeconds: POLLING_NOTIFIED,
      burstWhenBatchFull: true,
    } as const;
    const handler = async (jobs: JobWithMetadata<object>[]) => Promise.all(jobs.map((job) => this.runOne(work, job)));
    // One after another instead of by its own option, which tells the id of the first only.
    const ids: string[] = [];
    while (ids.length < work.concurrency) ids.push(await this.boss.work(work.name, options, handler));
    this.fetchers.set(work.name, ids);
    this.due.start();
  }

  /** One bad job of a batch fails alone. What is kept of its error is the message: stacks may hold personal data. */
  private async runOne(work: Work, job: JobWithMetadata<object>): Promise<JobResult> {
    try {
      await work.run({ id: job.id, payload: job.data, retry: job.retryCount, signal: job.signal });
      return { id: job.id, status: 'completed' };
    } catch (error) {
      const reason = (error as Error).message;
      this.log.warn({ job: work.name, id: job.id, retry: job.retryCount, reason }, 'job failed');
      return { id: job.id, status: 'failed', output: { reason } };
    }
  }
}

function translate({ onceEvery, ...options }: EnqueueOptions) {
  return onceEvery ? { ...options, singletonSeconds: onceEvery } : options;
}

/** pg-boss on the caller's own connection. */
function inside(tx: Tx | undefined): { db?: Db } {
  if (!tx) return {};
  return { db: { executeSql: async (text, values) => ({ rows: await tx.rows(text, values ?? []) }) } };
}

/** A queue may only name a dead letter queue that exists. */
function deadLettersFirst(jobs: JobDefinition[]): JobDefinition[] {
  const ordered = new Set<JobDefinition>();
  const add = (job: JobDefinition) => {
    if (ordered.has(job)) return;
    if (job.deadLetter) add(job.deadLetter);
    ordered.add(job);
  };
  jobs.forEach(add);
  return [...ordered];
}
