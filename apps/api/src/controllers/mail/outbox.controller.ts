import { Controller } from '@nestjs/common';
import { listMessages } from '#emails';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { Database, isAdmin, type Actor } from '#platform';
import { MessageView } from '#send';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class OutboxController {
  constructor(
    private readonly database: Database,
    private readonly view: MessageView,
  ) {}

  @Route(contracts.listOutbox)
  list(@Input() { query }: InputOf<typeof contracts.listOutbox>) {
    return listMessages(this.database, query);
  }

  @Route(contracts.getOutboxMessage)
  get(@Input() { params }: InputOf<typeof contracts.getOutboxMessage>, @Caller() actor: Actor) {
    // A program that tests the way of a mail reads it as it was sent; what a person reads must not let them act as another.
    return this.view.show(params.id, actor.kind === 'key' && isAdmin(actor));
  }
}
