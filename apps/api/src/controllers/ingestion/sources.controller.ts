import { Controller, Req } from '@nestjs/common';
import * as contracts from '#contracts';
import type { AnswerOf, InputOf } from '#contracts';
import { invalidRequest, type Actor } from '#platform';
import { Inbound, InboundSources, Sources } from '#sources';
import { bodyProblems } from '../../http/parsing/body.js';
import type { CortexRequest } from '../../http/permission/permission.js';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class SourcesController {
  constructor(
    private readonly sources: Sources,
    private readonly webhooks: InboundSources,
    private readonly inbound: Inbound,
  ) {}

  @Route(contracts.listSources)
  list(@Input() { query }: InputOf<typeof contracts.listSources>): Promise<AnswerOf<typeof contracts.listSources>> {
    return this.sources.list(query);
  }

  @Route(contracts.listSourceRejects)
  rejects(
    @Input() { params, query: { unused, ...page } }: InputOf<typeof contracts.listSourceRejects>,
  ): Promise<AnswerOf<typeof contracts.listSourceRejects>> {
    return this.sources.rejects(params.id, { ...page, ...(unused === undefined ? {} : { unused: unused === 'true' }) });
  }

  @Route(contracts.listRejects)
  allRejects(
    @Input() { query }: InputOf<typeof contracts.listRejects>,
  ): Promise<AnswerOf<typeof contracts.listRejects>> {
    return this.sources.allRejects(query);
  }

  @Route(contracts.createInboundSource)
  create(
    @Input() { body }: InputOf<typeof contracts.createInboundSource>,
    @Caller() actor: Actor,
  ): Promise<AnswerOf<typeof contracts.createInboundSource>> {
    return this.webhooks.create(actor, body.name);
  }

  @Route(contracts.getInboundSource)
  read(
    @Input() { params }: InputOf<typeof contracts.getInboundSource>,
  ): Promise<AnswerOf<typeof contracts.getInboundSource>> {
    return this.webhooks.read(params.id);
  }

  @Route(contracts.changeInboundSource)
  change(
    @Input() { params, body }: InputOf<typeof contracts.changeInboundSource>,
    @Caller() actor: Actor,
  ): Promise<AnswerOf<typeof contracts.changeInboundSource>> {
    return this.webhooks.change(actor, params.id, body);
  }

  @Route(contracts.tryInboundMapping)
  tryOut(
    @Input() { params, body }: InputOf<typeof contracts.tryInboundMapping>,
  ): Promise<AnswerOf<typeof contracts.tryInboundMapping>> {
    return this.webhooks.tryOut(params.id, body);
  }

  @Route(contracts.rotateInboundSource)
  rotate(
    @Input() { params }: InputOf<typeof contracts.rotateInboundSource>,
    @Caller() actor: Actor,
  ): Promise<AnswerOf<typeof contracts.rotateInboundSource>> {
    return this.webhooks.rotate(actor, params.id);
  }

  @Route(contracts.removeInboundSource)
  async remove(
    @Input() { params }: InputOf<typeof contracts.removeInboundSource>,
    @Caller() actor: Actor,
  ): Promise<AnswerOf<typeof contracts.removeInboundSource>> {
    await this.webhooks.remove(actor, params.id);
    return { done: true };
  }

  /** Reads its own body, which is another system's. */
  @Route(contracts.takeInbound)
  take(@Req() request: CortexRequest): Promise<AnswerOf<typeof contracts.takeInbound>> {
    const problems = bodyProblems(request);
    if (problems.length > 0) throw invalidRequest('The body has parts that cannot be stored.', problems);
    return this.inbound.take(request.inbound!, request.body);
  }
}
