import { Controller } from '@nestjs/common';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import type { Actor } from '#platform';
import { EmergencyStop, Senders } from '#send';
import { Caller, Input, Route } from '../../http/route.js';

@Controller()
export class SendingController {
  constructor(
    private readonly sending: EmergencyStop,
    private readonly senders: Senders,
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
  list(@Input() { query }: InputOf<typeof contracts.listSenders>) {
    return this.senders.list(query);
  }
}
