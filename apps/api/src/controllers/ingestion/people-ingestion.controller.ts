import { Controller, Req } from '@nestjs/common';
import * as contracts from '#contracts';
import type { AnswerOf, InputOf } from '#contracts';
import { Shop, type WriteResult } from '#enrollments';
import { SourceMeter } from '#sources';
import type { z } from 'zod';
import { assertSomeStored, readItems } from '../../http/ingestion/items.js';
import type { CortexRequest } from '../../http/permission/permission.js';
import { Input, Route } from '../../http/routes/route.js';
import { itemsOf, noteResults } from '../../http/ingestion/source-notes.js';

type Answer = z.output<typeof contracts.writtenResults>;

@Controller()
export class PeopleIngestionController {
  constructor(
    private readonly shop: Shop,
    private readonly meter: SourceMeter,
  ) {}

  @Route(contracts.postLeads)
  leads(@Req() request: CortexRequest) {
    return this.each(request, contracts.newLead, (items) => this.shop.leads(items));
  }

  @Route(contracts.postProfiles)
  profiles(@Req() request: CortexRequest) {
    return this.each(request, contracts.newProfile, (items) => this.shop.profiles(items));
  }

  @Route(contracts.postCourses)
  courses(@Req() request: CortexRequest) {
    return this.each(request, contracts.newCourse, (items) => this.shop.courses(items));
  }

  @Route(contracts.listCourses)
  listCourses(
    @Input() { query }: InputOf<typeof contracts.listCourses>,
  ): Promise<AnswerOf<typeof contracts.listCourses>> {
    return this.shop.listCourses(query);
  }

  @Route(contracts.postEnrollments)
  enrollments(@Req() request: CortexRequest) {
    return this.each(request, contracts.newEnrollment, (items) => this.shop.enrollments(items));
  }

  @Route(contracts.postTransactions)
  transactions(@Req() request: CortexRequest) {
    return this.each(request, contracts.newTransaction, (items) => this.shop.transactions(items));
  }

  /** Valid items are written, the others reported by position. */
  private async each<T>(
    request: CortexRequest,
    schema: z.ZodType<T>,
    write: (items: T[]) => Promise<WriteResult[]>,
  ): Promise<Answer> {
    const { count, valid, refused } = await readItems(request, schema);
    const written = await write(valid.map(({ value }) => value));
    const results: Answer['results'] = new Array(count);
    for (const [at, error] of refused) results[at] = { id: null, status: 'rejected', error };
    valid.forEach(({ at }, position) => (results[at] = written[position]!));
    assertSomeStored(results);
    noteResults(this.meter, request, itemsOf(request.body), results);
    const counts = { created: 0, updated: 0, rejected: 0 };
    for (const { status } of results) counts[status]++;
    const consents_kept = results.filter((result) => result.consent_kept).length;
    const not_opened = results.filter((result) => result.not_opened).length;
    return { ...counts, consents_kept, not_opened, results };
  }
}
