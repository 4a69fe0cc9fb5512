import { Controller } from '@nestjs/common';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { Contacts } from '#directory';
import { SignUpForms, Topics } from '#emails';
import type { Actor } from '#platform';
import { Caller, Input, Route } from '../../http/routes/route.js';

/** Topics and sign-up forms: what people can choose, and where they come in. */
@Controller()
export class ConsentController {
  constructor(
    private readonly topics: Topics,
    private readonly forms: SignUpForms,
    private readonly contacts: Contacts,
  ) {}

  @Route(contracts.listTopics)
  listTopics(@Input() { query }: InputOf<typeof contracts.listTopics>) {
    return this.topics.list(query);
  }

  @Route(contracts.createTopic)
  createTopic(@Input() { body }: InputOf<typeof contracts.createTopic>, @Caller() actor: Actor) {
    return this.topics.create(actor, body);
  }

  @Route(contracts.changeTopic)
  changeTopic(@Input() { params, body }: InputOf<typeof contracts.changeTopic>, @Caller() actor: Actor) {
    return this.topics.change(actor, params.id, body);
  }

  @Route(contracts.removeTopic)
  async removeTopic(@Input() { params }: InputOf<typeof contracts.removeTopic>, @Caller() actor: Actor) {
    await this.topics.remove(actor, params.id);
    return { done: true } as const;
  }

  @Route(contracts.contactTopics)
  contactTopics(@Input() { params }: InputOf<typeof contracts.contactTopics>) {
    return this.contacts.topics(params.id);
  }

  @Route(contracts.chooseContactTopics)
  chooseTopics(@Input() { params, body }: InputOf<typeof contracts.chooseContactTopics>, @Caller() actor: Actor) {
    return this.contacts.chooseTopics(params.id, body, actor);
  }

  @Route(contracts.listForms)
  listForms(@Input() { query }: InputOf<typeof contracts.listForms>) {
    return this.forms.list(query);
  }

  @Route(contracts.createForm)
  createForm(@Input() { body }: InputOf<typeof contracts.createForm>, @Caller() actor: Actor) {
    return this.forms.create(actor, body);
  }

  @Route(contracts.changeForm)
  changeForm(@Input() { params, body }: InputOf<typeof contracts.changeForm>, @Caller() actor: Actor) {
    return this.forms.change(actor, params.id, body);
  }

  @Route(contracts.removeForm)
  async removeForm(@Input() { params }: InputOf<typeof contracts.removeForm>, @Caller() actor: Actor) {
    await this.forms.remove(actor, params.id);
    return { done: true } as const;
  }
}
