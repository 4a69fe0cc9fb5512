import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { keptDays, linkProof } from '#contracts';
import { Database, retryLaws } from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';

const nothing = z.object({});
const upkeep = { payload: nothing, policy: 'exclusive', retry: retryLaws.upkeep } as const;

export const makePartitions = defineJob({ ...upkeep, name: 'housekeeping.partitions' });
export const forgetRequests = defineJob({ ...upkeep, name: 'housekeeping.request_keys' });
export const forgetFiles = defineJob({ ...upkeep, name: 'housekeeping.files' });

/** Rows that go in one statement, so that no transaction is long. */
const BATCH = 5000;
/** Undoing a job needs what it did until the end. */
const NOTHING_IS_UNDONE = "not exists (select from cortex.jobs u where u.status = 'running' and u.action = 'undo')";

/** What keeps the database tidy and belongs to no library. */
@Injectable()
export class Housekeeping implements JobHandlers {
  constructor(private readonly database: Database) {}

  async bind(queue: Queue): Promise<void> {
    await queue.handle(makePartitions, () => this.makePartitions());
    await queue.handle(forgetRequests, () => this.forgetRequests());
    await queue.handle(forgetFiles, () => this.forgetFiles());
  }

  /** Makes the activities' months from the past one to a quarter ahead. */
  async makePartitions(): Promise<void> {
    await this.database.rows(
      `select cortex.ensure_activity_partitions(
         (cortex.now() - interval '1 month')::date, (cortex.now() + interval '3 months')::date)`,
    );
  }

  /**
   * An Idempotency-Key holds for 24 hours; bodies that were refused are looked at soon or never. Who used the proof of a
   * mail is needed as long as somebody may try to use it again.
   */
  async forgetRequests(): Promise<void> {
    let gone: number;
    do {
      gone = await this.database.run(
        `delete from cortex.request_keys where ctid = any (array(
           select ctid from cortex.request_keys where created_at < (select cortex.now()) - interval '${keptDays.repeated_requests} days'
           limit ${BATCH}))`,
      );
    } while (gone === BATCH);
    await this.database.run(
      `delete from cortex.source_rejects r where r.at < (select cortex.now()) - interval '${keptDays.refused_bodies} days'`,
    );
    await this.database.run(
      `delete from cortex.link_proofs u where u.used_at < (select cortex.now()) - interval '${linkProof.days + 1} days'`,
    );
  }

  /** Files that jobs wrote go after their days, one by one; and with them what undoing an import would need. */
  async forgetFiles(): Promise<void> {
    let gone: number;
    do {
      gone = await this.database.run(
        `delete from cortex.files where id =
           (select id from cortex.files where expires_at < (select cortex.now()) order by expires_at limit 1)`,
      );
    } while (gone > 0);
    await this.database.run(
      `update cortex.jobs j set can_undo = false
       where j.can_undo and case when j.file_id is null then j.ended_at < cortex.now() - interval '14 days'
         else not exists (select from cortex.files f where f.id = j.file_id) end`,
    );
    do {
      gone = await this.database.run(
        `delete from cortex.import_changes where (job_id, ord) in (
           select c.job_id, c.ord from cortex.import_changes c join cortex.jobs j on j.id = c.job_id
           where not j.can_undo and j.status not in ('running') and ${NOTHING_IS_UNDONE} limit ${BATCH})`,
      );
    } while (gone === BATCH);
    do {
      gone = await this.database.run(
        `delete from cortex.bulk_changes where (job_id, ord) in (
           select c.job_id, c.ord from cortex.bulk_changes c join cortex.jobs j on j.id = c.job_id
           where not j.can_undo and j.status not in ('queued') and ${NOTHING_IS_UNDONE} limit ${BATCH})`,
      );
    } while (gone === BATCH);
    do {
      gone = await this.database.run(
        `delete from cortex.entered_by_jobs where (job_id, run_id) in (
           select e.job_id, e.run_id from cortex.entered_by_jobs e join cortex.jobs j on j.id = e.job_id
           where not j.can_undo and j.status not in ('running')
             and ${NOTHING_IS_UNDONE}
           limit ${BATCH})`,
      );
    } while (gone === BATCH);
  }
}
