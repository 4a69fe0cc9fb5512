import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { BroadcastReports } from '#broadcasts';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import type { Actor } from '#platform';
import { sendCsv } from '../../http/pages/download.js';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class BroadcastReportsController {
  constructor(private readonly reports: BroadcastReports) {}

  @Route(contracts.broadcastReport)
  report(@Input() { params }: InputOf<typeof contracts.broadcastReport>) {
    return this.reports.of(params.id);
  }

  @Route(contracts.broadcastRecipients)
  recipients(@Input() { params, query }: InputOf<typeof contracts.broadcastRecipients>) {
    return this.reports.recipients(params.id, query);
  }

  @Route(contracts.broadcastBatches)
  batches(@Input() { params, query }: InputOf<typeof contracts.broadcastBatches>) {
    return this.reports.batches(params.id, query);
  }

  @Route(contracts.exportRecipients)
  async exportRecipients(
    @Input() { params, query }: InputOf<typeof contracts.exportRecipients>,
    @Caller() actor: Actor,
    @Res() reply: FastifyReply,
  ) {
    const { name, lines } = await this.reports.export(actor, params.id, query);
    void sendCsv(reply, name, lines);
  }

  @Route(contracts.earlierBroadcasts)
  earlier(@Input() { params }: InputOf<typeof contracts.earlierBroadcasts>) {
    return this.reports.earlier(params.id);
  }

  @Route(contracts.followUpBroadcast)
  followUp(@Input() { params }: InputOf<typeof contracts.followUpBroadcast>, @Caller() actor: Actor) {
    return this.reports.followUp(actor, params.id);
  }
}
