import { Controller } from '@nestjs/common';
import * as contracts from '#contracts';
import { NamedSenders } from '#emails';
import type { InputOf } from '#contracts';
import type { Actor } from '#platform';
import { EmergencyStop, Senders } from '#send';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class SendingController {
  constructor(
    private readonly sending: EmergencyStop,
    private readonly senders: Senders,
    private readonly named: NamedSenders,
  ) {}

  @Route(contracts.stopSending)
  stop(@Input() { body }: InputOf<typeof contracts.stopSending>, @Caller() actor: Actor) {
    return this.sending.stop(actor, body.reason);
  }

  @Route(contracts.resumeSending)
  resume(@Caller() actor: Actor) {
    return this.sending.resume(actor);
  }

  @Route(contracts.listSenders)
  async list(@Input() { query }: InputOf<typeof contracts.listSenders>) {
    const [known, named] = await Promise.all([this.senders.list(query), this.named.list()]);
    return { ...known, named };
  }

  @Route(contracts.createSender)
  create(@Input() { body }: InputOf<typeof contracts.createSender>, @Caller() actor: Actor) {
    return this.named.create(actor, body.from);
  }

  @Route(contracts.changeSender)
  change(@Input() { params, body }: InputOf<typeof contracts.changeSender>, @Caller() actor: Actor) {
    return this.named.change(actor, params.id, body.from);
  }

  @Route(contracts.removeSender)
  async remove(@Input() { params }: InputOf<typeof contracts.removeSender>, @Caller() actor: Actor) {
    await this.named.remove(actor, params.id);
    return { done: true } as const;
  }
}
