import { Inject, Injectable } from '@nestjs/common';
import type { RetainedKind } from '#contracts';
import {
  Database,
  databaseFailure,
  LOG,
  lockKey,
  readSettings,
  recordAudit,
  retryLaws,
  systemActor,
  type Log,
  type Tx,
} from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';
import { z } from 'zod';
import { retainedKinds, walks, wholes } from './kinds.js';
import { deleteOldJobs } from './old-jobs.js';
import { emptyOldTexts, setOldTextsAside } from './old-texts.js';

/** Deletes what the settings keep no longer. */
export const deleteOldData = defineJob({
  name: 'workspace.delete_old_data',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.nightly,
  expireInSeconds: 3600,
});

const cortex = systemActor('Cortex');
/** Milliseconds of a night; what is left waits for the next. */
const A_NIGHT = 30 * 60_000;
/** Activities of unknown visitors that go in one transaction. */
const VISITS = 5000;
/** Pages of a table (8 KiB each) that one transaction goes through. */
const PAGES = 64;

interface Round {
  kind: RetainedKind;
  before: Date;
}

/**
 * The nightly deletion of what is older than its kind is kept. It goes through a table some pages at a time, and notes
 * with each step how far it is: a process that dies loses one step, and the next goes on behind it.
 */
@Injectable()
export class Forgetting implements JobHandlers {
  constructor(
    private readonly database: Database,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async bind(queue: Queue): Promise<void> {
    await queue.handle(deleteOldData, ({ signal }) => this.night(signal));
  }

  /** @param pages of one step; a spec takes fewer */
  async night(signal?: AbortSignal, pages = PAGES): Promise<void> {
    const end = Date.now() + A_NIGHT;
    const mayGoOn = () => Date.now() < end && !signal?.aborted;
    const jobs = await deleteOldJobs(this.database, mayGoOn);
    if (jobs > 0) this.log.info({ jobs }, 'jobs that ended long ago were deleted');
    const { retention } = await readSettings(this.database, 'retention');
    for (const kind of retainedKinds) {
      const months = retention[`${kind}_months`];
      if (months === null || !mayGoOn()) continue;
      const round = await this.begin(kind, months);
      if (round && (await this.goThrough(round, pages, mayGoOn))) await this.finish(round);
    }
  }

  /** The round of this night, begun or gone on with; undefined when its end was reached before. */
  private begin(kind: RetainedKind, months: number): Promise<Round | undefined> {
    return this.database.tx(async (tx) => {
      const { before } = (await tx.row<{ before: Date }>(
        `select date_trunc($1, cortex.now() - make_interval(months => $2::int), 'UTC') as before`,
        [wholes[kind], months],
      ))!;
      const last = await tx.row<{ before: Date; ended_at: Date | null }>(
        'select r.before, r.ended_at from cortex.retention_rounds r where r.kind = $1 for update',
        [kind],
      );
      if (last?.before.getTime() === before.getTime()) return last.ended_at ? undefined : { kind, before };
      await tx.run('delete from cortex.retention_places p where p.kind = $1', [kind]);
      await tx.run(
        `insert into cortex.retention_rounds as r (kind, before, known_since) values ($1, $2, $2)
         on conflict (kind) do update set before = excluded.before, deleted = 0, began_at = cortex.now(), ended_at = null,
           known_since = greatest(r.known_since, excluded.before)`,
        [kind, before],
      );
      return { kind, before };
    });
  }

  /** @returns whether it came to the end */
  private async goThrough(round: Round, pages: number, mayGoOn: () => boolean): Promise<boolean> {
    if (round.kind === 'activities') return this.activities(round, pages, mayGoOn);
    if (round.kind === 'visitors') return this.visitors(round, mayGoOn);
    for (const { place, forget } of walks[round.kind]) {
      const step = (tx: Tx, range: readonly [string, string]) => tx.run(forget, [...range, round.before]);
      if (!(await this.walk(round, place, pages, mayGoOn, step))) return false;
    }
    return round.kind !== 'mails' || this.texts(round);
  }

  /** Months of their own go as a whole, unless something needs one of their activities. */
  private async activities(round: Round, pages: number, mayGoOn: () => boolean): Promise<boolean> {
    const months = await this.database.rows<{ place: string }>(
      'select m.place from cortex.activity_months($1::timestamptz) m',
      [round.before],
    );
    const places = ['cortex.crm_activities_default'];
    for (const { place } of months) {
      if (!mayGoOn()) return false;
      const dropped = await this.drop(round, place);
      if (dropped === 'later') return false;
      if (dropped === 'needed') places.push(`cortex.${place}`);
    }
    for (const place of places) {
      const step = async (tx: Tx, range: readonly [string, string]) => {
        const row = await tx.row<{ gone: string }>(
          'select cortex.forget_activities($1::regclass, $2::tid, $3::tid, $4::timestamptz) as gone',
          [place, ...range, round.before],
        );
        return Number(row!.gone);
      };
      if (!(await this.walk(round, place, pages, mayGoOn, step))) return false;
    }
    return true;
  }

  /** What was joined to a person meanwhile is an activity like others, and stays as long as those. */
  private async visitors(round: Round, mayGoOn: () => boolean): Promise<boolean> {
    const months = await this.database.rows<{ place: string }>(
      'select m.place from cortex.activity_months($1::timestamptz) m',
      [round.before],
    );
    for (const place of ['crm_activities_default', ...months.map((month) => month.place)])
      for (let gone = VISITS; gone === VISITS;) {
        if (!mayGoOn()) return false;
        gone = await this.database.tx(async (tx) => {
          // A month may have been dropped since.
          const row = await tx.row<{ gone: string }>(
            `select cortex.forget_visits(m.place, $2::timestamptz, $3) as gone
             from (select to_regclass($1) as place) m where m.place is not null`,
            [`cortex.${place}`, round.before, VISITS],
          );
          await this.count(tx, round, Number(row?.gone ?? 0));
          return Number(row?.gone ?? 0);
        });
      }
    return true;
  }

  private async drop(round: Round, place: string): Promise<'dropped' | 'needed' | 'later'> {
    try {
      return await this.database.tx(async (tx) => {
        const row = await tx.row<{ gone: string | null }>('select cortex.drop_activity_month($1) as gone', [place]);
        if (row!.gone === null) return 'needed';
        await this.count(tx, round, Number(row!.gone));
        return 'dropped';
      });
    } catch (error) {
      if (databaseFailure(error) !== 'collision') throw error;
      this.log.info({ place }, 'a month of activities is in use and goes in the next night');
      return 'later';
    }
  }

  /** The texts of mails, in two nights. */
  private texts(round: Round): Promise<boolean> {
    const place = 'cortex.mail_contents';
    return this.database.tx(async (tx) => {
      const { page, is_done } = await this.placeOf(tx, round, place);
      if (is_done) return true;
      const isSetAside = page > 0;
      if (isSetAside) await this.count(tx, round, await emptyOldTexts(tx, round.before));
      else await setOldTextsAside(tx, round.before);
      await this.note(tx, round, place, 1, isSetAside);
      return isSetAside;
    });
  }

  private async walk(
    round: Round,
    place: string,
    pages: number,
    mayGoOn: () => boolean,
    step: (tx: Tx, range: readonly [from: string, until: string]) => Promise<number>,
  ): Promise<boolean> {
    for (;;) {
      if (!mayGoOn()) return false;
      const isDone = await this.database.tx(async (tx) => {
        const at = await this.placeOf(tx, round, place);
        if (at.is_done) return true;
        const until = at.page + pages;
        await this.count(tx, round, await step(tx, [`(${at.page},0)`, `(${until},0)`]));
        await this.note(tx, round, place, until, until >= at.size);
        return until >= at.size;
      });
      if (isDone) return true;
    }
  }

  /** How far the round has come in a table, which nobody else goes on with meanwhile; and how many pages it has. */
  private async placeOf(
    tx: Tx,
    { kind, before }: Round,
    place: string,
  ): Promise<{ page: number; is_done: boolean; size: number }> {
    await tx.rows(`select pg_advisory_xact_lock(${lockKey.named("'cortex.retention ' || $1::text")})`, [kind]);
    const row = await tx.row<{ page: number; is_done: boolean; size: number; is_ours: boolean }>(
      `select coalesce(p.page, 0)::float8 as page, coalesce(p.is_done, false) as is_done,
         (pg_relation_size($2::regclass) / current_setting('block_size')::int)::float8 as size, r.before = $3 as is_ours
       from cortex.retention_rounds r left join cortex.retention_places p on p.kind = r.kind and p.place = $2
       where r.kind = $1`,
      [kind, place, before],
    );
    // Somebody has begun a later round.
    if (!row?.is_ours) return { page: 0, is_done: true, size: 0 };
    return row;
  }

  private async note(tx: Tx, { kind }: Round, place: string, page: number, isDone: boolean): Promise<void> {
    await tx.run(
      `insert into cortex.retention_places (kind, place, page, is_done) values ($1, $2, $3, $4)
       on conflict (kind, place) do update set page = excluded.page, is_done = excluded.is_done`,
      [kind, place, page, isDone],
    );
  }

  private async count(tx: Tx, { kind }: Round, deleted: number): Promise<void> {
    if (deleted === 0) return;
    await tx.run('update cortex.retention_rounds set deleted = deleted + $2 where kind = $1', [kind, deleted]);
  }

  private async finish({ kind, before }: Round): Promise<void> {
    await this.database.tx(async (tx) => {
      const row = await tx.row<{ deleted: string }>(
        `update cortex.retention_rounds set ended_at = cortex.now() where kind = $1 and before = $2 and ended_at is null
         returning deleted`,
        [kind, before],
      );
      const deleted = Number(row?.deleted ?? 0);
      if (deleted === 0) return;
      await recordAudit(tx, cortex, { action: 'data.deleted', targetKind: kind, after: { rows: deleted, before } });
    });
  }
}
