import { Controller, Req } from '@nestjs/common';
import { StaffSessions, StaffSignIn } from '#access';
import * as contracts from '#contracts';
import type { AnswerOf, InputOf } from '#contracts';
import type { Actor } from '#platform';
import type { FastifyRequest } from 'fastify';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class SessionsController {
  constructor(
    private readonly sessions: StaffSessions,
    private readonly signIns: StaffSignIn,
  ) {}

  @Route(contracts.listSessions)
  list(@Input() { query }: InputOf<typeof contracts.listSessions>) {
    return this.sessions.list(query);
  }

  @Route(contracts.endSession)
  async end(
    @Input() { params }: InputOf<typeof contracts.endSession>,
    @Caller() actor: Actor,
  ): Promise<AnswerOf<typeof contracts.endSession>> {
    await this.sessions.end(actor, params.id);
    return { done: true };
  }

  @Route(contracts.listMySessions)
  async mine(
    @Input() { query }: InputOf<typeof contracts.listMySessions>,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
  ): Promise<AnswerOf<typeof contracts.listMySessions>> {
    const here = await this.signIns.sessionOf(request.headers);
    const { items, next_cursor } = await this.sessions.list({ ...query, staffId: actor.id });
    return { items: items.map((item) => ({ ...item, current: item.id === here?.session })), next_cursor };
  }

  @Route(contracts.endMySession)
  async endMine(
    @Input() { params }: InputOf<typeof contracts.endMySession>,
    @Caller() actor: Actor,
  ): Promise<AnswerOf<typeof contracts.endMySession>> {
    await this.sessions.end(actor, params.id, actor.id);
    return { done: true };
  }

  @Route(contracts.endMySessions)
  async endEach(
    @Input() { query }: InputOf<typeof contracts.endMySessions>,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
  ): Promise<AnswerOf<typeof contracts.endMySessions>> {
    const here = query.keep_this === 'true' ? await this.signIns.sessionOf(request.headers) : undefined;
    return { ended: await this.sessions.endMine(actor, here?.session) };
  }
}
