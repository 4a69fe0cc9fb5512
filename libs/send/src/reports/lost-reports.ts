import { Inject, Injectable } from '@nestjs/common';
import { streams, type Stream } from '#emails';
import { Config, Database, retryLaws } from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';
import { z } from 'zod';
import { PostmarkEvents } from './postmark-events.js';
import { GATEWAY, type PostmarkGateway } from '../postmark/postmark.client.js';

/** Asks Postmark every night for what its webhooks did not bring. */
export const askForReports = defineJob({
  name: 'send.reports_ask',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.upkeep,
  expireInSeconds: 3600,
});

/** A day is asked for when it is over everywhere, and given up after this. */
const youngest = 1;
const oldest = 7;
/** Single mails that are looked up in one night; the next night goes on after them. */
const mostLookUps = 2_000;
const perRound = 100;

interface ReportDay {
  stream: Stream;
  day: string;
  bounces_at: Date | null;
  after: string | null;
}

/** Bounces, complaints and deliveries that webhooks lost: by the day, with a cursor that is kept. */
@Injectable()
export class LostReports implements JobHandlers {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly events: PostmarkEvents,
    @Inject(GATEWAY) private readonly gateway: PostmarkGateway | null,
  ) {}

  async bind(queue: Queue): Promise<void> {
    await queue.handle(askForReports, async () => {
      await this.ask();
    });
  }

  /** @returns how many reports were new */
  async ask(): Promise<number> {
    const { gateway } = this;
    if (!gateway) return 0;
    let found = 0;
    let lookUps = mostLookUps;
    for (const open of await this.openDays()) {
      if (!open.bounces_at) {
        const taken = await this.bouncesOf(gateway, open);
        if (taken === undefined) continue;
        found += taken;
      }
      if (lookUps <= 0) continue;
      const { taken, asked, done } = await this.deliveriesOf(gateway, open, lookUps);
      found += taken;
      lookUps -= asked;
      if (done) await this.mark(open, 'done_at = cortex.now()');
    }
    return found;
  }

  /** The days that are not done, the oldest first; those without a row get one. */
  private async openDays(): Promise<ReportDay[]> {
    await this.database.run(
      `insert into cortex.report_days (stream, day)
       select s, (cortex.now() at time zone 'UTC')::date - n
       from unnest($1::text[]) s, generate_series($2::int, $3::int) n
       on conflict do nothing`,
      [streams, youngest, oldest],
    );
    await this.database.run(
      `delete from cortex.report_days where day < (cortex.now() at time zone 'UTC')::date - 2 * $1::int`,
      [oldest],
    );
    return this.database.rows<ReportDay>(
      `select stream, day::text as day, bounces_at, after from cortex.report_days
       where done_at is null and day >= (cortex.now() at time zone 'UTC')::date - $1::int order by day, stream`,
      [oldest],
    );
  }

  /** @returns how many were new; undefined when Postmark did not say them all */
  private async bouncesOf(gateway: PostmarkGateway, open: ReportDay): Promise<number | undefined> {
    const bounces = await gateway.bouncesOf(open.day, this.nameOf(open.stream));
    if (!bounces) return undefined;
    let taken = 0;
    for (const bounce of bounces) {
      const RecordType = bounce.Type === 'SpamComplaint' ? 'SpamComplaint' : 'Bounce';
      // The webhook of the same bounce has the same id, so that each counts once.
      if ((await this.events.take({ ...bounce, RecordType })) === 'new') taken += 1;
    }
    await this.mark(open, 'bounces_at = cortex.now()');
    return taken;
  }

  private async deliveriesOf(gateway: PostmarkGateway, open: ReportDay, most: number) {
    let { after } = open;
    let taken = 0;
    let asked = 0;
    while (asked < most) {
      const mails = await this.database.rows<{ id: string; provider_id: string }>(NOT_REPORTED, [
        open.stream,
        open.day,
        after,
        Math.min(perRound, most - asked),
      ]);
      for (const mail of mails) {
        asked += 1;
        const delivery = await gateway.deliveryOf(mail.provider_id);
        // Postmark is not to be reached: the next night goes on from here.
        if (delivery === undefined) return { taken, asked: most, done: false };
        after = mail.id;
        if (delivery === null) continue;
        const event = { RecordType: 'Delivery', MessageID: mail.provider_id, ...delivery };
        if ((await this.events.take(event)) === 'new') taken += 1;
      }
      await this.mark(open, 'after = $3::uuid', after);
      if (mails.length < perRound) return { taken, asked, done: asked < most || mails.length === 0 };
    }
    return { taken, asked, done: false };
  }

  private async mark(open: ReportDay, change: string, ...values: unknown[]): Promise<void> {
    await this.database.run(`update cortex.report_days set ${change} where stream = $1 and day = $2::date`, [
      open.stream,
      open.day,
      ...values,
    ]);
  }

  private nameOf(stream: Stream): string {
    const { env } = this.config;
    return stream === 'broadcast' ? env.POSTMARK_BROADCAST_STREAM : env.POSTMARK_TRANSACTIONAL_STREAM;
  }
}

/** Mails of one day of which neither delivery nor bounce is known, in the order of their ids. */
const NOT_REPORTED = `
  select m.id, m.provider_id from cortex.messages m
  where m.created_at >= $2::date - interval '2 days' and m.created_at < $2::date + interval '1 day'
    and m.sent_at >= $2::date::timestamp at time zone 'UTC' and m.sent_at < ($2::date + 1)::timestamp at time zone 'UTC'
    and m.stream = $1 and m.state = 'sent' and m.provider = 'postmark' and m.provider_id is not null
    and m.delivered_at is null and m.bounced_at is null
    and ($3::uuid is null or m.id > $3::uuid)
  order by m.id limit $4`;
