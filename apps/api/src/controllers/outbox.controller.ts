import { Controller } from '@nestjs/common';
import { listMessages } from '#emails';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { Database } from '#platform';
import { MessageView } from '#send';
import { Input, Route } from '../http/route.js';

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
  get(@Input() { params }: InputOf<typeof contracts.getOutboxMessage>) {
    return this.view.show(params.id);
  }
}
