import { Inject, Injectable } from '@nestjs/common';
import { automationById } from '#automations';
import { usualAssumptions, type Assume } from '#contracts';
import { settings as settingsSchema, withoutSecrets, type DraftSettings, type Graph, type Settings } from '#graph';
import {
  AppError,
  Database,
  LOG,
  newId,
  notFound,
  RepeatingLoop,
  retryLaws,
  type Actor,
  type Log,
  type Loop,
} from '#platform';
import { compile, type CompiledVersion } from '../versions/compiled-version.js';
import { unusual } from './assumed-outcomes.js';
import { pastWindow } from '../past/past-window.js';
import { replay } from './replay.js';
import type { BacktestResult } from './tally.js';
import { withTemplateTopics } from './template-topics.js';

export type BacktestStatus = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';

export interface BacktestRow {
  id: string;
  automation_id: string;
  revision: number;
  status: BacktestStatus;
  /** 0 to 1. */
  progress: number;
  from: Date;
  to: Date;
  assume: Assume;
  result: BacktestResult | null;
  error: string | null;
  created_by: string | null;
  created_at: Date;
  ended_at: Date | null;
  /** Activities of before were deleted; null: none ever were. */
  known_since: Date | null;
}

const COLUMNS = `id, automation_id, revision, status, progress::float8 as progress, from_at as "from", to_at as "to", assume, result,
  error, created_by, created_at, ended_at,
  (select r.known_since from cortex.retention_rounds r where r.kind = 'activities') as known_since`;
const KEPT = 20;
/** Seconds without a heartbeat after which somebody else begins anew. */
const LEASE = 30;
/** Milliseconds between two looks for one that waits. */
const PAUSE = 250;
/** Those that wait, and those that their worker let go of. */
const TAKEABLE = `status in ('queued', 'running')
  and (status = 'queued' or heartbeat_at < clock_timestamp() - make_interval(secs => ${LEASE}))`;
/** Milliseconds between two notes of progress. */
const NOTE_EVERY = 400;

export interface BacktestWish {
  from: Date;
  to: Date;
  /** Instead of the draft. */
  graph?: Graph;
  settings?: DraftSettings;
  /** The usual assumptions when absent. */
  assume?: Assume;
}

/** Orders and answers of backtests; a worker carries them out. */
@Injectable()
export class Backtests {
  constructor(private readonly database: Database) {}

  /**
   * Queues a backtest of the draft, or of the drawing given.
   * @throws AppError 404; 400 for a window that is none; 422 for a drawing without a usable start
   */
  async start(actor: Actor, automationId: string, wish: BacktestWish): Promise<string> {
    const automation = await automationById(this.database, automationId);
    const { now } = (await this.database.row<{ now: Date }>('select cortex.now() as now'))!;
    const { to } = pastWindow(wish, now);
    const graph = wish.graph ?? automation.draft_graph;
    const settings = wish.settings ?? automation.settings;
    drawn(automation.id, automation.name, graph, settings);
    const id = newId();
    await this.database.tx(async (tx) => {
      await tx.run(
        `insert into cortex.backtests (id, automation_id, revision, graph, settings, from_at, to_at, created_by, assume)
         values ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7, $8, $9::jsonb)`,
        [
          id,
          automationId,
          automation.revision,
          // Nothing is called, so secrets need not be known.
          JSON.stringify(withoutSecrets(graph)),
          JSON.stringify(settings),
          wish.from,
          to,
          actor.label,
          JSON.stringify(unusual(wish.assume ?? usualAssumptions)),
        ],
      );
      await tx.run(
        `delete from cortex.backtests where automation_id = $1 and status not in ('queued', 'running')
           and id not in (select id from cortex.backtests where automation_id = $1 order by id desc limit ${KEPT})`,
        [automationId],
      );
    });
    return id;
  }

  /** @throws AppError 404 */
  async get(id: string): Promise<BacktestRow> {
    const row = await this.database.row<BacktestRow>(`select ${COLUMNS} from cortex.backtests where id = $1`, [id]);
    if (!row) throw notFound('backtest');
    return inFull(row);
  }

  /** The latest of an automation, newest first. */
  async latest(automationId: string, limit = KEPT): Promise<BacktestRow[]> {
    const rows = await this.database.rows<BacktestRow>(
      `select ${COLUMNS} from cortex.backtests where automation_id = $1 order by id desc limit $2`,
      [automationId, limit],
    );
    return rows.map(inFull);
  }

  /** @throws AppError 404; 409 when it has ended */
  async cancel(id: string): Promise<BacktestRow> {
    const changed = await this.database.run(
      `update cortex.backtests set status = 'cancelled', ended_at = cortex.now()
       where id = $1 and status in ('queued', 'running')`,
      [id],
    );
    const row = await this.get(id);
    if (changed === 0)
      throw new AppError('backtest_ended', `This backtest has ended: it is ${row.status}.`, {
        facts: { current_status: row.status },
      });
    return row;
  }
}

/** A row keeps only the assumptions that are not the usual ones. */
const inFull = <T extends { assume: Partial<Assume> }>(row: T): T & { assume: Assume } => ({
  ...row,
  assume: { ...usualAssumptions, ...row.assume },
});

/**
 * A draft in the shape of a version.
 * @throws AppError 422 when it has no start, or settings that are unfinished
 */
export function drawn(automationId: string, name: string, graph: Graph, draft: DraftSettings): CompiledVersion {
  const settings = settingsSchema.safeParse(draft);
  if (!settings.success)
    throw new AppError(
      'settings_unfinished',
      'The settings are not finished. Fix these, then run the backtest again.',
      {
        errors: settings.error.issues.map((issue) => ({
          pointer: `/settings/${issue.path.join('/')}`,
          message: issue.message,
        })),
      },
    );
  const version = compile({
    id: 'draft',
    automation_id: automationId,
    automation_name: name,
    number: 0,
    graph,
    settings: settings.data as Settings,
    pins: {},
  });
  if (!version.start)
    throw new AppError(
      'no_start',
      'This draft has no complete start, so nobody can enter. First choose what starts it.',
      { errors: [{ pointer: '/graph/nodes', message: 'Add a start, or finish the one that is there.' }] },
    );
  return version;
}

interface Taken {
  id: string;
  automation_id: string;
  name: string;
  graph: Graph;
  settings: DraftSettings;
  from_at: Date;
  to_at: Date;
  assume: Partial<Assume>;
}

/** Carries out queued backtests, one at a time in each worker. */
@Injectable()
export class BacktestLoop implements Loop {
  readonly name = 'backtest';
  private readonly loop: RepeatingLoop;

  constructor(
    private readonly database: Database,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.loop = new RepeatingLoop({
      name: this.name,
      work: (signal) => this.once(signal),
      idle: PAUSE,
      poll: { database, due: `exists (select from cortex.backtests where ${TAKEABLE})` },
      log,
    });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** Carries out the oldest that waits, or that its worker let go of. Answers whether there was one. */
  async once(signal?: AbortSignal): Promise<boolean> {
    const taken = await this.take();
    if (!taken) return false;
    const stopped = new AbortController();
    const stop = () => stopped.abort();
    signal?.addEventListener('abort', stop);
    try {
      await this.work(taken, stopped);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    return true;
  }

  private async work(taken: Taken, stopped: AbortController): Promise<void> {
    let share = 0;
    // By the clock and not by people: a single person's past can take its time.
    const notes = setInterval(() => {
      this.note(taken.id, share).then(
        (wanted) => wanted || stopped.abort(),
        (error: Error) => this.log.warn({ backtest_id: taken.id, reason: error.message }, 'progress was not noted'),
      );
    }, NOTE_EVERY);
    try {
      const graph = await withTemplateTopics(this.database, taken.graph);
      const version = drawn(taken.automation_id, taken.name, graph, taken.settings);
      const result = await replay(this.database, version, { from: taken.from_at, to: taken.to_at }, this.log, {
        signal: stopped.signal,
        assume: inFull(taken).assume,
        progress: (done) => {
          share = done;
        },
      });
      await this.database.run(
        `update cortex.backtests set status = 'completed', progress = 1, result = $2::jsonb, ended_at = cortex.now()
         where id = $1 and status = 'running'`,
        [taken.id, JSON.stringify(result)],
      );
    } catch (error) {
      // Cancelled, or this process ends: the next worker begins anew.
      if (stopped.signal.aborted)
        await this.database.run(
          `update cortex.backtests set status = 'queued', attempts = attempts - 1 where id = $1 and status = 'running'`,
          [taken.id],
        );
      else await this.failed(taken.id, error as Error);
    } finally {
      clearInterval(notes);
    }
  }

  private async failed(id: string, error: Error): Promise<void> {
    this.log.error({ backtest_id: id, reason: error.message }, 'a backtest failed');
    await this.database.run(
      `update cortex.backtests set status = 'failed', error = $2, ended_at = cortex.now() where id = $1 and status = 'running'`,
      [id, error.message.slice(0, 500)],
    );
  }

  private async take(): Promise<Taken | undefined> {
    await this.database.run(
      `update cortex.backtests set status = 'failed', ended_at = cortex.now(),
         error = 'It was started several times and never finished. Choose a shorter period and try again.'
       where status = 'running' and attempts >= $1 and heartbeat_at < clock_timestamp() - make_interval(secs => $2)`,
      [retryLaws.backtest.tries, LEASE],
    );
    return this.database.row<Taken>(
      `update cortex.backtests b set status = 'running', progress = 0, attempts = attempts + 1, heartbeat_at = clock_timestamp()
       from cortex.automations a
       where a.id = b.automation_id and b.id = (
         select id from cortex.backtests
         where ${TAKEABLE}
         order by id limit 1 for update skip locked)
       returning b.id, b.automation_id, a.name, b.graph, b.settings, b.from_at, b.to_at, b.assume`,
    );
  }

  private async note(id: string, share: number): Promise<boolean> {
    const noted = await this.database.run(
      `update cortex.backtests set progress = $2, heartbeat_at = clock_timestamp() where id = $1 and status = 'running'`,
      [id, share],
    );
    return noted > 0;
  }
}
