import { Inject, Injectable } from '@nestjs/common';
import { adminAddresses } from '#contracts';
import { closeAttention, Database, lockKey, LOG, openAttention, retryLaws, type Log } from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';
import { z } from 'zod';

const job = { payload: z.object({}), policy: 'exclusive' } as const;
/** Every ten minutes: what was written since. */
export const sealAudit = defineJob({ ...job, name: 'audit.seal', retry: retryLaws.tick });
/** Each night: whether all of it is as it was sealed. */
export const checkAudit = defineJob({ ...job, name: 'audit.check', retry: retryLaws.nightly });

/** Entries under one seal at most, so that no transaction is long. */
const UNDER_ONE_SEAL = 10_000;
/** Seals that one statement of a check reads. */
const CHECKED_AT_ONCE = 200;
const MOST_ROUNDS = 1_000;
const CHANGED = 'audit.changed';

/** SQL: the hash over the one before (`before`, a bytea) and these entries (`entries`, an aggregate of their hashes). */
const seal = (before: string, entries: string) => `sha256(coalesce(${before}, '') || coalesce(${entries}, ''))`;
const hashes = "string_agg(cortex.audit_entry_hash(a), ''::bytea order by a.id)";

/**
 * Seals the audit and checks its seals. An entry that is changed, removed or put in later breaks the seal that it stands
 * under, and a seal that is removed the one after it. The last seal stands in the log too, which is kept elsewhere: so
 * also who cuts off the end, or seals everything anew, is found out.
 */
@Injectable()
export class AuditSeals implements JobHandlers {
  constructor(
    private readonly database: Database,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async bind(queue: Queue): Promise<void> {
    await queue.handle(sealAudit, async () => void (await this.seal()));
    await queue.handle(checkAudit, async () => void (await this.check()));
  }

  /** Puts what has no seal yet under new ones. @returns how many entries */
  async seal(): Promise<number> {
    let sealed = 0;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const made = await this.sealOnce();
      if (!made) break;
      sealed += made.entries;
      this.log.info({ seal: made.number, entries: made.entries, sha256: made.hash }, 'the audit was sealed');
      if (made.entries < UNDER_ONE_SEAL) break;
    }
    return sealed;
  }

  private sealOnce() {
    return this.database.tx(async (tx) => {
      // One at a time: each seal stands on the one before.
      await tx.rows(`select pg_advisory_xact_lock(${lockKey.named("'cortex.audit_seals'")})`);
      return tx.row<{ number: string; entries: number; hash: string }>(
        `with last as (
           select s.number, s.hash from cortex.audit_seals s order by s.number desc limit 1
         ), next as materialized (
           select a.id from cortex.audit a where a.seal is null order by a.id limit ${UNDER_ONE_SEAL}
         ), made as (
           insert into cortex.audit_seals (number, entries, hash)
           select coalesce((select l.number from last l), 0) + 1, count(*), ${seal('(select l.hash from last l)', hashes)}
           from cortex.audit a join next n on n.id = a.id
           having count(*) > 0
           returning number, entries, hash
         ), marked as (
           update cortex.audit a set seal = m.number from made m where a.id in (select n.id from next n)
         )
         select m.number::text as number, m.entries, encode(m.hash, 'hex') as hash from made m`,
      );
    });
  }

  /**
   * Computes every seal again. The first that does not fit stands under Needs attention.
   * @returns its number, undefined when all fit
   */
  async check(): Promise<number | undefined> {
    let after = 0;
    let wrong: number | undefined;
    for (;;) {
      const row = await this.database.row<{ last: number | null; wrong: number | null }>(
        `with part as (
           select s.number, s.entries, s.hash from cortex.audit_seals s
           where s.number > $1 order by s.number limit ${CHECKED_AT_ONCE}
         ), again as (
           select s.number, s.entries, s.hash, count(a.id) as found,
             ${seal('(select b.hash from cortex.audit_seals b where b.number = s.number - 1)', `${hashes} filter (where a.id is not null)`)} as computed
           from part s left join cortex.audit a on a.seal = s.number
           group by s.number, s.entries, s.hash
         )
         select max(g.number)::int as last, min(g.number) filter (
           where g.hash <> g.computed or g.entries <> g.found)::int as wrong
         from again g`,
        [after],
      );
      wrong = row?.wrong ?? undefined;
      if (wrong !== undefined || !row?.last) break;
      after = row.last;
    }
    wrong ??= (await this.strayEntry()) ?? (await this.emptiedEntry());
    if (wrong === undefined) await closeAttention(this.database, CHANGED);
    else await this.tell(wrong);
    return wrong;
  }

  /** An entry under a seal that is not there. */
  private async strayEntry(): Promise<number | undefined> {
    const row = await this.database.row<{ seal: number }>(
      `select a.seal::int as seal from cortex.audit a
       where a.seal > coalesce((select max(s.number) from cortex.audit_seals s), 0) order by a.seal limit 1`,
    );
    return row?.seal;
  }

  /** An entry that was emptied though no erasure says so. */
  private async emptiedEntry(): Promise<number | undefined> {
    const row = await this.database.row<{ seal: number }>(
      `select coalesce(a.seal, 0)::int as seal from cortex.audit a
       where a.erased_hash is not null and a.id::text not in (
         select e.id from cortex.audit w, jsonb_array_elements_text(w.after -> 'entries') e (id)
         where w.action = 'audit.emptied' and w.erased_hash is null)
       order by a.id limit 1`,
    );
    return row?.seal;
  }

  private async tell(number: number): Promise<void> {
    this.log.error({ seal: number }, 'the audit is not as it was sealed');
    await openAttention(this.database, {
      key: CHANGED,
      kind: 'audit',
      title: 'The audit log was changed',
      detail: `Seal ${number} does not fit its entries any more: somebody with access to the database has changed, removed or added entries of that time. Compare with a backup.`,
      action: { label: 'Open the audit log', href: adminAddresses.audit },
      facts: { seal: number },
    });
  }
}
