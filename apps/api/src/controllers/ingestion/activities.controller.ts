import { Controller, Req } from '@nestjs/common';
import { ActivityLog, Ingestion, TypeLabels } from '#activities';
import * as contracts from '#contracts';
import type { AnswerOf, InputOf } from '#contracts';
import type { Actor } from '#platform';
import { SourceMeter } from '#sources';
import { activitiesIn } from '../../http/ingestion/cloud-events.js';
import { assertSomeStored, readItems } from '../../http/ingestion/items.js';
import type { CortexRequest } from '../../http/permission/permission.js';
import { Caller, Input, Route } from '../../http/routes/route.js';
import { itemsOf, noteResults } from '../../http/ingestion/source-notes.js';

type Answer = AnswerOf<typeof contracts.postActivities>;

/** Reads its own body: of a batch the valid items are stored and the others reported, each with its problem. */
export async function recordActivities(
  ingestion: Ingestion,
  meter: SourceMeter,
  request: CortexRequest,
): Promise<Answer> {
  const { schema, wrapper, body } = activitiesIn(request);
  const { count, valid, refused } = await readItems(request, schema, wrapper, body);
  const stored = await ingestion.store(
    valid.map(({ value }) => value),
    request.actor?.id,
  );
  const results: Answer['results'] = new Array(count);
  for (const [at, error] of refused) results[at] = { id: null, status: 'rejected', error };
  valid.forEach(({ at }, position) => (results[at] = stored[position]!));
  assertSomeStored(results);
  noteResults(meter, request, itemsOf(body, wrapper), results);
  const counts = { accepted: 0, duplicate: 0, rejected: 0 };
  for (const { status } of results) counts[status]++;
  return { accepted: counts.accepted, duplicates: counts.duplicate, rejected: counts.rejected, results };
}

@Controller()
export class ActivitiesController {
  constructor(
    private readonly ingestion: Ingestion,
    private readonly log: ActivityLog,
    private readonly labels: TypeLabels,
    private readonly meter: SourceMeter,
  ) {}

  @Route(contracts.listActivities)
  list(
    @Input() { query }: InputOf<typeof contracts.listActivities>,
  ): Promise<AnswerOf<typeof contracts.listActivities>> {
    return this.log.list(query);
  }

  @Route(contracts.activityTypes)
  types(): Promise<AnswerOf<typeof contracts.activityTypes>> {
    return this.log.types();
  }

  @Route(contracts.labelActivityType)
  async label(
    @Input() { params, body }: InputOf<typeof contracts.labelActivityType>,
    @Caller() actor: Actor,
  ): Promise<AnswerOf<typeof contracts.labelActivityType>> {
    await this.labels.set(actor, params.type, body.label);
    return { done: true };
  }

  @Route(contracts.postActivities)
  post(@Req() request: CortexRequest): Promise<Answer> {
    return recordActivities(this.ingestion, this.meter, request);
  }
}
