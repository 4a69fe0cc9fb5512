import { skipReasons } from '#rules';
import type { Database } from '#platform';
import type { AutomationStats, NodeStats } from './reports.queries.js';

const MAIL_STATES = ['queued', 'submitting', 'sent', 'failed', 'uncertain', 'unknown', 'cancelled'];
const OUTCOMES = ['delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed'];

/** The statistics of a span, by looking at every run, step and mail one by one: what the counters must say too. */
export async function countedOneByOne(
  database: Database,
  automationId: string,
  { from, to }: { from?: string; to?: string },
): Promise<AutomationStats> {
  const values = [automationId, from ?? '-infinity', to ?? 'infinity'];
  const stats: AutomationStats = { entered: 0, inside: 0, completed: 0, exited: 0, failed: 0, nodes: {} };
  const node = (id: string): NodeStats => (stats.nodes[id] ??= { entered: 0, here_now: 0, left: 0, ports: {} });
  const runs = await database.rows<{ status: string }>(
    `select status from cortex.automation_runs where automation_id = $1 and entered_at >= $2 and entered_at < $3`,
    values,
  );
  for (const { status } of runs) {
    stats.entered += 1;
    stats[(['active', 'waiting'].includes(status) ? 'inside' : status) as 'inside'] += 1;
  }
  const steps = await database.rows<{ node_id: string; port: string | null; left_at: Date | null }>(
    `select s.node_id, s.port, s.left_at from cortex.automation_run_steps s
     join cortex.automation_runs r on r.id = s.run_id
     where r.automation_id = $1 and s.entered_at >= $2 and s.entered_at < $3`,
    values,
  );
  for (const { node_id, port, left_at } of steps) {
    const of = node(node_id);
    of.entered += 1;
    if (left_at) of.left += 1;
    else of.here_now += 1;
    if (port) of.ports[port] = (of.ports[port] ?? 0) + 1;
  }
  const mails = await database.rows<Record<string, string | null>>(
    `select * from cortex.messages
     where automation_id = $1 and node_id is not null and created_at >= $2 and created_at < $3`,
    values,
  );
  for (const mail of mails) {
    const counts = ((node(mail.node_id!).messages as unknown) ??= {
      candidates: 0,
      skipped: Object.fromEntries(skipReasons.map((reason) => [reason, 0])),
      ...Object.fromEntries([...MAIL_STATES, ...OUTCOMES].map((name) => [name, 0])),
    }) as Record<string, number> & { skipped: Record<string, number> };
    counts.candidates! += 1;
    if (mail.state === 'skipped')
      counts.skipped[mail.reason ?? 'other'] = (counts.skipped[mail.reason ?? 'other'] ?? 0) + 1;
    else counts[mail.state!]! += 1;
    for (const outcome of OUTCOMES) if (mail[`${outcome}_at`] !== null) counts[outcome]! += 1;
  }
  return stats;
}
