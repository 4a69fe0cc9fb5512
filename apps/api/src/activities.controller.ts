import { Controller, Req } from '@nestjs/common';
import { Ingestion } from '#activities';
import * as contracts from '#contracts';
import type { AnswerOf } from '#contracts';
import { assertSomeStored, readItems } from './http/items.js';
import { Route, type CortexRequest } from './http/route.js';

type Answer = AnswerOf<typeof contracts.postActivities>;

@Controller()
export class ActivitiesController {
  constructor(private readonly ingestion: Ingestion) {}

  /** Reads its own body: of a batch the valid items are stored and the others reported, each with its problem. */
  @Route(contracts.postActivities)
  async post(@Req() request: CortexRequest): Promise<Answer> {
    const { count, valid, refused } = readItems(request, contracts.newActivity, 'activities');
    const stored = await this.ingestion.store(valid.map(({ value }) => value));
    const results: Answer['results'] = new Array(count);
    for (const [at, error] of refused) results[at] = { id: null, status: 'rejected', error };
    valid.forEach(({ at }, position) => (results[at] = stored[position]!));
    assertSomeStored(results);
    const counts = { accepted: 0, duplicate: 0, rejected: 0 };
    for (const { status } of results) counts[status]++;
    return { accepted: counts.accepted, duplicates: counts.duplicate, rejected: counts.rejected, results };
  }
}
