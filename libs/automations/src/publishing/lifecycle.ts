import { Injectable } from '@nestjs/common';
import { cancelWaiting, cancelWaitingNow } from '#emails';
import { AppError, closeAttention, Database, type Actor, type Tx } from '#platform';
import { audit } from '../drafts/audit.js';
import { automationById, type AutomationRow, type AutomationStatus } from '../drafts/automation.queries.js';
import { sendAway, startClock } from '../starts/entry.queries.js';
import { closeGate } from './gate.js';
import { letLeave } from './leave.js';

/** Waits for an activity may have been fulfilled while nobody looked: they are planned again at once. */
export const lookAgain = (tx: Tx, automationId: string): Promise<number> =>
  tx.run(
    `update cortex.automation_runs set wake_at = cortex.now()
     where automation_id = $1 and status = 'waiting' and waiting_for is not null`,
    [automationId],
  );

/** Letting it run is the answer to what the guard asked: from now on it counts anew. */
export const settleGuard = (tx: Tx, automationId: string, actor: Actor): Promise<void> =>
  closeAttention(tx, `guard:${automationId}`, actor.label);

/** Starting and stopping what is published. Each change is true for every process the moment it is answered. */
@Injectable()
export class Lifecycle {
  constructor(private readonly database: Database) {}

  /** Nobody enters, nobody moves; waits go on counting and are looked at when it resumes. */
  pause(actor: Actor, id: string): Promise<AutomationRow> {
    return this.change(actor, id, 'paused', ['live'], 'Only a live automation can be paused.');
  }

  /** Goes on from where everyone stands. A stopped automation starts anew, with nobody inside. */
  resume(actor: Actor, id: string): Promise<AutomationRow> {
    const refusal = 'Only a paused or stopped automation can be resumed. Publish a draft to start it.';
    return this.change(actor, id, 'live', ['paused', 'stopped'], refusal, async (tx, row) => {
      if (row.status === 'stopped') {
        await sendAway(tx, id);
        // In case whoever stopped it died before the mails were cancelled.
        await cancelWaitingNow(tx);
      }
      await startClock(tx, id, false);
      await settleGuard(tx, id, actor);
      await lookAgain(tx, id);
    });
  }

  /** @throws AppError 409 while it is live or somebody is inside */
  async archive(actor: Actor, id: string): Promise<AutomationRow> {
    const refusal = 'Only an automation that does not run can be archived. Stop it first.';
    const archived = await this.change(
      actor,
      id,
      'archived',
      ['draft', 'stopped', 'paused'],
      refusal,
      async (tx, row) => {
        if (row.inside > 0) {
          throw new AppError(
            'people_inside',
            `${row.inside} people are still inside. Stop the automation first. They leave then.`,
            { facts: { inside: row.inside } },
          );
        }
        await sendAway(tx, id);
      },
    );
    await cancelWaiting(this.database);
    return archived;
  }

  /**
   * Everyone leaves, nobody enters any more. Nobody moves from the moment it is stopped and no mail of it is claimed;
   * who is inside then leaves, and what waits to be sent is cancelled, by chunks, so that nothing else waits for a
   * million of them.
   * @param confirm how many are inside, as the person who stops it saw it
   * @throws AppError 409 with `inside` when that is no longer so
   */
  async stop(actor: Actor, id: string, confirm: number): Promise<AutomationRow> {
    const refusal = 'Only a live or paused automation can be stopped.';
    await this.change(actor, id, 'stopped', ['live', 'paused'], refusal, async (tx, row) => {
      if (row.inside !== confirm) {
        throw new AppError(
          'count_changed',
          `${row.inside} people are inside now, not ${confirm}. Check again and confirm that number.`,
          { facts: { inside: row.inside } },
        );
      }
      await sendAway(tx, id);
    });
    await letLeave(this.database, id);
    await cancelWaiting(this.database);
    return automationById(this.database, id);
  }

  private change(
    actor: Actor,
    id: string,
    to: Exclude<AutomationStatus, 'draft'>,
    from: AutomationStatus[],
    refusal: string,
    work: (tx: Tx, row: AutomationRow) => Promise<unknown> = async () => undefined,
  ): Promise<AutomationRow> {
    return this.database.tx(async (tx) => {
      await closeGate(tx);
      await tx.row('select id from cortex.automations where id = $1 for update', [id]);
      const row = await automationById(tx, id);
      if (!from.includes(row.status))
        throw new AppError('wrong_automation_status', `${refusal} This one is ${row.status}.`, {
          facts: { current_status: row.status },
        });
      await work(tx, row);
      await tx.run('update cortex.automations set status = $2, updated_at = cortex.now() where id = $1', [id, to]);
      await audit(tx, actor, `automation.${to}`, id, { before: { status: row.status, inside: row.inside } });
      return automationById(tx, id);
    });
  }
}
