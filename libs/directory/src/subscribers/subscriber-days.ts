import { Injectable } from '@nestjs/common';
import { Database, readSettings, retryLaws } from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';
import { z } from 'zod';
import { countSubscribers } from './subscribers.queries.js';

/** Each hour: how many people can be e-mailed today. */
export const noteSubscribers = defineJob({
  name: 'directory.note_subscribers',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.tick,
});

/** Days that are kept. */
const KEPT = 400;

/** Keeps how many people could be e-mailed on each day. */
@Injectable()
export class SubscriberDays implements JobHandlers {
  constructor(private readonly database: Database) {}

  async bind(queue: Queue): Promise<void> {
    await queue.handle(noteSubscribers, () => this.note());
  }

  /** Notes today's number; the last of a day stays. */
  async note(): Promise<void> {
    const { timezone } = await readSettings(this.database, 'timezone');
    const { can_be_emailed } = await countSubscribers(this.database);
    await this.database.run(
      `with old as (
         delete from cortex.subscriber_days d where d.day < (cortex.now() at time zone $1)::date - $3::int)
       insert into cortex.subscriber_days (day, can_be_emailed) values ((cortex.now() at time zone $1)::date, $2)
       on conflict (day) do update set can_be_emailed = excluded.can_be_emailed`,
      [timezone, can_be_emailed, KEPT],
    );
  }
}

/** What was noted since an instant, by day (`2026-11-30`) of the workspace's time zone. */
export async function subscribersByDay(database: Database, from: Date, timezone: string): Promise<Map<string, number>> {
  const rows = await database.rows<{ day: string; can_be_emailed: number }>(
    `select d.day::text as day, d.can_be_emailed from cortex.subscriber_days d
     where d.day >= ($1::timestamptz at time zone $2)::date order by d.day`,
    [from, timezone],
  );
  return new Map(rows.map(({ day, can_be_emailed }) => [day, can_be_emailed]));
}
