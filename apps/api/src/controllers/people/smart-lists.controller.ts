import { Controller } from '@nestjs/common';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import type { Actor } from '#platform';
import { ListMembers, MemberFiles, RuleQuestions, SmartLists } from '#smart-lists';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class SmartListsController {
  constructor(
    private readonly lists: SmartLists,
    private readonly questions: RuleQuestions,
    private readonly members: ListMembers,
    private readonly files: MemberFiles,
  ) {}

  @Route(contracts.listSmartLists)
  list(@Input() { query }: InputOf<typeof contracts.listSmartLists>) {
    return this.lists.list(query);
  }

  @Route(contracts.createSmartList)
  create(@Input() { body }: InputOf<typeof contracts.createSmartList>, @Caller() actor: Actor) {
    return this.lists.create(actor, body);
  }

  // Before `:id`, so that the words are not taken for ids.
  @Route(contracts.smartListFields)
  fields() {
    return this.questions.fields();
  }

  @Route(contracts.smartListValues)
  values(@Input() { query }: InputOf<typeof contracts.smartListValues>) {
    return this.questions.values(query);
  }

  @Route(contracts.listFolders)
  folders() {
    return this.lists.folders();
  }

  @Route(contracts.renameFolder)
  renameFolder(@Input() { body }: InputOf<typeof contracts.renameFolder>, @Caller() actor: Actor) {
    return this.lists.renameFolder(actor, body.from, body.to);
  }

  @Route(contracts.duplicateSmartList)
  duplicate(@Input() { params, body }: InputOf<typeof contracts.duplicateSmartList>, @Caller() actor: Actor) {
    return this.lists.duplicate(actor, params.id, body.name);
  }

  @Route(contracts.previewSmartList)
  preview(@Input() { body }: InputOf<typeof contracts.previewSmartList>) {
    return this.questions.preview(body.rules, body.exact);
  }

  @Route(contracts.checkSmartList)
  check(@Input() { body }: InputOf<typeof contracts.checkSmartList>) {
    return this.questions.check(body.rules, body.contact_email);
  }

  @Route(contracts.getSmartList)
  get(@Input() { params }: InputOf<typeof contracts.getSmartList>) {
    return this.lists.get(params.id);
  }

  @Route(contracts.putSmartList)
  put(@Input() { params, body }: InputOf<typeof contracts.putSmartList>, @Caller() actor: Actor) {
    const { newcomers, ...changes } = body;
    return this.lists.put(actor, params.id, changes, newcomers);
  }

  @Route(contracts.deleteSmartList)
  remove(@Input() { params }: InputOf<typeof contracts.deleteSmartList>, @Caller() actor: Actor) {
    return this.lists.remove(actor, params.id);
  }

  @Route(contracts.refreshSmartList)
  refresh(@Input() { params }: InputOf<typeof contracts.refreshSmartList>) {
    return this.lists.refresh(params.id);
  }

  @Route(contracts.smartListContacts)
  contacts(@Input() { params, query }: InputOf<typeof contracts.smartListContacts>) {
    return this.lists.contactsOf(params.id, query);
  }

  @Route(contracts.addListMembers)
  add(@Input() { params, body }: InputOf<typeof contracts.addListMembers>, @Caller() actor: Actor) {
    if (body instanceof Uint8Array) return this.files.start(actor, params.id, 'add', body);
    return this.members.add(actor, params.id, body);
  }

  @Route(contracts.removeListMembers)
  take(@Input() { params, body }: InputOf<typeof contracts.removeListMembers>, @Caller() actor: Actor) {
    if (body instanceof Uint8Array) return this.files.start(actor, params.id, 'remove', body);
    return this.members.remove(actor, params.id, body);
  }
}
