import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database, retryLaws } from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';

const nothing = z.object({});
const upkeep = { payload: nothing, policy: 'exclusive', retry: retryLaws.upkeep } as const;

export const makePartitions = defineJob({ ...upkeep, name: 'housekeeping.partitions' });
export const forgetRequests = defineJob({ ...upkeep, name: 'housekeeping.request_keys' });

/** Rows that go in one statement, so that no transaction is long. */
const BATCH = 5000;

/** What keeps the database tidy and belongs to no library. */
@Injectable()
export class Housekeeping implements JobHandlers {
  constructor(private readonly database: Database) {}

  async bind(queue: Queue): Promise<void> {
    await queue.handle(makePartitions, () => this.makePartitions());
    await queue.handle(forgetRequests, () => this.forgetRequests());
  }

  /** Makes the activities' months from the past one to a quarter ahead. */
  async makePartitions(): Promise<void> {
    await this.database.rows(
      `select cortex.ensure_activity_partitions(
         (cortex.now() - interval '1 month')::date, (cortex.now() + interval '3 months')::date)`,
    );
  }

  /** An Idempotency-Key holds for 24 hours. */
  async forgetRequests(): Promise<void> {
    let gone: number;
    do {
      gone = await this.database.run(
        `delete from cortex.request_keys where ctid = any (array(
           select ctid from cortex.request_keys where created_at < (select cortex.now()) - interval '24 hours'
           limit ${BATCH}))`,
      );
    } while (gone === BATCH);
  }
}
