import type { Database } from '#platform';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

const MESSAGE_STATES = ['queued', 'submitting', 'sent', 'skipped', 'failed', 'uncertain', 'unknown', 'cancelled'];
const RUN_STATES = ['active', 'waiting', 'completed', 'exited', 'failed'];

/** Figures for Prometheus, counted when asked. Every state is listed, so that a missing one reads as zero. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly messages: Gauge<'state'>;
  private readonly runs: Gauge<'status'>;
  private readonly inbox: Gauge;
  private readonly attention: Gauge;

  constructor(private readonly database: Database) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, prefix: 'cortex_' });
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
