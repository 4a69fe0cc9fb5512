import { Controller } from '@nestjs/common';
import { countSubscribers, subscribersByDay } from '#directory';
import { countSince, listJobs, listMessages } from '#emails';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { Database, readSettings, type Actor } from '#platform';
import { retryUnknown, EmergencyStop } from '#send';
import { Caller, Input, Route } from '../../http/routes/route.js';
import { KeptFigures } from './kept-figures.js';

const DAY = 24 * 3600_000;
const monthMilliseconds = 30 * DAY;
/** Days that are told one by one. */
const MOST_DAYS = 31;

/** The last days of a time zone, as `2026-11-30`, today as the last; a day may have 23 or 25 hours, but each has a noon. */
function daysUntil(now: Date, timezone: string, count: number): string[] {
  const form = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone });
  const noon = new Date(`${form.format(now)}T12:00:00Z`).getTime();
  return Array.from({ length: Math.max(1, Math.floor(count)) }, (_, ago) => noon - ago * DAY)
    .reverse()
    .map((at) => new Date(at).toISOString().slice(0, 10));
}

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
    const { timezone } = await readSettings(this.database, 'timezone');
    const [subscribers, { counts, days }, noted] = await Promise.all([
      countSubscribers(this.database),
      countSince(this.database, from, timezone),
      subscribersByDay(this.database, from, timezone),
    ]);
    const figures = new Map(days.map((day) => [day.day, day]));
    const shown = daysUntil(now, timezone, Math.min(MOST_DAYS, (now.getTime() - from.getTime()) / DAY)).map((day) => ({
      ...(figures.get(day) ?? { day, sent: 0, delivered: 0, clicked: 0, complained: 0 }),
      can_be_emailed: noted.get(day) ?? null,
    }));
    const today = shown.at(-1);
    if (today) today.can_be_emailed = subscribers.can_be_emailed;
    return { subscribers, from: from.toISOString(), counted_at: now.toISOString(), counts, days: shown };
  }
}
