import { adminAddresses } from '#contracts';
import { closeAttention, openAttention, readSettings, type Database, type Tx } from '#platform';
import { putInQueue, queueColumns, type SendFacts } from '#emails';
import { keyHash } from '../posting/post-batch.js';
import type { PostmarkGateway, SearchResult } from '../postmark/postmark.client.js';
import { markSent, markUncertain, ofBatch } from '../recording/record-results.js';

/** One search made at Postmark for an unclear batch, as stored with it. */
export interface StoredSearch {
  at: string;
  /** How many mails of the batch it showed. */
  found: number;
  complete: boolean;
}

interface OpenBatch {
  id: string;
  stream: 'broadcast' | 'transactional';
  outcome: string | null;
  facts: SendFacts;
  searches: StoredSearch[];
}

/** How long a claimed batch may stay without a result before its process counts as dead. */
export const leaseSeconds = 120;
/** Searches that failed are repeated after this; the same holds between two finds that were incomplete. */
const retrySearchSeconds = 30;
const batchesAtOnce = 20;

/**
 * Takes over batches whose process died between claim and result: they may have left. Mail of the outbox
 * needs no question: it cannot have gone anywhere else. Answers how many batches were taken over.
 */
export async function recoverCrashed(database: Database, lease = leaseSeconds): Promise<number> {
  return database.tx(async (tx) => {
    const dead = await tx.rows<{ id: string; provider: string }>(
      `select id, facts ->> 'provider' as provider from cortex.send_batches
       where settled_at is null and outcome is null and claimed_at < cortex.now() - make_interval(secs => $1)
       order by claimed_at limit $2 for update skip locked`,
      [lease, batchesAtOnce],
    );
    for (const batch of dead) {
      if (batch.provider === 'outbox') {
        const ids = await openMails(tx, batch.id);
        await markSent(
          tx,
          ids.map(({ id }) => ({ id, provider_id: null })),
          'outbox',
        );
        await settle(tx, batch.id, 'answered');
      } else {
        await markUncertain(tx, batch.id, 'crashed');
      }
    }
    return dead.length;
  });
}

/**
 * Looks up unclear batches at Postmark. Found mails are sent. Not finding one says something only when the
 * search was paged to its end, twice, the settle time apart; then the mail is `unknown` and waits for a
 * person. After a server error (Postmark said that it failed) one complete search is enough to queue the
 * rest again. Answers how many batches were looked up.
 */
export async function reconcile(database: Database, gateway: PostmarkGateway): Promise<number> {
  const due = await database.rows<OpenBatch>(
    `update cortex.send_batches b set next_search_at = cortex.now() + make_interval(secs => $1)
     from (select id from cortex.send_batches
       where settled_at is null and next_search_at <= cortex.now()
       order by next_search_at limit $2 for update skip locked) d
     where b.id = d.id
     returning b.id, b.stream, b.outcome, b.facts, b.searches`,
    [retrySearchSeconds, batchesAtOnce],
  );
  for (const batch of due) {
    const result = await gateway.searchBatch(batch.id, batch.facts.message_stream);
    await database.tx((tx) => applySearch(tx, batch, result));
  }
  return due.length;
}

async function applySearch(tx: Tx, batch: OpenBatch, result: SearchResult): Promise<void> {
  // One reconciler at a time decides about a batch.
  const open = await tx.row('select 1 from cortex.send_batches where id = $1 and settled_at is null for update', [
    batch.id,
  ]);
  if (!open) return;
  const mails = await openMails(tx, batch.id);
  const byKey = new Map(mails.map((mail) => [keyHash(mail.dedupe_key), mail]));
  const sent = result.found.flatMap((found) => {
    const mail = found.b === batch.id || found.b === undefined ? byKey.get(found.k ?? '') : undefined;
    return mail ? [{ id: mail.id, provider_id: found.id }] : [];
  });
  await markSent(tx, sent, 'postmark');
  const now = await tx.now();
  const searches = [...batch.searches, { at: now.toISOString(), found: sent.length, complete: result.complete }].slice(
    -50,
  );
  await tx.run('update cortex.send_batches set searches = $2::jsonb where id = $1', [
    batch.id,
    JSON.stringify(searches),
  ]);
  const missing = mails.length - sent.length;
  if (missing <= 0) return settle(tx, batch.id, 'found');

  const complete = searches.filter((search) => search.complete);
  if (batch.outcome === 'server_error' && complete.length > 0) return queueAgain(tx, batch.id);
  const { settle_seconds } = await readSettings(tx, 'settle_seconds');
  const first = complete[0];
  if (!first || !result.complete) return;
  const settledAt = new Date(first.at).getTime() + settle_seconds * 1000;
  if (now.getTime() >= settledAt && complete.length >= 2) return giveUp(tx, batch, missing);
  await tx.run('update cortex.send_batches set next_search_at = $2 where id = $1', [batch.id, new Date(settledAt)]);
}

const openMails = (tx: Tx, batchId: string) =>
  tx.rows<{ id: string; dedupe_key: string }>(
    `select id, dedupe_key from cortex.messages where ${ofBatch} and state in ('submitting', 'uncertain') for update`,
    [batchId],
  );

async function settle(tx: Tx, batchId: string, outcome: string): Promise<void> {
  await tx.run(
    'update cortex.send_batches set settled_at = cortex.now(), outcome = $2, next_search_at = null where id = $1',
    [batchId, outcome],
  );
}

async function queueAgain(tx: Tx, batchId: string): Promise<void> {
  await tx.run(
    `with again as (
       update cortex.messages set state = 'queued' where ${ofBatch} and state in ('submitting', 'uncertain')
       returning ${queueColumns}
     ) ${putInQueue('again')}`,
    [batchId],
  );
  await settle(tx, batchId, 'server_error');
}

async function giveUp(tx: Tx, batch: OpenBatch, missing: number): Promise<void> {
  const { retry_unknown_transactional } = await readSettings(tx, 'retry_unknown_transactional');
  if (batch.stream === 'transactional' && retry_unknown_transactional) return queueAgain(tx, batch.id);
  await tx.run(
    `update cortex.messages set state = 'unknown',
       reason = 'Postmark did not answer, and two complete searches did not show this mail.'
     where ${ofBatch} and state in ('submitting', 'uncertain')`,
    [batch.id],
  );
  await settle(tx, batch.id, 'unknown');
  await showUnknown(tx, missing > 0);
}

/** Mails `m` whose fate is unknown. Their batches say which they are, so that no index of messages names the state. */
export const isUnknown = `m.state = 'unknown'
  and m.id = any(array(select unnest(b.message_ids) from cortex.send_batches b where b.outcome = 'unknown'))`;

/** Keeps the one open item about unknown mails in step with how many there are. */
export async function showUnknown(tx: Tx, open: boolean): Promise<void> {
  const { n } = (await tx.row<{ n: number }>(`select count(*)::int as n from cortex.messages m where ${isUnknown}`))!;
  if (n === 0) return closeAttention(tx, 'unknown_mails');
  if (!open) return;
  await openAttention(tx, {
    key: 'unknown_mails',
    kind: 'unknown_mails',
    title: n === 1 ? 'One e-mail may or may not have been sent' : `${n} e-mails may or may not have been sent`,
    detail:
      'Postmark received the call but did not answer, and two full searches did not find them. They are not resent automatically.',
    action: { label: n === 1 ? 'View it' : `View these ${n}`, href: adminAddresses.outbox('unknown') },
    facts: { count: n },
  });
}
