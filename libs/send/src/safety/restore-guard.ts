import { openAttention, type Config, type Database, type Tx } from '#platform';
import { keyHash } from '../posting/post-batch.js';
import type { PostmarkGateway } from '../postmark/postmark.client.js';
import { markSent } from '../recording/record-results.js';

/** A database whose installation was silent for so long may be an old copy. */
const silentMinutes = 10;

/**
 * Says that the installation is alive. This is the wall clock on purpose: it tells how old a copy of the
 * database is, and decides nothing about people.
 */
export async function beat(database: Database): Promise<void> {
  await database.run(
    `insert into cortex.heartbeat (at) values (clock_timestamp())
     on conflict (one) do update set at = excluded.at where heartbeat.at < excluded.at - interval '5 seconds'`,
  );
}

/**
 * To be called once at start, before sending: a database that comes from a copy does not know what left after
 * it was taken. Then sending starts stopped, Postmark's outbound mail since the last heartbeat is paged, and
 * every mail of ours that it shows is marked as sent. Answers whether sending was stopped.
 */
export async function guardRestore(
  database: Database,
  config: Config,
  gateway: PostmarkGateway | null,
): Promise<boolean> {
  if (!gateway) return false;
  const last = await database.row<{ at: Date; silent: boolean }>(
    'select at, at < clock_timestamp() - make_interval(mins => $1) as silent from cortex.heartbeat',
    [silentMinutes],
  );
  if (!config.env.CORTEX_RESTORED && !last?.silent) return false;
  await database.tx((tx) => stopAfterRestore(tx));
  await catchUp(database, config, gateway, last?.at ?? new Date(Date.now() - 45 * 24 * 3600_000));
  return true;
}

async function stopAfterRestore(tx: Tx): Promise<void> {
  await tx.run(
    `update cortex.settings set sending_stopped_at = cortex.now(), sending_stopped_by = 'cortex',
       sending_stopped_reason = 'The database was silent for a while and may come from a copy.'
     where sending_stopped_at is null`,
  );
}

async function catchUp(database: Database, config: Config, gateway: PostmarkGateway, since: Date): Promise<void> {
  let complete = true;
  let marked = 0;
  for (const stream of [config.env.POSTMARK_BROADCAST_STREAM, config.env.POSTMARK_TRANSACTIONAL_STREAM]) {
    const result = await gateway.searchSince(since, stream);
    complete &&= result.complete;
    const ids = new Map(result.found.flatMap((found) => (found.k ? [[found.k, found.id] as const] : [])));
    marked += await database.tx((tx) => markKnown(tx, ids));
  }
  await database.tx((tx) =>
    openAttention(tx, {
      key: 'sending_after_restore',
      kind: 'sending_after_restore',
      title: 'Sending is stopped: the database may be a restored copy',
      detail: complete
        ? `Postmark was asked what was sent since then, and ${marked} e-mails were marked as sent. Check what is waiting, then resume sending.`
        : 'Postmark could not say everything that was sent since then. Compare its activity page with the outbox before you resume sending.',
      facts: { since: since.toISOString(), marked, complete },
    }),
  );
}

/** Pages through what is unsettled; the hash is made here, so that the database needs no index for this rare case. */
async function markKnown(tx: Tx, providerIds: ReadonlyMap<string, string>): Promise<number> {
  if (providerIds.size === 0) return 0;
  let marked = 0;
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const rows = await tx.rows<{ id: string; dedupe_key: string }>(
      `select id, dedupe_key from cortex.messages
       where state in ('queued', 'submitting', 'uncertain', 'unknown') and id > $1 order by id limit 5000`,
      [after],
    );
    const known = rows.flatMap((row) => {
      const provider_id = providerIds.get(keyHash(row.dedupe_key));
      return provider_id ? [{ id: row.id, provider_id }] : [];
    });
    marked += (await markSent(tx, known, 'postmark')).n;
    if (rows.length < 5000) return marked;
    after = rows.at(-1)!.id;
  }
}
