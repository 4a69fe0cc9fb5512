import { adminAddresses, type AdminAddress } from '#contracts';
import { closeAttention, openAttention, type Config, type Database, type Tx } from '#platform';
import { readiness, type Stream } from '../claiming/readiness.js';

/** Says under Needs attention which mails wait for something that a person must set. */
export async function noticeWaitingMail(database: Database, config: Config): Promise<void> {
  if (!config.hasPostmark) return;
  await database.tx(async (tx) => {
    const reasons = new Map<string, number>();
    const add = (reason: string, n: number) => n > 0 && reasons.set(reason, (reasons.get(reason) ?? 0) + n);
    for (const stream of ['broadcast', 'transactional'] satisfies Stream[]) {
      const ready = await readiness(tx, config, stream, 'postmark', undefined);
      const waiting = async (condition: string) =>
        (await tx.row<{ n: number }>(
          `select count(*)::int as n from (select 1 from cortex.outgoing
           where stream = $1 and not demo and ${condition} limit 100000) w`,
          [stream],
        ))!.n;
      if (!ready.ready) add(ready.reason, await waiting('true'));
      else if (ready.facts.sender === '') add('sender', await waiting('not own_sender'));
    }
    reasons.delete('stopped');
    await showWaiting(tx, reasons);
  });
}

const waitingReasons = new Map(
  Object.entries<{ title: string; detail: string; path: AdminAddress }>({
    sender: {
      title: 'Mail is waiting: no sender is set',
      detail: 'Set the sender under Settings, Sending. Waiting mail is sent as soon as it is set.',
      path: adminAddresses.settings(),
    },
    postal_address: {
      title: 'Marketing mail is waiting: no postal address is set',
      detail: 'The law requires one in every marketing e-mail. Set it under Settings, Sending.',
      path: adminAddresses.settings(),
    },
    public_url: {
      title: 'Mail is waiting: its links would point to this machine',
      detail: 'Set CORTEX_PUBLIC_URL to the address where others reach Cortex, and restart it.',
      path: adminAddresses.settings(),
    },
  }),
);

/** Says under Needs attention why mails wait, as long as any do; closes what no longer holds. */
async function showWaiting(tx: Tx, reasons: ReadonlyMap<string, number>): Promise<void> {
  for (const [reason, { title, detail, path }] of waitingReasons) {
    const key = `sending_waits:${reason}`;
    const count = reasons.get(reason) ?? 0;
    if (count === 0) {
      await closeAttention(tx, key);
      continue;
    }
    await openAttention(tx, {
      key,
      kind: 'sending_waits',
      title,
      detail,
      action: { label: 'Open settings', href: path },
      facts: { waiting: count },
    });
  }
}
