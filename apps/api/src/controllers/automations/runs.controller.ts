import { Controller } from '@nestjs/common';
import { automationById } from '#automations';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import {
  automationEnds,
  automationRiver,
  endedPage,
  runPage,
  RunControls,
  runsOfPerson,
  runView,
  visitPage,
} from '#engine';
import { Database, type Actor } from '#platform';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class RunsController {
  constructor(
    private readonly database: Database,
    private readonly runs: RunControls,
  ) {}

  @Route(contracts.listRuns)
  async list(@Input() { params, query }: InputOf<typeof contracts.listRuns>) {
    await automationById(this.database, params.id);
    return runPage(this.database, params.id, query);
  }

  @Route(contracts.listVisits)
  async visits(@Input() { params, query }: InputOf<typeof contracts.listVisits>) {
    await automationById(this.database, params.id);
    return visitPage(this.database, params.id, query);
  }

  @Route(contracts.automationEnds)
  async ends(@Input() { params, query }: InputOf<typeof contracts.automationEnds>) {
    await automationById(this.database, params.id);
    return automationEnds(this.database, params.id, query);
  }

  @Route(contracts.automationRiver)
  async river(@Input() { params, query }: InputOf<typeof contracts.automationRiver>) {
    await automationById(this.database, params.id);
    return automationRiver(this.database, params.id, query.span);
  }

  @Route(contracts.listEnded)
  async ended(@Input() { params, query }: InputOf<typeof contracts.listEnded>) {
    await automationById(this.database, params.id);
    return endedPage(this.database, params.id, { ...query, goal: query.goal === 'true' });
  }

  @Route(contracts.listPersonRuns)
  ofPerson(@Input() { query }: InputOf<typeof contracts.listPersonRuns>) {
    return runsOfPerson(this.database, query);
  }

  @Route(contracts.getRun)
  get(@Input() { params }: InputOf<typeof contracts.getRun>) {
    return runView(this.database, params.id);
  }

  @Route(contracts.advanceRun)
  async advance(@Input() { params }: InputOf<typeof contracts.advanceRun>, @Caller() actor: Actor) {
    await this.runs.advance(actor, params.id);
    return runView(this.database, params.id);
  }

  @Route(contracts.removeRun)
  async remove(@Input() { params }: InputOf<typeof contracts.removeRun>, @Caller() actor: Actor) {
    await this.runs.remove(actor, params.id);
    return runView(this.database, params.id);
  }

  @Route(contracts.retryRun)
  async retry(@Input() { params }: InputOf<typeof contracts.retryRun>, @Caller() actor: Actor) {
    await this.runs.retry(actor, params.id);
    return runView(this.database, params.id);
  }

  @Route(contracts.retryFailed)
  async retryAll(@Input() { params, body }: InputOf<typeof contracts.retryFailed>, @Caller() actor: Actor) {
    await automationById(this.database, params.id);
    return { retried: await this.runs.retryAll(actor, params.id, body?.node_id) };
  }
}
