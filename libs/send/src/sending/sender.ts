import { Inject, Injectable } from '@nestjs/common';
import { closeAttention, Config, Database, LOG, newId, openAttention, type Log } from '#platform';
import { LinkTokens, type SendFacts } from '#emails';
import { EmailSentMatching } from '../recording/email-sent-matching.js';
import { claimBatch, type ClaimedBatch, type Whose } from '../claiming/claim-batch.js';
import { ContentCache } from '../posting/content-cache.js';
import { CallBackoff } from '../posting/call-backoff.js';
import { outboxPoster } from '../posting/outbox-poster.js';
import { postBatch, type BatchResult } from '../posting/post-batch.js';
import { GATEWAY, type Handling, type PostmarkGateway } from '../postmark/postmark.client.js';
import { recordBatch } from '../recording/record-results.js';
import { readiness, type Stream } from '../claiming/readiness.js';

interface Lane {
  stream: Stream;
  provider: SendFacts['provider'];
  whose: Whose;
}

/** A lane found empty is asked last for so long, so that a long broadcast does not pay for asking before each batch. */
const emptyMilliseconds = 250;

/**
 * Whether anything may leave now. By the index, so that what rests, and what was sent and is not vacuumed yet, is not read
 * again and again; not prepared, because a plan made while the table is empty would be a scan of it.
 */
export const ANYTHING_TO_SEND = `select 1 from (values ('transactional'), ('broadcast')) s (stream)
  cross join lateral (select from cortex.outgoing o
    where o.stream = s.stream and coalesce(o.not_before, o.created_at) <= cortex.now()
    order by coalesce(o.not_before, o.created_at), o.message_id limit 1) o
  limit 1`;

/** How often the stream's unsubscribe handling is read again, so that a change at Postmark is noticed. */
const handlingMilliseconds = 600_000;

/** One batch after another: claim and commit, post, record. Safe to run several times at once, in any number of processes. */
@Injectable()
export class Sender {
  readonly backoff = new CallBackoff();
  /** This process, in the batches it claims. */
  private readonly claimer = newId();
  private readonly contents = new ContentCache();
  private readonly emailSent = new EmailSentMatching();
  private handling: { value: Handling; readAt: number } | undefined;
  private readonly lanes: readonly Lane[];
  /** Something was found the last time, so that there is most likely more. */
  private more = false;
  private readonly emptyAt = new Map<Lane, number>();

  /** @param gateway null: mail goes to the outbox */
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    @Inject(LOG) private readonly log: Log,
    private readonly tokens: LinkTokens,
    @Inject(GATEWAY) private readonly gateway: PostmarkGateway | null,
  ) {
    this.lanes = (['transactional', 'broadcast'] as const).flatMap((stream): Lane[] =>
      gateway
        ? [
            { stream, provider: 'postmark', whose: 'real' },
            { stream, provider: 'outbox', whose: 'demo' },
          ]
        : [{ stream, provider: 'outbox', whose: 'any' }],
    );
  }

  /**
   * Sends at most one batch, transactional mail first. Answers whether there may be more to do at once.
   */
  async sendOne(): Promise<boolean> {
    if (this.config.env.CORTEX_SENDING === 'off') return false;
    // Several lanes of every worker ask several times a second, nearly always for nothing: one look for all of them.
    if (!this.more && !(await this.database.row(ANYTHING_TO_SEND))) return false;
    this.more = await this.sendFromLanes();
    return this.more;
  }

  private async sendFromLanes(): Promise<boolean> {
    const since = performance.now() - emptyMilliseconds;
    const wasEmpty = (lane: Lane) => (this.emptyAt.get(lane) ?? -Infinity) > since;
    const lately = this.lanes.filter(wasEmpty);
    for (const lane of [...this.lanes.filter((one) => !lately.includes(one)), ...lately]) {
      if (lane.provider === 'postmark' && !this.backoff.ready()) continue;
      if (await this.sendFrom(lane)) return true;
      this.emptyAt.set(lane, performance.now());
    }
    return false;
  }

  private async sendFrom(lane: Lane): Promise<boolean> {
    const handling =
      lane.provider === 'postmark' && lane.stream === 'broadcast' ? await this.readHandling() : undefined;
    const claim = await this.database.tx(async (tx) => {
      const ready = await readiness(tx, this.config, lane.stream, lane.provider, handling);
      return ready.ready ? claimBatch(tx, ready.facts, lane.whose, this.claimer) : undefined;
    });
    if (!claim) return false;
    if (!claim.batch) return claim.looked > 0;
    const result = await this.post(claim.batch);
    await this.record(claim.batch, result);
    return true;
  }

  private async post(batch: ClaimedBatch): Promise<BatchResult> {
    await this.contents.load(
      this.database,
      batch.mails.map((mail) => mail.content_id),
    );
    const signer = await this.tokens.signer();
    const poster = batch.facts.provider === 'outbox' || !this.gateway ? outboxPoster : this.gateway;
    return postBatch(poster, batch, (id) => this.contents.get(id), signer);
  }

  private async record(batch: ClaimedBatch, result: BatchResult): Promise<void> {
    await this.database.tx((tx) => recordBatch(tx, batch.id, batch.facts.provider, result, this.emailSent));
    if (batch.facts.provider === 'outbox') return;
    if (!result.trouble) {
      this.backoff.succeeded();
      return;
    }
    const { kind, status, code, message } = result.trouble;
    this.backoff.failed();
    this.log.warn(
      { batch: batch.id, kind, status, code, size: batch.mails.length },
      'Postmark did not take a batch as it should',
    );
    if (kind !== 'refused') return;
    await this.database.tx((tx) =>
      openAttention(tx, {
        key: 'postmark_refused',
        kind: 'postmark_refused',
        title: 'Postmark refuses our mail',
        detail: `Postmark says: ${message} (${code || status}). The mail waits and is retried more and more slowly. Check the token, sender signature and account at Postmark.`,
        facts: { status, code },
      }),
    );
  }

  private async readHandling(): Promise<Handling> {
    if (this.handling && Date.now() - this.handling.readAt < handlingMilliseconds) return this.handling.value;
    const stream = this.config.env.POSTMARK_BROADCAST_STREAM;
    const value = await this.gateway!.unsubscribeHandling(stream);
    this.handling = { value, readAt: Date.now() };
    await this.database.tx((tx) =>
      value !== undefined
        ? closeAttention(tx, 'handling_unreadable')
        : openAttention(tx, {
            key: 'handling_unreadable',
            kind: 'handling_unreadable',
            title: 'Postmark did not say who handles unsubscribes',
            detail: `The stream “${stream}” could not be read, so our own unsubscribe link and header are used. Check that the stream exists and that the token is right.`,
            facts: { stream },
          }),
    );
    return value;
  }
}
