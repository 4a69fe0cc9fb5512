import { appendActivities, contactOf } from '#activities';
import { countAnswers, type Answered } from '#broadcasts';
import { putInQueue, suppress } from '#emails';
import { pauseSql, retryLaws, type Prepared, type Tx } from '#platform';
import type { EmailSentMatching } from './email-sent-matching.js';
import { aboutMessage, aboutMessageIn } from '../claiming/claim-batch.js';
import { noticeFailedMail } from './failed-mail-notice.js';
import type { BatchResult, MailResult } from '../posting/post-batch.js';

interface ChangedRow {
  id: string;
  person_id: string;
  contact_email: string;
  stream: 'broadcast' | 'transactional';
  automation_id: string | null;
  broadcast_id: string | null;
  run_id: string | null;
  node_id: string | null;
  state: string;
  submitted_at: Date;
}

/** A server error's batch is looked up at Postmark after this; only what is not there is queued again. */
const lookAfterSeconds = 5;

/** The mails of batch `$1`, by the ids that it keeps, for which there is an index. */
export const ofBatch =
  'id = any(array(select unnest(message_ids) from cortex.send_batches where id = $1)) and batch_id = $1';

const changed = `m.id, m.person_id, m.contact_email, m.stream, m.automation_id, m.broadcast_id, m.run_id, m.node_id, m.state, m.submitted_at`;

/**
 * Writes down what became of a batch, with the activities that say so, in the caller's transaction.
 * A mail that something else settled meanwhile (a webhook, a search) is left as it is.
 */
export async function recordBatch(
  tx: Tx,
  batchId: string,
  provider: string,
  result: BatchResult,
  emailSent: EmailSentMatching,
): Promise<void> {
  const of = <K extends MailResult['kind']>(kind: K) =>
    result.results.filter((one): one is Extract<MailResult, { kind: K }> => one.kind === kind);
  await emailSent.skipUnlessAsked(tx);
  const sent = await markSent(tx, of('sent'), provider);
  const failed = await markFailed(tx, batchId, of('failed'), provider);
  await putBack(tx, batchId, of('again'));
  await countAnswers(tx, answersOf(sent.by_broadcast, failed));
  if (result.trouble) await keepTrouble(tx, batchId, result.trouble);
  const unclear = of('unclear');
  if (unclear.length > 0) {
    await markUncertain(tx, batchId, result.trouble?.kind === 'server_error' ? 'server_error' : 'unclear');
    return;
  }
  await tx.run(
    `update cortex.send_batches set settled_at = cortex.now(), outcome = $2 where id = $1 and settled_at is null`,
    [batchId, result.trouble?.kind ?? 'answered'],
  );
}

/** What Postmark said of the call, for who looks at the batch. */
const keepTrouble = (tx: Tx, batchId: string, { status, code, message }: NonNullable<BatchResult['trouble']>) =>
  tx.run('update cortex.send_batches set trouble = $2::jsonb where id = $1', [
    batchId,
    JSON.stringify({ status, code, message: message.slice(0, 500) }),
  ]);

/** What was answered about mails of broadcasts, by broadcast. */
function answersOf(
  sent: Readonly<Record<string, number>> | null,
  failed: readonly ChangedRow[],
): Map<string, Answered> {
  const answers = new Map(
    Object.entries(sent ?? {}).map(([id, n]): [string, Answered] => [id, { answered: n, refused: 0 }]),
  );
  for (const { broadcast_id: id } of failed) {
    if (id === null) continue;
    const { answered, refused } = answers.get(id) ?? { answered: 0, refused: 0 };
    answers.set(id, { answered: answered + 1, refused: refused + 1 });
  }
  return answers;
}

/** How many mails changed, and how many of each broadcast, null when of none. */
interface Marked {
  n: number;
  by_broadcast: Record<string, number> | null;
}

/**
 * Marks mails as sent, whatever unsettled state they are in: also `queued`, when Postmark shows a mail that
 * had been put back, so that it does not leave twice. Keeps the subject as it was sent, where it is known.
 * Answers how many changed.
 */
export async function markSent(
  tx: Tx,
  sent: readonly { id: string; provider_id: string | null; subject?: string }[],
  provider: string,
): Promise<Marked> {
  if (sent.length === 0) return { n: 0, by_broadcast: null };
  return (await tx.row<Marked>(SENT, [
    idsOf(sent),
    byId(sent, ({ provider_id }) => provider_id),
    provider,
    byId(sent, ({ subject }) => subject),
  ]))!;
}

const idsOf = (some: readonly { id: string }[]) => some.map((one) => one.id);

/**
 * What is to be written by message id. Messages are found by one array of ids and look their values up here: joined
 * with rows of values, the planner reads the whole table or looks through the array for every row.
 */
const byId = <T extends { id: string }>(some: readonly T[], what: (one: T) => unknown): string =>
  `{${some.map((one) => `"${one.id}":${JSON.stringify(what(one) ?? null)}`).join()}}`;

// Changes no indexed column.
const SENT: Prepared = {
  name: 'mark_sent',
  text: `
with changed as (
  update cortex.messages m
  set state = 'sent', sent_at = cortex.now(), provider = $3, reason = null, error_code = null,
    provider_id = $2::jsonb ->> m.id::text, subject = coalesce($4::jsonb ->> m.id::text, m.subject)
  where m.id = any($1::uuid[]) and m.state in ('queued', 'submitting', 'uncertain', 'unknown')
  returning ${changed}, m.provider_id
), ids as (
  insert into cortex.provider_ids (hash, message_id)
  select hashtextextended(c.provider_id, 0), c.id from changed c where c.provider_id is not null
), told as (
  insert into public.crm_activities (contact_email, contact_id, type, metadata, source, person_id)
  select ${contactOf('p')}, 'email.sent', ${aboutMessageIn('c')}, 'cortex', c.person_id
  from changed c left join cortex.people p on p.person_id = c.person_id
), by_broadcast as materialized (
  select c.broadcast_id, count(*)::int as n from changed c where c.broadcast_id is not null group by 1
), counted as (
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select b.broadcast_id, cortex.hour_of(cortex.now()), 'sent', '', 'sent', '', b.n from by_broadcast b
)
select (select count(*)::int from changed) as n, (
  select jsonb_object_agg(b.broadcast_id, b.n) from by_broadcast b) as by_broadcast`,
};

async function markFailed(
  tx: Tx,
  batchId: string,
  failed: readonly Extract<MailResult, { kind: 'failed' }>[],
  provider: string,
): Promise<ChangedRow[]> {
  if (failed.length === 0) return [];
  const rows = await tx.rows<ChangedRow>(
    `update cortex.messages m
     set state = 'failed', reason = left($3::jsonb -> m.id::text ->> 'reason', 500),
       error_code = ($3::jsonb -> m.id::text ->> 'code')::int, provider = $4
     where m.id = any($2::uuid[]) and m.batch_id = $1 and m.state in ('submitting', 'uncertain')
     returning ${changed}`,
    [batchId, idsOf(failed), byId(failed, ({ reason, code }) => ({ reason, code })), provider],
  );
  const reasons = new Map(failed.map((one) => [one.id, one]));
  await appendActivities(
    tx,
    rows.map((row) => activity('email.failed', row, { reason: reasons.get(row.id)!.reason })),
  );
  const inactive = rows.filter((row) => reasons.get(row.id)!.inactive);
  // Whom Postmark knows as inactive is that person's own matter and left alone from now on.
  await noticeFailedMail(
    tx,
    rows.filter((row) => !inactive.includes(row)).map((row) => ({ ...row, reason: reasons.get(row.id)!.reason })),
  );
  await suppress(
    tx,
    inactive.map((row) => ({
      address: row.contact_email,
      stream: row.stream,
      reason: 'inactive' as const,
      origin: 'postmark 406',
      message_id: row.id,
      // Known since the call at the latest; a reactivation reported meanwhile is the newer fact.
      at: row.submitted_at,
    })),
  );
  return rows;
}

/** Back to the queue, each time later, as the law of mails says; after its last try it has failed. */
async function putBack(
  tx: Tx,
  batchId: string,
  again: readonly Extract<MailResult, { kind: 'again' }>[],
): Promise<void> {
  if (again.length === 0) return;
  const rows = await tx.rows<ChangedRow>(
    `with changed as (
       update cortex.messages m
       set state = case when m.attempts >= $4 then 'failed' else 'queued' end,
         reason = left($3::jsonb -> m.id::text ->> 'reason', 500), error_code = ($3::jsonb -> m.id::text ->> 'code')::int
       where m.id = any($2::uuid[]) and m.batch_id = $1 and m.state in ('submitting', 'uncertain')
       returning m.*
     ), back as (select * from changed where state = 'queued'),
     queued as (${putInQueue('back', `cortex.now() + ${pauseSql(retryLaws.mail, 'w.attempts')}`)})
     select ${changed} from changed m`,
    [batchId, idsOf(again), byId(again, ({ reason, code }) => ({ reason, code })), retryLaws.mail.tries],
  );
  const failed = rows.filter((row) => row.state === 'failed');
  const reason = 'Postmark refused it again and again.';
  await appendActivities(
    tx,
    failed.map((row) => activity('email.failed', row, { reason })),
  );
  await noticeFailedMail(
    tx,
    failed.map((row) => ({ ...row, reason })),
  );
}

/** What is left in `submitting` of this batch may have left this machine; the reconciler looks it up. */
export async function markUncertain(
  tx: Tx,
  batchId: string,
  outcome: 'unclear' | 'server_error' | 'crashed',
): Promise<number> {
  const left = await tx.run(
    `update cortex.messages set state = 'uncertain' where ${ofBatch} and state = 'submitting'`,
    [batchId],
  );
  await tx.run(
    `update cortex.send_batches
     set outcome = $2, next_search_at = cortex.now() + make_interval(secs => $3)
     where id = $1 and settled_at is null`,
    [batchId, outcome, outcome === 'server_error' ? lookAfterSeconds : 0],
  );
  return left;
}

const activity = (type: string, row: ChangedRow, more: Record<string, unknown> = {}) => ({
  type,
  personId: row.person_id,
  source: 'cortex',
  metadata: { ...aboutMessage(row), ...more },
});
