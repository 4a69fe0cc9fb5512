import { Controller } from '@nestjs/common';
import * as contracts from '#contracts';
import type { AnswerOf, BulkChange, InputOf } from '#contracts';
import { Contacts } from '#directory';
import { EnterPeople } from '#engine';
import type { Actor } from '#platform';
import { MemberFiles, RuleQuestions, SmartLists } from '#smart-lists';
import { ExportPeople, ImportPeople } from '#transfers';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class ContactsController {
  constructor(
    private readonly contacts: Contacts,
    private readonly lists: SmartLists,
    private readonly questions: RuleQuestions,
    private readonly jobs: MemberFiles,
    private readonly exports: ExportPeople,
    private readonly imports: ImportPeople,
    private readonly entering: EnterPeople,
  ) {}

  @Route(contracts.listContacts)
  list(@Input() input: InputOf<typeof contracts.listContacts>): Promise<AnswerOf<typeof contracts.listContacts>> {
    const { smart_list_id, ...query } = input.query;
    return smart_list_id ? this.lists.contactsOf(smart_list_id, query) : this.contacts.list(query);
  }

  @Route(contracts.searchContacts)
  search(@Input() input: InputOf<typeof contracts.searchContacts>): Promise<AnswerOf<typeof contracts.searchContacts>> {
    const { rules, ...query } = input.body;
    return rules ? this.questions.search(rules, query) : this.contacts.list(query);
  }

  @Route(contracts.bulkContacts)
  bulk(
    @Input() { body }: InputOf<typeof contracts.bulkContacts>,
    @Caller() actor: Actor,
  ): Promise<AnswerOf<typeof contracts.bulkContacts>> {
    return this.change(actor, body);
  }

  private async change(actor: Actor, { action, ...of }: BulkChange) {
    if (action.type !== 'enter_automation') return this.jobs.startBulk(actor, { ...of, action });
    return this.jobs.get(await this.entering.start(actor, action.automation_id, of));
  }

  @Route(contracts.previewBulk)
  preview(
    @Input() { body: { action, ...of } }: InputOf<typeof contracts.previewBulk>,
  ): Promise<AnswerOf<typeof contracts.previewBulk>> {
    return this.entering.preview(action.automation_id, of);
  }

  @Route(contracts.exportContacts)
  async export(
    @Input() { body }: InputOf<typeof contracts.exportContacts>,
    @Caller() actor: Actor,
  ): Promise<AnswerOf<typeof contracts.exportContacts>> {
    return this.jobs.get(await this.exports.start(actor, body));
  }

  @Route(contracts.keepImportFile)
  keepFile(@Input() { body }: InputOf<typeof contracts.keepImportFile>) {
    return this.imports.keep(body);
  }

  @Route(contracts.importContacts)
  async import(
    @Input() { body }: InputOf<typeof contracts.importContacts>,
    @Caller() actor: Actor,
  ): Promise<AnswerOf<typeof contracts.importContacts>> {
    return this.jobs.get(await this.imports.start(actor, body));
  }

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
