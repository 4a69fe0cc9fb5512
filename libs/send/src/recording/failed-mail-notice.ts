import { adminAddresses } from '#contracts';
import { openAttention, type Tx } from '#platform';

/** A mail that did not leave for good. */
export interface FailedMail {
  automation_id: string | null;
  node_id: string | null;
  reason: string;
}

/**
 * Says under Needs attention that mails of an automation's step fail, and why the last of them did; one item per step,
 * however many fail.
 */
export async function noticeFailedMail(tx: Tx, mails: readonly FailedMail[]): Promise<void> {
  const steps = new Map(mails.map((mail) => [`mail_failed:${mail.automation_id}:${mail.node_id}`, mail]));
  // In one order, so that two who do it never wait for each other.
  for (const [key, { automation_id, node_id, reason }] of [...steps].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const row = await tx.row<{ name: string; failed: number }>(
      `select a.name, coalesce((select t.n from cortex.automation_totals t
         where t.automation_id = a.id and t.what = 'mail' and t.node_id = $2 and t.state = 'failed'), 1) as failed
       from cortex.automations a where a.id = $1`,
      [automation_id, node_id],
    );
    if (!row) continue;
    await openAttention(tx, {
      key,
      kind: 'mail',
      title: row.failed === 1 ? `An e-mail of “${row.name}” failed` : `${row.failed} e-mails of “${row.name}” failed`,
      detail: `${
        row.failed === 1
          ? 'It will not be sent again; the person continues without it. Error:'
          : 'They will not be sent again; the people continue without them. Last error:'
      } ${reason}`,
      action: { label: 'Look at the step', href: adminAddresses.liveStep(automation_id!, node_id) },
      facts: { automation_id, node_id, failed: row.failed },
    });
  }
}
