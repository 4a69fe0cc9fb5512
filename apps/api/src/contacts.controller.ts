import { Controller } from '@nestjs/common';
import * as contracts from '#contracts';
import type { AnswerOf, InputOf } from '#contracts';
import { Contacts } from '#directory';
import type { Actor } from '#platform';
import { Caller, Input, Route } from './http/route.js';

@Controller()
export class ContactsController {
  constructor(private readonly contacts: Contacts) {}

  @Route(contracts.getContact)
  get(@Input() input: InputOf<typeof contracts.getContact>): Promise<AnswerOf<typeof contracts.getContact>> {
    return this.contacts.get(input.params.id);
  }

  @Route(contracts.contactActivities)
  activities(
    @Input() { params, query }: InputOf<typeof contracts.contactActivities>,
  ): Promise<AnswerOf<typeof contracts.contactActivities>> {
    return this.contacts.activities(params.id, query);
  }

  @Route(contracts.patchContact)
  edit(
    @Input() { params, body }: InputOf<typeof contracts.patchContact>,
    @Caller() actor: Actor,
  ): Promise<AnswerOf<typeof contracts.patchContact>> {
    return this.contacts.edit(params.id, body, actor);
  }
}
