import type { Database } from '#platform';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { performance, type EventLoopUtilization } from 'node:perf_hooks';

const MESSAGE_STATES = ['queued', 'submitting', 'sent', 'skipped', 'failed', 'uncertain', 'unknown', 'cancelled'];
const RUN_STATES = ['active', 'waiting', 'completed', 'exited', 'failed'];

/** Milliseconds; see below. */
const HOUR = 3_600_000;
/** What prom-client takes from a timer that wakes the process a hundred times a second, also when it does nothing. */
const SAMPLED = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map(
  (part) => `cortex_nodejs_eventloop_lag_${part}_seconds`,
);

/** Figures for Prometheus, counted when asked. Every state is listed, so that a missing one reads as zero. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly messages: Gauge<'state'>;
  private readonly runs: Gauge<'status'>;
  private readonly inbox: Gauge;
  private readonly attention: Gauge;
  private readonly eventLoop: Gauge;
  private lastLoop: EventLoopUtilization = performance.eventLoopUtilization();

  constructor(private readonly database: Database) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, prefix: 'cortex_', eventLoopMonitoringPrecision: HOUR });
    for (const name of SAMPLED) this.registry.removeSingleMetric(name);
    this.eventLoop = new Gauge({
      name: 'cortex_event_loop_utilization',
      help: 'Share of the time since the last scrape in which the event loop was busy',
      registers,
    });
    this.messages = new Gauge({ name: 'cortex_messages', help: 'Messages by state', labelNames: ['state'], registers });
    this.runs = new Gauge({
      name: 'cortex_runs',
      help: 'Automation runs by status',
      labelNames: ['status'],
      registers,
    });
    this.inbox = new Gauge({ name: 'cortex_activity_inbox', help: 'Activities not matched yet', registers });
    this.attention = new Gauge({ name: 'cortex_attention_open', help: 'Items that need a person', registers });
  }

  async read(): Promise<{ contentType: string; text: string }> {
    const [counts] = await this.database.rows<Counts>(COUNTS);
    for (const state of MESSAGE_STATES) this.messages.set({ state }, counts!.messages[state] ?? 0);
    for (const status of RUN_STATES) this.runs.set({ status }, counts!.runs[status] ?? 0);
    this.inbox.set(counts!.inbox);
    this.attention.set(counts!.attention);
    const loop = performance.eventLoopUtilization();
    this.eventLoop.set(performance.eventLoopUtilization(loop, this.lastLoop).utilization);
    this.lastLoop = loop;
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }
}

interface Counts {
  messages: Record<string, number>;
  runs: Record<string, number>;
  inbox: number;
  attention: number;
}

const COUNTS = `
  select
    (select coalesce(jsonb_object_agg(state, n), '{}') from (select state, count(*) n from cortex.messages group by state) m) as messages,
    (select coalesce(jsonb_object_agg(status, n), '{}') from (select status, count(*) n from cortex.automation_runs group by status) r) as runs,
    (select count(*)::int from cortex.activity_inbox) as inbox,
    (select count(*)::int from cortex.attention where closed_at is null) as attention`;
