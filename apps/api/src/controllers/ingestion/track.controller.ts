import { Controller, Req } from '@nestjs/common';
import { networkOf } from '#access';
import { unitsOf, VisitLimits, Visits, type VisitorActivity } from '#activities';
import * as contracts from '#contracts';
import { MAX_VISITS, visit, type AnswerOf, type Visit } from '#contracts';
import { AppError, invalidRequest } from '#platform';
import { fieldErrors, Route } from '../../http/routes/route.js';
import { readItems } from '../../http/ingestion/items.js';
import type { CortexRequest } from '../../http/permission/permission.js';

type Answer = AnswerOf<typeof contracts.track>;

/** What pages of the shop send with a write key. */
@Controller()
export class TrackController {
  constructor(
    private readonly visits: Visits,
    private readonly limits: VisitLimits,
  ) {}

  /** Reads its own body, as `POST /activities` does: what is wrong with one item does not cost the others their place. */
  @Route(contracts.track)
  async track(@Req() request: CortexRequest): Promise<Answer> {
    const key = request.writeKey!;
    const { sentAt, body } = envelopeOf(request.body);
    const { count, valid, refused } = readItems(request, visit, 'activities', body);
    if (count > MAX_VISITS)
      throw new AppError('too_many_items', `The list has ${count} items; at most ${MAX_VISITS} fit in one request.`);
    const wanted = valid.filter(({ at, value }) => {
      if (key.allowsType(value.type)) return true;
      refused.set(at, { pointer: '/type', message: `This write key may not record “${value.type}”.` });
      return false;
    });
    await this.limits.take(key, networkOf(request.ip), count + extraUnits(wanted));
    // A proof counts also where the activity that carried it may not be recorded.
    for (const { at, value } of valid) if (refused.has(at)) await this.prove(request, value);
    const isProof = (item: Visit) => isProven(request, item);
    const stored = await this.visits.record(
      wanted.map(({ value }) => visitorActivity(value, isProof(value))),
      sentAt,
    );
    const results: Answer['results'] = new Array(count);
    for (const [at, error] of refused) results[at] = { id: null, status: 'rejected', error };
    wanted.forEach(({ at }, position) => (results[at] = stored[position]!));
    const counts = { accepted: 0, duplicate: 0, rejected: 0 };
    for (const { status } of results) counts[status]++;
    return { accepted: counts.accepted, duplicates: counts.duplicate, rejected: counts.rejected, results };
  }

  private async prove(request: CortexRequest, item: Visit): Promise<void> {
    if (isProven(request, item)) await this.visits.prove(item.anonymous_id, item.contact_email!);
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

const extraUnits = (items: readonly { value: Visit }[]): number =>
  items.reduce((sum, { value }) => sum + unitsOf(value) - 1, 0);

const isProven = ({ writeKey }: CortexRequest, { contact_email, signature }: Visit): boolean =>
  contact_email !== undefined && signature !== undefined && writeKey!.isProof(contact_email, signature);

const visitorActivity = (
  { id, anonymous_id, contact_email, type, metadata, occurred_at }: Visit,
  isProof: boolean,
): VisitorActivity => ({
  id,
  anonymousId: anonymous_id,
  provenEmail: isProof ? contact_email : undefined,
  type,
  metadata,
  occurredAt: occurred_at,
});
