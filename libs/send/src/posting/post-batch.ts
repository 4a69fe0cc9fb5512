import { hash } from 'node:crypto';
import { batchLimit, secretLink, type LinkSigner, type MailMaker, type RenderedMail } from '#emails';
import { AppError } from '#platform';
import type { ClaimedBatch, ClaimedMail } from '../claiming/claim-batch.js';
import { MailBody, type PostmarkMail } from '../postmark/mail-body.js';
import type { CallOutcome } from '../postmark/postmark.client.js';

/** What became of one mail of a batch. */
export type MailResult =
  | { id: string; kind: 'sent'; provider_id: string | null; subject: string }
  /** Will not be sent: this mail's own fault. */
  | { id: string; kind: 'failed'; code: number | null; reason: string; inactive?: boolean }
  /** Surely not sent, and not the mail's fault: it goes back to the queue. */
  | { id: string; kind: 'again'; code: number; reason: string }
  /** May have left. */
  | { id: string; kind: 'unclear' };

export interface BatchResult {
  results: MailResult[];
  /** What a person or the pace of sending should know about the calls. */
  trouble?: { status: number; code: number; message: string; kind: 'busy' | 'refused' | 'unclear' | 'server_error' };
}

/** The name under which Postmark keeps a mail for us; the dedupe key itself may say too much. */
export const keyHash = (dedupeKey: string): string => hash('sha256', dedupeKey, 'hex').slice(0, 40);

/**
 * When a call is full before it has all that Postmark takes, which is 500 mails and 50 MB: while it is under way a lane
 * holds its bytes, and a worker has several lanes. A hundred mails are worth a call's way to Postmark and back whatever
 * they weigh.
 */
const full = { mails: 100, bytes: 1_500_000, mostBytes: 8_000_000 };

/** Item codes that blame the account or the workspace's settings, not the person: the mail waits. */
const waitingCodes = new Set([10, 100, 400, 401, 405, 412, 413, 429, 500, 503, 1235, 1236, 1237]);
const inactiveRecipient = 406;

/** Where a batch goes: Postmark, or the outbox. Never throws; a failure is an outcome. */
export interface Poster {
  post(mails: MailBody): Promise<CallOutcome>;
}

export type MakerOf = (contentId: string) => MailMaker;

/**
 * Renders a claimed batch and posts it, in several calls where its mails are heavy; the transaction that claimed it has
 * committed. Never throws.
 */
export async function postBatch(
  poster: Poster,
  batch: ClaimedBatch,
  makerOf: MakerOf,
  signer: LinkSigner,
): Promise<BatchResult> {
  const results: MailResult[] = [];
  const body = new MailBody();
  for await (const call of calls(batch, makerOf, signer, results, body)) {
    const outcome = await poster.post(body);
    results.push(...call.map((made, at) => resultOf(made, outcome, at)));
    const trouble = troubleOf(outcome);
    if (!trouble) continue;
    body.empty();
    // The mails that are left would most likely meet the same: surely not sent.
    const done = new Set(results.map(({ id }) => id));
    const { code, message: reason } = trouble;
    const left = batch.mails.filter(({ id }) => !done.has(id));
    return { results: [...results, ...left.map(({ id }) => ({ id, kind: 'again' as const, code, reason }))], trouble };
  }
  body.empty();
  return { results };
}

/** What is known of a mail when its text is in the body of a call. */
interface MadeMail {
  id: string;
  subject: string;
}

/** Renders the mails of a batch into the body, a call's worth at a time; what cannot be rendered is a result at once. */
async function* calls(
  batch: ClaimedBatch,
  makerOf: MakerOf,
  signer: LinkSigner,
  results: MailResult[],
  body: MailBody,
): AsyncGenerator<MadeMail[]> {
  let call: MadeMail[] = [];
  for (const mail of batch.mails) {
    const rendered = await tryRender(batch, mail, makerOf, signer);
    if ('again' in rendered) {
      results.push({ id: mail.id, kind: 'again', code: 0, reason: rendered.again });
    } else if ('reason' in rendered) {
      results.push({ id: mail.id, kind: 'failed', code: null, reason: rendered.reason });
    } else {
      body.add(asPostmark(batch, mail, rendered));
      call.push({ id: mail.id, subject: rendered.subject });
      const isHeavy = body.byteLength > full.bytes && call.length >= full.mails;
      if (call.length === batchLimit || isHeavy || body.byteLength > full.mostBytes) {
        yield call;
        body.empty();
        call = [];
      }
    }
  }
  if (call.length > 0) yield call;
}

async function tryRender(
  batch: ClaimedBatch,
  mail: ClaimedMail,
  makerOf: MakerOf,
  signer: LinkSigner,
): Promise<RenderedMail | { reason: string } | { again: string }> {
  try {
    const links = signer.links({ person_id: mail.person_id, message_id: mail.id }, true);
    const made = makerOf(mail.content_id)({ data: mail.data, facts: batch.facts, links, from: mail.email_from });
    // Only large ones have to be waited for.
    const rendered = made instanceof Promise ? await made : made;
    return rendered.subject === '' ? { reason: 'The subject came out empty for this person.' } : rendered;
  } catch (error) {
    if (error instanceof AppError && error.code === 'busy') return { again: error.detail };
    return { reason: `The mail could not be made: ${(error as Error).message}.` };
  }
}

const asPostmark = (batch: ClaimedBatch, mail: ClaimedMail, rendered: RenderedMail): PostmarkMail => ({
  ...rendered,
  to: mail.contact_email,
  stream: batch.facts.message_stream,
  metadata: { b: batch.id, k: keyHash(mail.dedupe_key) },
  // A tracked link is told to Postmark, and back to everybody who may see the timeline.
  track: batch.facts.track && !secretLink(mail.data),
});

function resultOf({ id, subject }: MadeMail, outcome: CallOutcome, at: number): MailResult {
  if (outcome.kind === 'unclear') return { id, kind: 'unclear' };
  if (outcome.kind === 'refused')
    return { id, kind: 'again', code: outcome.code || outcome.status, reason: outcome.message };
  const item = outcome.items[at]!;
  if (item.accepted) return { id, kind: 'sent', provider_id: item.id, subject };
  if (waitingCodes.has(item.code)) return { id, kind: 'again', code: item.code, reason: item.message };
  return { id, kind: 'failed', code: item.code, reason: item.message, inactive: item.code === inactiveRecipient };
}

function troubleOf(outcome: CallOutcome): BatchResult['trouble'] {
  if (outcome.kind === 'unclear') {
    const kind = outcome.status >= 500 ? 'server_error' : 'unclear';
    return { status: outcome.status, code: 0, message: outcome.message, kind };
  }
  if (outcome.kind === 'refused') {
    const kind = outcome.status === 429 || outcome.status === 503 ? 'busy' : 'refused';
    return { status: outcome.status, code: outcome.code, message: outcome.message, kind };
  }
  const waiting = outcome.items.find((item) => !item.accepted && waitingCodes.has(item.code));
  if (!waiting || waiting.accepted) return undefined;
  return { status: 200, code: waiting.code, message: waiting.message, kind: waiting.code === 429 ? 'busy' : 'refused' };
}
