import { Injectable } from '@nestjs/common';
import { Database } from '#platform';
import { activityPage, type TimelineFilter } from './timeline.queries.js';
import { peopleOfAddress, seenTypes } from './types.queries.js';

/** What was recorded, for readers. */
@Injectable()
export class ActivityLog {
  constructor(private readonly database: Database) {}

  /** A page of activities, newest first; of one person when an address is given. */
  list({ contact_email, ...filter }: Omit<TimelineFilter, 'personIds'> & { contact_email?: string }) {
    return this.database.tx(
      async (tx) => {
        const personIds = contact_email === undefined ? undefined : await peopleOfAddress(tx, contact_email);
        return activityPage(tx, { ...filter, personIds });
      },
      { readOnly: true, statementTimeout: 10_000 },
    );
  }

  async types() {
    return { items: await this.database.tx((tx) => seenTypes(tx), { readOnly: true, statementTimeout: 10_000 }) };
  }
}
