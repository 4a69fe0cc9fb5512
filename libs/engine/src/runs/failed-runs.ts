import { nodeDef } from '#graph';
import { adminAddresses } from '#contracts';
import { closeAttention, openAttention, type Tx } from '#platform';

interface Failures {
  automation_id: string;
  name: string;
  failed: number;
  /** Of the one who came in last. */
  reason: string | null;
  node_id: string | null;
  type: string | null;
}

const FAILURES = `
  select a.id as automation_id, a.name, r.end_reason as reason, r.node_id,
    coalesce((select t.n from cortex.automation_totals t
      where t.automation_id = a.id and t.what = 'run' and t.state = 'failed'), 0) as failed,
    (select node ->> 'type' from cortex.automation_versions v, jsonb_array_elements(v.graph -> 'nodes') node
     where v.id = r.version_id and node ->> 'id' = r.node_id limit 1) as type
  from cortex.automations a
  left join lateral (
    select node_id, version_id, end_reason from cortex.automation_runs
    where automation_id = a.id and status = 'failed' order by entered_at desc, id desc limit 1) r on true
  where a.id = any($1::uuid[]) order by a.id`;

/**
 * Says under Needs attention how many people could not go on in each of these automations, and why; one item per
 * automation, which goes away when nobody is left who failed. Call it after their runs were written.
 */
export async function reportFailedRuns(tx: Tx, automationIds: readonly string[]): Promise<void> {
  if (automationIds.length === 0) return;
  for (const row of await tx.rows<Failures>(FAILURES, [[...new Set(automationIds)]])) {
    const { automation_id, name, failed, reason, node_id, type } = row;
    const key = `failed:${automation_id}`;
    if (failed === 0) {
      await closeAttention(tx, key);
      continue;
    }
    const step = (type !== null && nodeDef(type)?.title) || 'a step';
    await openAttention(tx, {
      key,
      kind: 'engine',
      title: failed === 1 ? `One person is stuck in “${name}”` : `${failed} people are stuck in “${name}”`,
      detail:
        `${failed === 1 ? 'They' : 'The last one'} failed at “${step}” after several attempts: ` +
        `${reason?.replace(/\.$/, '') ?? 'the cause is not known'}. Everyone stays where they are. Fix it, then retry.`,
      action: {
        label: 'Look at the step',
        href: adminAddresses.liveStep(automation_id, node_id),
      },
      facts: { automation_id, node_id, failed },
    });
  }
}
