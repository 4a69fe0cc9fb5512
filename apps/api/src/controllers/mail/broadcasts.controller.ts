import { Controller } from '@nestjs/common';
import { BroadcastLifecycle, Broadcasts } from '#broadcasts';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { emptyCounts } from '#emails';
import { Database, type Actor } from '#platform';
import { skipClause } from '#rules';
import { MessageView, Rehearsals, retryUnknown, sendTest } from '#send';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class BroadcastsController {
  constructor(
    private readonly broadcasts: Broadcasts,
    private readonly lifecycle: BroadcastLifecycle,
    private readonly rehearsals: Rehearsals,
    private readonly view: MessageView,
    private readonly database: Database,
  ) {}

  @Route(contracts.listBroadcasts)
  list(@Input() { query }: InputOf<typeof contracts.listBroadcasts>) {
    return this.broadcasts.list(query);
  }

  @Route(contracts.getBroadcast)
  get(@Input() { params }: InputOf<typeof contracts.getBroadcast>) {
    return this.broadcasts.get(params.id);
  }

  @Route(contracts.createBroadcast)
  create(
    @Input() { body: { stream: _stream, ...fields } }: InputOf<typeof contracts.createBroadcast>,
    @Caller() actor: Actor,
  ) {
    return this.broadcasts.create(actor, fields);
  }

  @Route(contracts.changeBroadcast)
  change(@Input() { params, body }: InputOf<typeof contracts.changeBroadcast>, @Caller() actor: Actor) {
    return this.broadcasts.save(actor, params.id, fieldsOf(body), body.base_revision ?? body.revision);
  }

  @Route(contracts.deleteBroadcast)
  async remove(@Input() { params }: InputOf<typeof contracts.deleteBroadcast>, @Caller() actor: Actor) {
    await this.broadcasts.remove(actor, params.id);
  }

  @Route(contracts.duplicateBroadcast)
  duplicate(@Input() { params, body }: InputOf<typeof contracts.duplicateBroadcast>, @Caller() actor: Actor) {
    return this.broadcasts.duplicate(actor, params.id, body ?? {});
  }

  @Route(contracts.broadcastAudience)
  async audience(@Input() { params, query }: InputOf<typeof contracts.broadcastAudience>) {
    const at = query.scheduled_at === undefined ? undefined : new Date(query.scheduled_at);
    const { skipped, ...funnel } = await this.broadcasts.audience(params.id, at);
    return { ...funnel, skipped: { ...emptyCounts().skipped, ...skipped } };
  }

  @Route(contracts.broadcastAudienceOfOne)
  async audienceOfOne(@Input() { params, query }: InputOf<typeof contracts.broadcastAudienceOfOne>) {
    const reason = await this.broadcasts.whyNot(params.id, query.contact_email);
    return {
      contact_email: query.contact_email,
      outcome: reason === null ? ('in' as const) : ('out' as const),
      reason,
      sentence: sentenceOf(reason),
    };
  }

  @Route(contracts.broadcastAudiencePeople)
  audiencePeople(@Input() { params, query }: InputOf<typeof contracts.broadcastAudiencePeople>) {
    return this.broadcasts.audiencePeople(params.id, query);
  }

  @Route(contracts.sendBroadcast)
  send(@Input() { params, body }: InputOf<typeof contracts.sendBroadcast>, @Caller() actor: Actor) {
    return this.lifecycle.send(actor, params.id, 'confirm' in body ? body.confirm : undefined, body.undo_seconds);
  }

  @Route(contracts.scheduleBroadcast)
  schedule(@Input() { params, body }: InputOf<typeof contracts.scheduleBroadcast>, @Caller() actor: Actor) {
    return this.lifecycle.schedule(actor, params.id, new Date(body.scheduled_at), body.confirm);
  }

  @Route(contracts.pauseBroadcast)
  pause(@Input() { params }: InputOf<typeof contracts.pauseBroadcast>, @Caller() actor: Actor) {
    return this.lifecycle.pause(actor, params.id);
  }

  @Route(contracts.resumeBroadcast)
  resume(@Input() { params }: InputOf<typeof contracts.resumeBroadcast>, @Caller() actor: Actor) {
    return this.lifecycle.resume(actor, params.id);
  }

  @Route(contracts.cancelBroadcast)
  cancel(@Input() { params }: InputOf<typeof contracts.cancelBroadcast>, @Caller() actor: Actor) {
    return this.lifecycle.cancel(actor, params.id);
  }

  @Route(contracts.testBroadcast)
  async test(@Input() { params, body }: InputOf<typeof contracts.testBroadcast>) {
    const { content, from, toStaff } = await this.broadcasts.content(params.id, body.variant);
    return sendTest(this.database, this.view, content, { ...body, colleague: toStaff }, from);
  }

  @Route(contracts.broadcastTestResult)
  testResult(@Input() { params }: InputOf<typeof contracts.broadcastTestResult>) {
    return this.broadcasts.test(params.id);
  }

  @Route(contracts.chooseWinner)
  chooseWinner(@Input() { params, body }: InputOf<typeof contracts.chooseWinner>, @Caller() actor: Actor) {
    return this.lifecycle.chooseWinner(actor, params.id, body.variant);
  }

  @Route(contracts.retryUnknownOfBroadcast)
  async retryUnknown(
    @Input() { params, body }: InputOf<typeof contracts.retryUnknownOfBroadcast>,
    @Caller() actor: Actor,
  ) {
    await this.broadcasts.get(params.id);
    return { queued: await retryUnknown(this.database, actor, { broadcast_id: params.id }, body.confirm) };
  }

  @Route(contracts.rehearseBroadcast)
  rehearse(@Input() { params }: InputOf<typeof contracts.rehearseBroadcast>) {
    return this.rehearsals.begin(params.id);
  }

  @Route(contracts.getRehearsal)
  rehearsal(@Input() { params }: InputOf<typeof contracts.getRehearsal>) {
    return this.rehearsals.get(params.id);
  }
}

/** Of a body the fields that a draft keeps. */
function fieldsOf(body: InputOf<typeof contracts.changeBroadcast>['body']) {
  const { name, subject, preheader, from, reply_to, utm, topic_id, holdout_percent } = body;
  const { include_smart_list_ids, exclude_smart_list_ids, rules, template_id, editor, design, html, text } = body;
  const { spread, local_time, test } = body;
  // Whoever says that it is marketing mail says that it is for people.
  const audience = body.audience ?? (body.stream === 'broadcast' ? ('lists' as const) : undefined);
  const all = {
    ...{ name, subject, preheader, from, reply_to, utm, topic_id, include_smart_list_ids, exclude_smart_list_ids },
    ...{ rules, template_id, editor, design, html, text, holdout_percent },
    ...{ spread, local_time, test, audience },
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Partial<typeof all>;
}

function sentenceOf(reason: Awaited<ReturnType<Broadcasts['whyNot']>>): string {
  if (reason === null) return 'In: they would get it now.';
  if (reason === 'not_in_audience') return 'Out: none of the lists and rules is about them.';
  if (reason === 'not_staff') return 'Out: they do not work here.';
  if (reason === 'left_out') return 'Out: they are in a list that is left out.';
  return `Out: ${skipClause(reason)}.`;
}
