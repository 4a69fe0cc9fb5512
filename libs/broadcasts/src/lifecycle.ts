import { Injectable } from '@nestjs/common';
import { adminAddresses, type AuditAction, type BroadcastState } from '#contracts';
import { storeContents } from '#emails';
import {
  AppError,
  closeAttention,
  Database,
  invalidRequest,
  openAttention,
  recordAudit,
  type Actor,
  type Tx,
} from '#platform';
import { fixAudience, funnelOf } from './audience.js';
import { judgingOf, lockBroadcast, nextDue, type BroadcastRow } from './broadcast.queries.js';
import { Broadcasts, COUNT_PATIENCE } from './broadcasts.js';
import { withdraw } from './feed.js';
import { audienceOf, notReady, readyContent } from './readiness.js';
import { markJob } from './settle.js';
import { assertStatus } from './status.js';

/** From this many on, whoever sends has to say how many it is. */
const CONFIRM_ABOVE = 1_000;
/** Seconds after its time from which a broadcast does not leave without a question. */
const LATE = 600;

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
      const will = await this.makeReady(tx, row, confirm);
      if (undoSeconds > 0) {
        await tx.run(
          `update cortex.broadcasts set status = 'scheduled',
             scheduled_at = cortex.now() + make_interval(secs => $2), updated_at = cortex.now()
           where id = $1`,
          [id, undoSeconds],
        );
      } else await start(tx, row);
      await audit(tx, actor, 'broadcast.sent', row, { will_receive: will });
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
      if (at <= (await tx.now())) {
        const message = 'This time has passed. Choose a later one, or send it now.';
        throw invalidRequest(message, [{ pointer: '/scheduled_at', message }]);
      }
      const will = await this.makeReady(tx, row, confirm);
      await tx.run(
        `update cortex.broadcasts set status = 'scheduled', scheduled_at = $2, updated_at = cortex.now() where id = $1`,
        [id, at],
      );
      await audit(tx, actor, 'broadcast.scheduled', row, { scheduled_at: at, will_receive: will });
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
          `update cortex.broadcasts set status = case when frozen_at is null then 'preparing' else 'sending' end,
             reason = null, answered = 0, refused = 0, settle_at = null, updated_at = cortex.now()
           where id = $1`,
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
          `update cortex.broadcasts set status = 'draft', scheduled_at = null, reason = null, updated_at = cortex.now()
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
   * Starts one whose time has come. One that was due while nothing ran asks before it leaves late.
   * @returns whether there was one
   */
  startDue(): Promise<boolean> {
    return this.database.tx(async (tx) => {
      const row = await nextDue(tx);
      if (!row) return false;
      const late = (await tx.now()).getTime() - row.scheduled_at!.getTime() > LATE * 1000;
      if (late) await askBeforeLate(tx, row);
      else await start(tx, row);
      return true;
    });
  }

  /** Pins what it says. @returns how many would receive it now */
  private async makeReady(tx: Tx, row: BroadcastRow, confirm: number | undefined): Promise<number> {
    const content = await readyContent(tx, row);
    const { will_receive } = await funnelOf(tx, await fixAudience(tx, audienceOf(row)), judgingOf(row));
    if (will_receive === 0) {
      const message = 'Nobody would receive it now. Look at the audience.';
      throw notReady([{ pointer: '/include_smart_list_ids', message }]);
    }
    const wrong = confirm !== undefined && confirm !== will_receive;
    if (wrong || (confirm === undefined && will_receive > CONFIRM_ABOVE)) {
      const people = will_receive === 1 ? '1 person' : `${will_receive} people`;
      const seen = wrong ? ` now, not ${confirm}` : '';
      throw new AppError('count_changed', `${people} will receive it${seen}. Check, and confirm that number.`, {
        facts: { will_receive },
      });
    }
    const [contentId] = await storeContents(tx, [content]);
    await tx.run('update cortex.broadcasts set content_id = $2 where id = $1', [row.id, contentId]);
    return will_receive;
  }

  private change(work: (tx: Tx) => Promise<void>): Promise<void> {
    return this.database.tx(work, { statementTimeout: COUNT_PATIENCE });
  }
}

/** From here on the worker prepares it. Its row in `email_jobs` is made once. */
async function start(tx: Tx, row: BroadcastRow): Promise<void> {
  await tx.run(
    `with job as (
       insert into public.email_jobs (name, kind, stream, broadcast_id) values ($2, 'broadcast', 'broadcast', $1)
       returning id
     )
     update cortex.broadcasts set status = 'preparing', job_id = (select j.id from job j), started_at = cortex.now(),
       scheduled_at = coalesce(scheduled_at, cortex.now()), reason = null, updated_at = cortex.now()
     where id = $1`,
    [row.id, row.name],
  );
}

/** Nothing of it is claimed from the commit on. */
async function stop(tx: Tx, row: BroadcastRow, to: Extract<BroadcastState, 'paused' | 'cancelled'>): Promise<void> {
  await tx.run(
    `update cortex.broadcasts set status = $2, settle_at = cortex.now(), updated_at = cortex.now(),
       finished_at = case when $2 = 'cancelled' then cortex.now() end
     where id = $1`,
    [row.id, to],
  );
  await withdraw(tx, row.id);
  await markJob(tx, row.job_id, to);
}

async function askBeforeLate(tx: Tx, row: BroadcastRow): Promise<void> {
  const due = row.scheduled_at!.toISOString();
  await tx.run(`update cortex.broadcasts set status = 'paused', reason = $2, updated_at = cortex.now() where id = $1`, [
    row.id,
    `It was due at ${due}, and Cortex was not running then.`,
  ]);
  await openAttention(tx, {
    key: `broadcast:${row.id}`,
    kind: 'broadcast',
    title: `The broadcast “${row.name}” missed its time`,
    detail: `It was due at ${due}, and Cortex was not running then. Resume it to send it now, or cancel it.`,
    action: { label: 'Open the broadcast', href: adminAddresses.broadcast(row.id) },
    facts: { broadcast_id: row.id, scheduled_at: due },
  });
}

const audit = (tx: Tx, actor: Actor, action: AuditAction, row: BroadcastRow, more: object = {}): Promise<void> =>
  recordAudit(tx, actor, {
    action,
    targetKind: 'broadcast',
    targetId: row.id,
    after: { name: row.name, ...more },
  });
