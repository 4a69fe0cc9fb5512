import { Controller, Req } from '@nestjs/common';
import { networkOf, type WriteKey } from '#access';
import { Visits, type VisitorActivity } from '#activities';
import * as contracts from '#contracts';
import { MAX_VISITS, visit, type AnswerOf, type Visit } from '#contracts';
import { LinkProofs, type MailProof } from '#emails';
import { AppError, invalidRequest } from '#platform';
import { SourceMeter } from '#sources';
import { fieldErrors, Route } from '../../http/routes/route.js';
import { readItems } from '../../http/ingestion/items.js';
import type { CortexRequest } from '../../http/permission/permission.js';
import { itemsOf, noteResults } from '../../http/ingestion/source-notes.js';

type Answer = AnswerOf<typeof contracts.track>;

/** What pages of the shop send with a write key. */
@Controller()
export class TrackController {
  constructor(
    private readonly visits: Visits,
    private readonly meter: SourceMeter,
    private readonly proofs: LinkProofs,
  ) {}

  /** Reads its own body, as `POST /activities` does: what is wrong with one item does not cost the others their place. */
  @Route(contracts.track)
  async track(@Req() request: CortexRequest): Promise<Answer> {
    const key = request.writeKey!;
    const { sentAt, body } = envelopeOf(request.body);
    const { count, valid, refused } = await readItems(request, visit, 'activities', body);
    if (count > MAX_VISITS)
      throw new AppError('too_many_items', `The list has ${count} items; at most ${MAX_VISITS} fit in one request.`);
    const taken = await this.visits.take(
      key,
      { network: networkOf(request.ip), items: count },
      await this.visitorActivities(
        valid.map(({ value }) => value),
        key,
      ),
      sentAt,
    );
    const results: Answer['results'] = new Array(count);
    for (const [at, error] of refused) results[at] = { id: null, status: 'rejected', error };
    valid.forEach(({ at }, position) => (results[at] = taken[position]!));
    noteResults(this.meter, request, itemsOf(body, 'activities'), results);
    const counts = { accepted: 0, duplicate: 0, rejected: 0 };
    for (const { status } of results) counts[status]++;
    return { accepted: counts.accepted, duplicates: counts.duplicate, rejected: counts.rejected, results };
  }

  /** With the addresses that the shop's server has signed, or that the link of a mail proves; each link is asked once. */
  private async visitorActivities(visits: readonly Visit[], key: WriteKey): Promise<VisitorActivity[]> {
    const proven = new Map<string, MailProof | undefined>();
    const activities: VisitorActivity[] = [];
    for (const one of visits) {
      const { id, anonymous_id, contact_email, signature, proof, type, metadata, occurred_at } = one;
      let by: { email: string; message_id?: string } | undefined =
        contact_email !== undefined && signature !== undefined && key.isProof(contact_email, signature)
          ? { email: contact_email }
          : undefined;
      if (proof !== undefined && signature === undefined) {
        const asked = JSON.stringify([proof, anonymous_id]);
        if (!proven.has(asked)) proven.set(asked, await this.proofs.use(proof, anonymous_id));
        by = proven.get(asked);
      }
      const whose = { anonymousId: anonymous_id, provenEmail: by?.email, messageId: by?.message_id };
      activities.push({ id, ...whose, type, metadata, occurredAt: occurred_at });
    }
    return activities;
  }
}

function envelopeOf(body: unknown): { sentAt?: string; body: unknown } {
  if (typeof body !== 'object' || body === null || Array.isArray(body) || !('sent_at' in body)) return { body };
  const { sent_at, ...rest } = body;
  const read = contracts.instant.safeParse(sent_at);
  if (!read.success)
    throw invalidRequest('The request is not valid, so nothing was stored.', fieldErrors(read.error, '/sent_at'));
  return { sentAt: read.data, body: rest };
}
