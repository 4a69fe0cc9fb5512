import { Inject, Injectable } from '@nestjs/common';
import { Database, LOG, RepeatingLoop, type Log, type Loop } from '#platform';

const PAUSE = 2_000;
/** Rows that are gone but take up room, after which a table is cleaned. */
const MOST_DEAD = 5_000;
/** Tables that rows only pass through; their migrations give them this setting. */
const TO_CLEAN = `select c.oid::regclass::text as name from pg_class c
  where c.relkind = 'r' and 'autovacuum_vacuum_scale_factor=0' = any(c.reloptions)
    and pg_stat_get_dead_tuples(c.oid) > ${MOST_DEAD}`;

/**
 * Vacuums the tables that rows only pass through as soon as it is worth it. Their own settings ask the same of
 * autovacuum, which comes round once a minute at most servers: at thousands of activities a second the inbox would be
 * mostly dead rows by then. A shorter round would start a process every few seconds, also where nothing happens.
 */
@Injectable()
export class TableCleaning implements Loop {
  readonly name = 'cleaning';
  private readonly loop: RepeatingLoop;

  constructor(
    private readonly database: Database,
    @Inject(LOG) log: Log,
  ) {
    const poll = { database, due: `exists (${TO_CLEAN})` };
    this.loop = new RepeatingLoop({ name: this.name, work: () => this.once(), idle: PAUSE, poll, log });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** One round. Somebody else's vacuum of a table is not waited for. */
  async once(): Promise<false> {
    for (const { name } of await this.database.rows<{ name: string }>(TO_CLEAN)) {
      await this.database.rows(`vacuum (skip_locked, truncate off) ${name}`);
    }
    return false;
  }
}
