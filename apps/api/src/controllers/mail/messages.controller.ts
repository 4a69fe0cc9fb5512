import { Controller } from '@nestjs/common';
import { countSubscribers } from '#directory';
import { countSince, listJobs, listMessages } from '#emails';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { Database, type Actor } from '#platform';
import { retryUnknown, EmergencyStop } from '#send';
import { Caller, Input, Route } from '../../http/route.js';
import { KeptFigures } from './kept-figures.js';

const monthMilliseconds = 30 * 24 * 3600_000;

@Controller()
export class MessagesController {
  /** Of the last 30 days: screens ask for them whenever mail moves. */
  private readonly figures = new KeptFigures(() => this.figuresOf());

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
    const [figures, sending] = await Promise.all([
      query.from ? this.figuresOf(new Date(query.from)) : this.figures.get(),
      this.sending.state(),
    ]);
    return { ...figures, sending };
  }

  @Route(contracts.listEmailJobs)
  jobs(@Input() { query }: InputOf<typeof contracts.listEmailJobs>) {
    return listJobs(this.database, query);
  }

  /** Who can be e-mailed, and how mail since an instant has fared: reads all of either. */
  private async figuresOf(since?: Date) {
    const { now } = (await this.database.row<{ now: Date }>('select cortex.now() as now'))!;
    const from = since ?? new Date(now.getTime() - monthMilliseconds);
    const [subscribers, counts] = await Promise.all([countSubscribers(this.database), countSince(this.database, from)]);
    return { subscribers, from: from.toISOString(), counted_at: now.toISOString(), counts };
  }
}
