import { Controller, Req } from '@nestjs/common';
import { SecondFactors, StaffSignIn } from '#access';
import * as contracts from '#contracts';
import type { AnswerOf, InputOf } from '#contracts';
import type { Actor } from '#platform';
import type { FastifyRequest } from 'fastify';
import { Caller, Input, Route } from '../../http/routes/route.js';

/** One's own second factor. What weakens or replaces it asks for the password again. */
@Controller()
export class SecondFactorController {
  constructor(
    private readonly signIns: StaffSignIn,
    private readonly secondFactors: SecondFactors,
  ) {}

  @Route(contracts.getSecondFactor)
  state(@Caller() actor: Actor) {
    return this.secondFactors.stateOf(actor.id);
  }

  @Route(contracts.beginSecondFactor)
  async begin(
    @Input() { body }: InputOf<typeof contracts.beginSecondFactor>,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
  ) {
    await this.signIns.assertPassword(request, actor, body.password);
    return this.secondFactors.begin(actor);
  }

  @Route(contracts.confirmSecondFactor)
  async confirm(
    @Input() { body }: InputOf<typeof contracts.confirmSecondFactor>,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
  ): Promise<AnswerOf<typeof contracts.confirmSecondFactor>> {
    return { recovery_codes: await this.signIns.confirmSecondFactor(request, actor, body.code) };
  }

  @Route(contracts.renewRecoveryCodes)
  async renew(
    @Input() { body }: InputOf<typeof contracts.renewRecoveryCodes>,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
  ): Promise<AnswerOf<typeof contracts.renewRecoveryCodes>> {
    await this.signIns.assertPassword(request, actor, body.password);
    return { recovery_codes: await this.secondFactors.renewCodes(actor) };
  }

  @Route(contracts.removeSecondFactor)
  async remove(
    @Input() { body }: InputOf<typeof contracts.removeSecondFactor>,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
  ): Promise<AnswerOf<typeof contracts.removeSecondFactor>> {
    await this.signIns.assertPassword(request, actor, body.password);
    await this.secondFactors.remove(actor);
    return { done: true };
  }
}
