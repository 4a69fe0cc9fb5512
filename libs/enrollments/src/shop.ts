import { Injectable } from '@nestjs/common';
import { addressOf } from '#directory';
import { Database, type Tx } from '#platform';
import { bringIn, lockAddresses, type WriteResult } from './bring-in.js';
import { listCourses, upsertCourse, type CourseFields } from './courses.js';
import { upsertLead, type LeadFields } from './leads.js';
import { upsertEnrollment, upsertTransaction, type EnrollmentFields, type TransactionFields } from './orders.js';
import { updateKnown } from './known-people.js';
import { upsertProfile, type PersonFields } from './profiles.js';

/**
 * What a shop tells Cortex over HTTP: leads, customers, courses, enrollments and payments. The tables' own triggers
 * bring the directory up to date and record the activities, as for any other writer.
 */
@Injectable()
export class Shop {
  constructor(private readonly database: Database) {}

  leads(items: readonly LeadFields[]): Promise<WriteResult[]> {
    return bringIn(this.database, items, upsertLead);
  }

  profiles(items: readonly PersonFields[]): Promise<WriteResult[]> {
    return bringIn(this.database, items, upsertProfile);
  }

  /**
   * Says more about people whom the directory has, and makes nobody.
   * @returns those whom it does not have
   */
  async sayOfKnown(items: readonly PersonFields[]): Promise<PersonFields[]> {
    if (items.length === 0) return [];
    const missing = new Set<PersonFields>();
    const say = async (tx: Tx, some: readonly PersonFields[]) => {
      const unknown = new Set(await updateKnown(tx, some));
      for (const item of some)
        if (unknown.has(item)) missing.add(item);
        else missing.delete(item);
      return { id: '', created: false };
    };
    // All as one; where the database refuses that, each by itself.
    const [all] = await bringIn(this.database, [{}], async (tx) => {
      await lockAddresses(
        tx,
        items.map(({ email }) => addressOf(email)).filter((address) => address !== undefined),
      );
      return say(tx, items);
    });
    if (all!.status === 'rejected') await bringIn(this.database, items, (tx, item) => say(tx, [item]));
    return [...missing];
  }

  enrollments(items: readonly EnrollmentFields[]): Promise<WriteResult[]> {
    return bringIn(this.database, items, upsertEnrollment);
  }

  transactions(items: readonly TransactionFields[]): Promise<WriteResult[]> {
    return bringIn(this.database, items, upsertTransaction);
  }

  courses(items: readonly (CourseFields & { email?: undefined })[]): Promise<WriteResult[]> {
    return bringIn(this.database, items, upsertCourse);
  }

  listCourses(filter: { limit: number; cursor?: string }) {
    return listCourses(this.database, filter);
  }
}
