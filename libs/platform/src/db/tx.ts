import type pg from 'pg';
import type { DataSource, EntityManager, QueryResult, QueryRunner } from 'typeorm';
import { withoutValues } from '../log/secrecy.js';
import { databaseFailure, outageOf } from './database-errors.js';
import { Pulse } from './pulse.js';
import { WorkPoll } from './work-poll.js';

/**
 * A hot statement, prepared once per connection under its name, so that it is parsed once and planned a few times
 * instead of each time. One name, one text.
 */
export interface Prepared {
  name: string;
  text: string;
}

/** The driver takes both; TypeORM's types know only the text. */
const asText = (statement: string | Prepared): string => statement as string;

const SETTLE = 'set constraints all immediate; set constraints all deferred';

/** SQL on one connection, inside the transaction that made it. */
export class Tx {
  /** @param repeated where each statement is to be prepared when it comes again: those that came so far, by their texts */
  constructor(
    private readonly runner: QueryRunner,
    private readonly repeated?: Map<string, Prepared>,
  ) {}

  /** The rows of a SELECT, or of a statement with RETURNING. */
  async rows<T = Record<string, unknown>>(text: string | Prepared, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.query(text, values)).records as T[];
  }

  /** The only row, or undefined. */
  async row<T = Record<string, unknown>>(
    text: string | Prepared,
    values: readonly unknown[] = [],
  ): Promise<T | undefined> {
    return (await this.rows<T>(text, values))[0];
  }

  /** The number of rows that a statement inserted, updated or deleted. */
  async run(text: string | Prepared, values: readonly unknown[] = []): Promise<number> {
    return (await this.query(text, values)).affected ?? 0;
  }

  /** What failed is thrown without the values it was about: errors are logged, stored and shown. */
  private async query(text: string | Prepared, values: readonly unknown[]): Promise<QueryResult> {
    try {
      return await this.runner.query(asText(this.prepared(text, values)), values as unknown[], true);
    } catch (error) {
      throw withoutValues(error);
    }
  }

  private prepared(text: string | Prepared, values: readonly unknown[]): string | Prepared {
    // Without values it may be several statements, which cannot be prepared.
    if (!this.repeated || typeof text !== 'string' || values.length === 0) return text;
    const known = this.repeated.get(text);
    if (known) return known;
    this.repeated.set(text, { name: `again_${this.repeated.size}`, text });
    return text;
  }

  /** The transaction's instant, by the database's one clock. */
  async now(): Promise<Date> {
    return (await this.row<{ now: Date }>('select cortex.now() as now'))!.now;
  }

  /** Does now what waits for the commit, such as the directory's sweep. */
  async settle(): Promise<void> {
    await this.runner.query(SETTLE);
  }

  /** TypeORM's repositories inside this transaction. */
  get manager(): EntityManager {
    return this.runner.manager;
  }

  /** Runs `work` under a savepoint: what it wrote is undone when it throws, the transaction stays usable. */
  async savepoint<T>(work: () => Promise<T>): Promise<T> {
    await this.runner.query('savepoint part');
    try {
      const result = await work();
      await this.runner.query('release savepoint part');
      return result;
    } catch (error) {
      await this.runner.query('rollback to savepoint part');
      throw error;
    }
  }

  /** Runs `work` as a transaction of its own inside this one: at its end what waits for a commit is done. */
  async part<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    await this.runner.query('savepoint part');
    try {
      const result = await work(this);
      // In one trip: there are very many of these.
      await this.runner.query(`${SETTLE}; release savepoint part`);
      return result;
    } catch (error) {
      await this.runner.query('rollback to savepoint part');
      throw error;
    }
  }

  /** Runs `work` under a savepoint and undoes all that it wrote: it answers what would have come of it. */
  async undone<T>(work: () => Promise<T>): Promise<T> {
    await this.runner.query('savepoint undone');
    try {
      return await work();
    } finally {
      await this.runner.query('rollback to savepoint undone');
    }
  }
}

export interface TxOptions {
  isolation?: 'READ COMMITTED' | 'REPEATABLE READ';
  readOnly?: boolean;
  /** Milliseconds after which a statement is cancelled by the server. */
  statementTimeout?: number;
  /**
   * For work of very many alike statements, one after the other: each is parsed and planned once, whatever its values. The
   * connection is closed at the end, and what was prepared goes with it.
   */
  repetitive?: boolean;
}

/** The one way to the database: a transaction given explicitly, or a single statement. */
export class Database {
  /** Tells this process's loops when there is something for them. */
  readonly workPoll: WorkPoll;
  /** Whether the database answers; a pool of somebody else's may be watched too. */
  readonly pulse: Pulse;
  /** When a statement of this process last met a full disk; epoch milliseconds. */
  fullDiskAt: number | undefined;

  /** @param beside another database over the same connections, which watches over them already */
  constructor(
    readonly source: DataSource,
    beside?: Database,
  ) {
    this.workPoll = beside?.workPoll ?? new WorkPoll(source);
    this.pulse = beside?.pulse ?? new Pulse('url' in source.options ? source.options.url : undefined);
    if (!beside) this.pulse.watch((source.driver as unknown as { master: pg.Pool }).master, { awaited: false });
  }

  /**
   * This database as work inside one transaction has it: each of that work's own transactions is a part of `whole`, and
   * stays or goes with it. What would happen at a commit happens at the end of its part. For one caller at a time, who
   * asks for no isolation or time-out of their own.
   */
  inside(whole: Tx): Database {
    return new InsideTx(this, whole);
  }

  async tx<T>(work: (tx: Tx) => Promise<T>, options: TxOptions = {}): Promise<T> {
    const runner = await this.connect();
    let broken: Error | undefined;
    try {
      // READ COMMITTED is what every session begins with, and saying so would be a round trip of its own.
      await runner.startTransaction(options.isolation === 'READ COMMITTED' ? undefined : options.isolation);
      const settings = [
        ...(options.readOnly ? ['set transaction read only'] : []),
        ...(options.statementTimeout ? [`set local statement_timeout = ${Math.ceil(options.statementTimeout)}`] : []),
        ...(options.repetitive ? ['set local plan_cache_mode = force_generic_plan'] : []),
      ];
      if (settings.length > 0) await runner.query(settings.join('; '));
      const result = await work(new Tx(runner, options.repetitive ? new Map() : undefined));
      await runner.commitTransaction();
      return result;
    } catch (error) {
      if (this.isBroken(error)) broken = error as Error;
      // On a connection that nobody answers a rollback would only wait once more.
      else if (runner.isTransactionActive)
        await runner.rollbackTransaction().catch((failed: Error) => (broken = failed));
      throw withoutValues(error);
    } finally {
      await giveBack(
        runner,
        broken ?? (options.repetitive ? new Error('It holds many prepared statements.') : undefined),
      );
    }
  }

  /** One statement in its own transaction. */
  async rows<T = Record<string, unknown>>(text: string | Prepared, values: readonly unknown[] = []): Promise<T[]> {
    return this.alone((tx) => tx.rows<T>(text, values));
  }

  async row<T = Record<string, unknown>>(
    text: string | Prepared,
    values: readonly unknown[] = [],
  ): Promise<T | undefined> {
    return (await this.rows<T>(text, values))[0];
  }

  async run(text: string | Prepared, values: readonly unknown[] = []): Promise<number> {
    return this.alone((tx) => tx.run(text, values));
  }

  private async alone<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = await this.connect();
    let broken: Error | undefined;
    try {
      return await work(new Tx(runner));
    } catch (error) {
      if (this.isBroken(error)) broken = error as Error;
      throw error;
    } finally {
      await giveBack(runner, broken);
    }
  }

  /** Whether its connection is not to be used again. */
  private isBroken(error: unknown): boolean {
    if (outageOf(error) === 'full_disk') this.fullDiskAt = Date.now();
    return databaseFailure(error) === 'unavailable';
  }

  private async connect(): Promise<QueryRunner> {
    this.pulse.assertThere();
    const runner = this.source.createQueryRunner();
    try {
      this.pulse.acquired((await runner.connect()) as pg.ClientBase);
      return runner;
    } catch (error) {
      void this.pulse.confirm().catch(() => undefined);
      throw error;
    }
  }
}

class InsideTx extends Database {
  constructor(
    of: Database,
    private readonly whole: Tx,
  ) {
    super(of.source, of);
  }

  override async tx<T>(work: (tx: Tx) => Promise<T>, options: TxOptions = {}): Promise<T> {
    // What only reads has nothing to undo.
    return options.readOnly ? work(this.whole) : this.whole.part(work);
  }

  override rows<T = Record<string, unknown>>(text: string | Prepared, values: readonly unknown[] = []): Promise<T[]> {
    return this.whole.rows<T>(text, values);
  }

  override run(text: string | Prepared, values: readonly unknown[] = []): Promise<number> {
    return this.tx((tx) => tx.run(text, values));
  }
}

/** @param broken why the connection must not be used again */
async function giveBack(runner: QueryRunner, broken: Error | undefined): Promise<void> {
  if (!broken) return runner.release();
  // The pool closes what it gets back with an error; TypeORM's interface does not show it.
  await (runner as QueryRunner & { releasePostgresConnection(why: Error): Promise<void> }).releasePostgresConnection(
    broken,
  );
}
