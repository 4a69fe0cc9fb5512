import { Injectable } from '@nestjs/common';
import { variantNames, type AuditAction, type BroadcastState } from '#contracts';
import { storeContents } from '#emails';
import { AppError, closeAttention, Database, invalidRequest, recordAudit, type Actor, type Tx } from '#platform';
import { fixAudience, funnelOf, type FixedAudience } from '../audience/audience.js';
import { judgingOf, lockBroadcast, nextDue, type BroadcastRow } from '../broadcast/broadcast.queries.js';
import { Broadcasts, COUNT_PATIENCE } from '../drafts/broadcasts.js';
import { fieldsOf, streamOf } from '../drafts/draft-fields.js';
import { withdraw } from '../pacing/feed.js';
import { audienceOf, notReady, readyContents } from '../drafts/readiness.js';
import { askBeforeLate, LATE, markJob } from '../pacing/pause.js';
import { setWinner } from '../split-tests/split-test.js';
import { assertStatus } from '../broadcast/status.js';
import { TURNS_FROM_WHEN_RESUMED } from '../pacing/turns.js';
import { unknownVariant } from '../broadcast/variants.js';
import { ownTimesOf } from '../pacing/ways.js';

/** From this many on, whoever sends has to say how many it is. */
const CONFIRM_ABOVE = 1_000;
/** Milliseconds for which sending at everybody's own time can be undone, also where some should have it already. */
const UNDO = 60_000;

/** Sending a broadcast, and everything that stops it. What is answered is true for every process at that moment. */
@Injectable()
export class BroadcastLifecycle {
  constructor(
    private readonly database: Database,
    private readonly broadcasts: Broadcasts,
  ) {}

  /**
   * Sends it now, or when `undoSeconds` have passed: until then it is scheduled, and cancelling makes it a draft again.
   * @param confirm how many will receive it, as the caller saw it
   * @throws AppError 404; 409 unless it is a draft or scheduled, and when that is not the number; 422 when something is missing
   */
  async send(actor: Actor, id: string, confirm: number | undefined, undoSeconds: number) {
    await this.change(async (tx) => {
      const row = await lockBroadcast(tx, id);
      assertStatus(row, ['draft', 'scheduled'], 'Only a draft can be sent. Duplicate it and send the copy.');
      if (row.local_time) {
        const message = 'Each person’s own time of day needs a time. Schedule it instead of sending it now.';
        throw notReady([{ pointer: '/local_time', message }]);
      }
      const { will_receive } = await this.makeReady(tx, row, confirm);
      if (undoSeconds > 0) {
        await tx.run(
          `update cortex.broadcasts set status = 'scheduled',
             scheduled_at = cortex.now() + make_interval(secs => $2), begins_at = null, updated_at = cortex.now()
           where id = $1`,
          [id, undoSeconds],
        );
      } else await start(tx, row);
      await audit(tx, actor, 'broadcast.sent', row, { will_receive });
    });
    return this.broadcasts.get(id);
  }

  /**
   * Sends it at a time. Who is in the audience is asked then.
   * @throws AppError as `send`; 400 for an instant that has passed
   */
  async schedule(actor: Actor, id: string, at: Date, confirm: number | undefined) {
    await this.change(async (tx) => {
      const row = await lockBroadcast(tx, id);
      assertStatus(row, ['draft', 'scheduled'], 'Only a draft can be scheduled. Duplicate it and schedule the copy.');
      const now = await tx.now();
      if (at <= now) {
        const message = 'This time has passed. Choose a later one, or send it now.';
        throw invalidRequest(message, [{ pointer: '/scheduled_at', message }]);
      }
      const { will_receive, audience } = await this.makeReady(tx, row, confirm);
      const own = row.local_time ? await ownTimesOf(tx, audience, judgingOf(row), at) : null;
      const begins = own && new Date(Math.max(own.first_at.getTime(), now.getTime() + UNDO));
      await tx.run(
        `update cortex.broadcasts set status = 'scheduled', scheduled_at = $2, begins_at = $3, updated_at = cortex.now()
         where id = $1`,
        [id, at, begins],
      );
      await audit(tx, actor, 'broadcast.scheduled', row, { scheduled_at: at, will_receive });
    });
    return this.broadcasts.get(id);
  }

  /**
   * Nothing of it is claimed any more; what is in a call leaves, and the counts say how much that is.
   * @throws AppError 404; 409 unless it is being prepared or sent
   */
  async pause(actor: Actor, id: string) {
    await this.change(async (tx) => {
      const row = await lockBroadcast(tx, id);
      assertStatus(row, ['preparing', 'sending'], 'Only a broadcast that is being sent can be paused.');
      await stop(tx, row, 'paused');
      await audit(tx, actor, 'broadcast.paused', row);
    });
    return this.broadcasts.get(id);
  }

  /**
   * Goes on where it was: with preparing, or with the mails that have not left.
   * @throws AppError 404; 409 unless it is paused
   */
  async resume(actor: Actor, id: string) {
    await this.change(async (tx) => {
      const row = await lockBroadcast(tx, id);
      assertStatus(row, ['paused'], 'Only a paused broadcast can be resumed.');
      if (!row.started_at) await start(tx, row);
      else {
        await tx.run(
          `update cortex.broadcasts b set status = case when frozen_at is null then 'preparing' else 'sending' end,
             reason = null, answered = 0, refused = 0, settle_at = null, looked_at = null,
             turns_from = ${TURNS_FROM_WHEN_RESUMED}, updated_at = cortex.now()
           where b.id = $1`,
          [id],
        );
        await markJob(tx, row.job_id, row.frozen_at ? 'processing' : 'queued');
      }
      await closeAttention(tx, `broadcast:${id}`, actor.label);
      await audit(tx, actor, 'broadcast.resumed', row);
    });
    return this.broadcasts.get(id);
  }

  /**
   * Takes a scheduled one off the schedule: it is a draft again. Any other ends: what has not left is cancelled, by
   * chunks after this, and what is in a call leaves.
   * @throws AppError 404; 409 when it has ended, or has not begun
   */
  async cancel(actor: Actor, id: string) {
    await this.change(async (tx) => {
      const row = await lockBroadcast(tx, id);
      const refusal = 'Only a broadcast that is scheduled, paused or being sent can be cancelled.';
      assertStatus(row, ['scheduled', 'preparing', 'sending', 'paused'], refusal);
      if (!row.started_at) {
        await tx.run(
          `update cortex.broadcasts set status = 'draft', scheduled_at = null, begins_at = null, reason = null, updated_at = cortex.now()
           where id = $1`,
          [id],
        );
        await audit(tx, actor, 'broadcast.unscheduled', row);
      } else {
        await stop(tx, row, 'cancelled');
        await audit(tx, actor, 'broadcast.cancelled', row);
      }
      await closeAttention(tx, `broadcast:${id}`, actor.label);
    });
    return this.broadcasts.get(id);
  }

  /**
   * Ends a test early: the rest gets this variant, from 0 on.
   * @throws AppError 404; 409 unless a test is under way; 400 for a variant that there is not
   */
  async chooseWinner(actor: Actor, id: string, variant: number) {
    await this.change(async (tx) => {
      const row = await lockBroadcast(tx, id);
      assertStatus(row, ['sending', 'paused'], 'Only while it is being sent can the winner be chosen.');
      if (!row.test || !row.frozen_at || row.winner !== null)
        throw new AppError('no_test_running', 'There is no test of it that is still to be decided.');
      if (!row.test.variants[variant]) throw unknownVariant();
      const sentence = `${actor.label} chose ${variantNames[variant]!}.`;
      await setWinner(tx, id, variant, { chosen_by: 'person', probability: null, differs: null, sentence });
      await audit(tx, actor, 'broadcast.winner_chosen', row, { variant });
    });
    return this.broadcasts.test(id);
  }

  /**
   * Starts one whose time has come. One that was due while nothing ran asks before it leaves late.
   * @returns whether there was one
   */
  startDue(): Promise<boolean> {
    return this.database.tx(async (tx) => {
      const row = await nextDue(tx);
      if (!row) return false;
      const due = row.begins_at ?? row.scheduled_at!;
      const late = (await tx.now()).getTime() - due.getTime() > LATE * 1000;
      if (late) await askBeforeLate(tx, row, 'It was', due);
      else await start(tx, row);
      return true;
    });
  }

  /** Pins what it says. @returns who is asked, and how many would receive it now */
  private async makeReady(
    tx: Tx,
    row: BroadcastRow,
    confirm: number | undefined,
  ): Promise<{ will_receive: number; audience: FixedAudience }> {
    const contents = await readyContents(tx, row);
    const audience = await fixAudience(tx, audienceOf(row));
    const { will_receive } = await funnelOf(tx, audience, judgingOf(row));
    if (will_receive === 0) {
      const message = 'Nobody would receive it now. Look at the audience.';
      throw notReady([{ pointer: row.to_staff ? '/audience' : '/include_smart_list_ids', message }]);
    }
    const sample = row.test ? Math.floor((will_receive * row.test.percent) / 100) : 0;
    if (row.test && sample < row.test.variants.length) {
      const message = `The test would reach ${sample} of ${will_receive} people, too few for its variants. Test a larger share, or fewer variants.`;
      throw notReady([{ pointer: '/test/percent', message }]);
    }
    const wrong = confirm !== undefined && confirm !== will_receive;
    if (wrong || (confirm === undefined && will_receive > CONFIRM_ABOVE)) {
      const people = will_receive === 1 ? '1 person' : `${will_receive} people`;
      const seen = wrong ? ` now, not ${confirm}` : '';
      throw new AppError('count_changed', `${people} will receive it${seen}. Check, and confirm that number.`, {
        facts: { will_receive },
      });
    }
    const ids = await storeContents(tx, contents);
    await tx.run('update cortex.broadcasts set content_id = $2, variant_contents = $3 where id = $1', [
      row.id,
      ids[0],
      row.test ? ids : null,
    ]);
    return { will_receive, audience };
  }

  private change(work: (tx: Tx) => Promise<void>): Promise<void> {
    return this.database.tx(work, { statementTimeout: COUNT_PATIENCE });
  }
}

/** From here on the worker prepares it. Its row in `email_jobs` is made once. */
async function start(tx: Tx, row: BroadcastRow): Promise<void> {
  await tx.run(
    `with job as (
       insert into public.email_jobs (name, kind, stream, broadcast_id) values ($2, 'broadcast', $3, $1)
       returning id
     )
     update cortex.broadcasts set status = 'preparing', job_id = (select j.id from job j), started_at = cortex.now(),
       scheduled_at = coalesce(scheduled_at, cortex.now()), reason = null, updated_at = cortex.now()
     where id = $1`,
    [row.id, row.name, streamOf(fieldsOf(row).audience)],
  );
}

/** Nothing of it is claimed from the commit on. */
async function stop(tx: Tx, row: BroadcastRow, to: Extract<BroadcastState, 'paused' | 'cancelled'>): Promise<void> {
  await tx.run(
    `update cortex.broadcasts set status = $2, settle_at = cortex.now(), updated_at = cortex.now(),
       finished_at = case when $2 = 'cancelled' then cortex.now() end,
       -- What is cancelled is gone through in the order of its mails.
       by_turns = by_turns and $2 <> 'cancelled'
     where id = $1`,
    [row.id, to],
  );
  await withdraw(tx, row.id);
  await markJob(tx, row.job_id, to);
}

const audit = (tx: Tx, actor: Actor, action: AuditAction, row: BroadcastRow, more: object = {}): Promise<void> =>
  recordAudit(tx, actor, {
    action,
    targetKind: 'broadcast',
    targetId: row.id,
    after: { name: row.name, ...more },
  });
