import { Controller } from '@nestjs/common';
import { countSubscribers } from '#directory';
import { countSince, listJobs, listMessages } from '#emails';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { Database, type Actor } from '#platform';
import { retryUnknown, EmergencyStop } from '#send';
import { Caller, Input, Route } from '../../http/route.js';

const monthMilliseconds = 30 * 24 * 3600_000;

@Controller()
export class MessagesController {
  constructor(
    private readonly database: Database,
    private readonly sending: EmergencyStop,
  ) {}

  @Route(contracts.listMessages)
  list(@Input() { query }: InputOf<typeof contracts.listMessages>) {
    return listMessages(this.database, query);
  }

  @Route(contracts.retryUnknownMessages)
  async retryUnknown(@Input() { body }: InputOf<typeof contracts.retryUnknownMessages>, @Caller() actor: Actor) {
    const { confirm, ...selection } = body;
    return { queued: await retryUnknown(this.database, actor, selection, confirm) };
  }

  @Route(contracts.emailSummary)
  async summary(@Input() { query }: InputOf<typeof contracts.emailSummary>) {
    const now = (await this.database.row<{ now: Date }>('select cortex.now() as now'))!.now;
    const from = query.from ? new Date(query.from) : new Date(now.getTime() - monthMilliseconds);
    const [subscribers, counts, sending] = await Promise.all([
      countSubscribers(this.database),
      countSince(this.database, from),
      this.sending.state(),
    ]);
    return { subscribers, from: from.toISOString(), counts, sending };
  }

  @Route(contracts.listEmailJobs)
  jobs(@Input() { query }: InputOf<typeof contracts.listEmailJobs>) {
    return listJobs(this.database, query);
  }
}
