import { Injectable } from '@nestjs/common';
import { Ingestion } from '#activities';
import { AppError, Clock, Database, invalidRequest } from '#platform';
import { SourceMeter } from '../source-meter.js';
import type { InboundWebhook } from './inbound-sources.js';
import { mapBody } from './map-body.js';

/** Samples that are kept of a webhook. */
const SAMPLES = 10;
/** Bodies of a webhook in a minute, in each process, and samples that are written of them. */
const PER_MINUTE = 600;
const SAMPLES_PER_MINUTE = 30;
const MINUTE = 60_000;

export type Taken = { status: 'accepted' | 'duplicate'; id: string } | { status: 'sampled'; id: null };

/** Takes what is sent to inbound webhooks. */
@Injectable()
export class Inbound {
  private minute = 0;
  private counts = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly ingestion: Ingestion,
    private readonly meter: SourceMeter,
    private readonly clock: Clock,
  ) {}

  /**
   * Stores what the webhook's mapping makes of a body, or keeps the body as a sample while it is not switched on.
   * @throws AppError 400 when the body does not fit, 429 when there is too much
   */
  async take(webhook: InboundWebhook, body: unknown): Promise<Taken> {
    const count = this.count(webhook.id);
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw invalidRequest('Send one JSON object, or a form.');
    if (webhook.mapping === null) {
      if (count <= SAMPLES_PER_MINUTE) await this.keepSample(webhook.id, body);
      return { status: 'sampled', id: null };
    }
    const mapped = mapBody(body, webhook.mapping);
    if ('problems' in mapped)
      throw invalidRequest(`The body does not fit the mapping of “${webhook.name}”.`, mapped.problems);
    const [stored] = await this.ingestion.store([{ ...mapped.activity, source: `in.${webhook.id}` }], webhook.id);
    if (stored!.status === 'rejected') throw invalidRequest('It could not be stored.', [stored!.error]);
    this.meter.count(webhook.id, { accepted: stored!.status === 'accepted' ? 1 : 0 });
    return { status: stored!.status, id: stored!.id };
  }

  /** @throws AppError 429 */
  private count(id: string): number {
    const now = this.clock.now().getTime();
    const minute = Math.floor(now / MINUTE);
    if (minute !== this.minute) {
      this.minute = minute;
      this.counts = new Map();
    }
    const count = (this.counts.get(id) ?? 0) + 1;
    this.counts.set(id, count);
    if (count > PER_MINUTE)
      throw new AppError('too_many_requests', 'More came to this address within a minute than is taken.', {
        facts: { retry_after: Math.ceil(((minute + 1) * MINUTE - now) / 1000) },
      });
    return count;
  }

  private keepSample(id: string, body: object): Promise<void> {
    return this.database.tx(async (tx) => {
      // Others keep theirs after this.
      const row = await tx.row('select from cortex.inbound_sources i where i.id = $1 for update', [id]);
      if (!row) return;
      await tx.run('insert into cortex.inbound_samples (source_id, body) values ($1, $2)', [id, JSON.stringify(body)]);
      await tx.run(
        `delete from cortex.inbound_samples s where s.source_id = $1 and s.id not in (
           select x.id from cortex.inbound_samples x where x.source_id = $1 order by x.id desc limit $2)`,
        [id, SAMPLES],
      );
    });
  }
}
