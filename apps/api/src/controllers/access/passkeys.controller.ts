import { Controller, Req } from '@nestjs/common';
import { Passkeys, StaffSignIn, type Passkey } from '#access';
import * as contracts from '#contracts';
import type { AnswerOf, InputOf } from '#contracts';
import type { Actor } from '#platform';
import type { FastifyRequest } from 'fastify';
import { Caller, Input, Route } from '../../http/routes/route.js';

const present = (passkey: Passkey) => ({
  ...passkey,
  created_at: passkey.created_at.toISOString(),
  last_used_at: passkey.last_used_at?.toISOString() ?? null,
});

/** One's own passkeys. Adding and removing one ask for the password again. */
@Controller()
export class PasskeysController {
  constructor(
    private readonly signIns: StaffSignIn,
    private readonly passkeys: Passkeys,
  ) {}

  @Route(contracts.listPasskeys)
  async list(@Caller() actor: Actor): Promise<AnswerOf<typeof contracts.listPasskeys>> {
    return { passkeys: (await this.passkeys.of(actor.id)).map(present) };
  }

  @Route(contracts.beginPasskey)
  async begin(
    @Input() { body }: InputOf<typeof contracts.beginPasskey>,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
  ): Promise<AnswerOf<typeof contracts.beginPasskey>> {
    const party = this.signIns.party(request);
    await this.signIns.assertPassword(request, actor, body.password);
    return { options: { ...(await this.passkeys.beginAdding(actor, party)) } };
  }

  @Route(contracts.addPasskey)
  async add(
    @Input() { body }: InputOf<typeof contracts.addPasskey>,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
  ): Promise<AnswerOf<typeof contracts.addPasskey>> {
    return present(await this.passkeys.add(actor, this.signIns.party(request), body));
  }

  @Route(contracts.removePasskey)
  async remove(
    @Input() { params, body }: InputOf<typeof contracts.removePasskey>,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
  ): Promise<AnswerOf<typeof contracts.removePasskey>> {
    await this.signIns.assertPassword(request, actor, body.password);
    await this.passkeys.remove(actor, params.id);
    return { done: true };
  }
}
