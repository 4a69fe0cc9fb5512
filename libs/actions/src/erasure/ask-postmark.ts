import { settingsSql } from '#rules';
import { newId, type Actor, type Tx, type Vault } from '#platform';
import type { Known } from './who.js';

/** Notes whom Postmark has to remove; a job of `#send` asks it. Their addresses wait for it encrypted. */
export async function noteForPostmark(tx: Tx, vault: Vault, by: Actor, { addresses }: Known): Promise<void> {
  const keys = await vault.keys();
  const row = await tx.row<{ sender: string | null }>(
    `select coalesce(substring(s.sender_transactional from '<([^>]+)>'), s.sender_transactional,
       (select u.email from cortex_staff."user" u where u.role = 'admin' order by u."createdAt" limit 1)) as sender
     from (${settingsSql('sender_transactional')}) s`,
  );
  for (const address of addresses) {
    const id = newId();
    await tx.run('insert into cortex.removals_at_postmark (id, sealed, requested_by) values ($1, $2, $3)', [
      id,
      keys.seal(address, id),
      by.kind === 'staff' ? by.label : (row?.sender ?? by.label),
    ]);
  }
}
