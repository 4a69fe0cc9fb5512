import { Controller, Inject, Res, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { presenceMarks } from '#automations';
import * as contracts from '#contracts';
import { Database, LOG, type Log } from '#platform';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { eventText, EventStreams } from '../../http/routes/event-streams.js';
import { Route } from '../../http/routes/route.js';

const TICK_MS = 1000;
const KEEP_ALIVE_TICKS = 15;
const MAX_CLIENTS = 500;

/**
 * What can be seen to have changed, read from the tables' own marks once a second while somebody listens, so that
 * nothing in the way of an activity or a mail has to announce itself.
 */
const MARKS = `
  select (select last_value::text from pg_sequences where schemaname = 'cortex' and sequencename = 'activity_inbox_seq_seq') as activities,
    coalesce((select id::text from cortex.messages order by id desc limit 1), '')
      || ':' || (select sum(n_tup_upd) from pg_stat_user_tables where schemaname = 'cortex' and relname = 'messages') as messages,
    (select sum(n_tup_ins + n_tup_upd)::text from pg_stat_user_tables
      where schemaname = 'cortex' and relname in ('automation_runs', 'automation_run_steps')) as runs,
    (select sum(n_tup_ins + n_tup_upd + n_tup_del)::text from pg_stat_user_tables
      where schemaname = 'cortex' and relname in ('automations', 'automation_versions')) as automations,
    (select sum(n_tup_ins + n_tup_upd + n_tup_del)::text from pg_stat_user_tables
      where schemaname = 'cortex' and relname = 'broadcasts') as broadcasts,
    (select sum(n_tup_ins + n_tup_upd)::text from pg_stat_user_tables
      where schemaname = 'cortex' and relname = 'people') as contacts,
    (select sum(n_tup_ins + n_tup_upd)::text from pg_stat_user_tables
      where schemaname = 'cortex' and relname in ('attention', 'settings')) as workspace`;

@Controller()
export class EventsController implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly streams = new EventStreams<undefined>(MAX_CLIENTS);
  private timer: NodeJS.Timeout | undefined;
  private last: Record<string, string | null> = {};
  private ticks = 0;

  constructor(
    private readonly database: Database,
    private readonly host: HttpAdapterHost,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    // A stream that stays open would hold up the server's stop.
    this.host.httpAdapter.getInstance<FastifyInstance>().addHook('preClose', (done) => {
      this.end();
      done();
    });
  }

  beforeApplicationShutdown(): void {
    this.end();
  }

  @Route(contracts.events)
  async listen(@Res() reply: FastifyReply): Promise<void> {
    this.streams.assertRoom();
    // Looked at before the listener is told to look itself, so that nothing falls between its look and the first tick.
    if (!this.timer) await this.look();
    this.streams.begin(reply, undefined, () => this.stop());
    this.timer ??= setInterval(() => void this.tick(), TICK_MS);
  }

  private async tick(): Promise<void> {
    try {
      const topics = await this.look();
      if (topics.length > 0) this.streams.sendAll(eventText('changed', { topics }));
      else if (++this.ticks % KEEP_ALIVE_TICKS === 0) this.streams.sendAll(': still here\n\n');
    } catch (error) {
      this.log.warn({ err: error }, 'looking for changes failed');
    }
  }

  /** The topics whose marks moved since the last look; none at the first. */
  private async look(): Promise<string[]> {
    const [tables, present] = await Promise.all([
      this.database.row<Record<string, string | null>>(MARKS),
      presenceMarks(this.database),
    ]);
    const marks: Record<string, string | null> = { ...tables };
    for (const [id, mark] of Object.entries(present)) marks[`presence:${id}`] = mark;
    const before = this.last;
    this.last = marks;
    if (Object.keys(before).length === 0) return [];
    return Object.keys(marks).filter((topic) => marks[topic] !== before[topic]);
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.last = {};
  }

  private end(): void {
    this.stop();
    this.streams.end();
  }
}
