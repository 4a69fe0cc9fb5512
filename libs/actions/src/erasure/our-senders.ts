import { addressOf } from '#directory';
import { readSettings, type Tx } from '#platform';
import { readMailbox } from '#rules';

/**
 * Those of these addresses, in their one form, that mail of the workspace comes from: its own two senders and the listed
 * ones. Where one stands it is the workspace's own, so that erasing a person who has it as well leaves it there.
 */
export async function sendersAmong(tx: Tx, addresses: readonly string[]): Promise<string[]> {
  const { sender_broadcast, sender_transactional } = await readSettings(tx, 'sender_broadcast', 'sender_transactional');
  const listed = await tx.rows<{ address: string }>(
    'select cortex.address(s.address::public.citext) as address from cortex.senders s where cortex.address(s.address::public.citext) = any($1::text[])',
    [addresses],
  );
  const ours = new Set(listed.map(({ address }) => address));
  for (const sender of [sender_broadcast, sender_transactional]) {
    const address = sender === null ? undefined : addressOf(readMailbox(sender)?.address ?? sender);
    if (address !== undefined) ours.add(address);
  }
  return addresses.filter((address) => ours.has(address));
}
