import { cancelWaiting } from '#emails';
import { RepeatingLoop, type Config, type Database, type Log, type Loop } from '#platform';
import { beat, guardRestore } from './restore-guard.js';
import type { PostmarkGateway } from './postmark.client.js';
import { recoverCrashed, reconcile } from './reconcile.js';
import { ANYTHING_TO_SEND, type Sender } from './sender.js';
import { closeFinishedJobs, openPastJobs } from './finished-jobs.js';
import { noticeWaitingMail } from './waiting-mail-notice.js';

export interface SendLoopParts {
  database: Database;
  config: Config;
  log: Log;
  sender: Sender;
  gateway?: PostmarkGateway;
  /** Batches in flight at once, in this process. */
  lanes?: number;
}

const idleMilliseconds = 250;
const upkeepMilliseconds = 2_000;
/** Whether there is anything to keep up with: mail under way, an hour to close, or a heartbeat half a minute old. */
const UPKEEP_DUE = `exists (select from cortex.outgoing order by message_id limit 1)
  or exists (select from cortex.send_batches where settled_at is null)
  or exists (select from public.email_jobs j where ${openPastJobs})
  or not exists (select from cortex.heartbeat where at > clock_timestamp() - interval '30 seconds')`;
/** Batches in flight in one worker. */
export const usualLanes = 3;

/**
 * The worker's sending: several batches in flight, and beside them the upkeep (crashed and unclear batches,
 * job rows, what waits and why, the heartbeat). Any number of workers may run it.
 */
export class SendLoop implements Loop {
  readonly name = 'send';
  private readonly loops: RepeatingLoop[];
  private guarded: Promise<boolean> | undefined;

  constructor(private readonly parts: SendLoopParts) {
    const { database } = parts;
    const lanes = Array.from({ length: parts.lanes ?? usualLanes }, (_, at) => ({
      name: `send.${at + 1}`,
      idle: idleMilliseconds,
      poll: { database, due: `exists (${ANYTHING_TO_SEND})` },
      work: async () => (await this.guard(), parts.sender.sendOne()),
    }));
    const upkeep = {
      name: 'send.upkeep',
      idle: upkeepMilliseconds,
      poll: { database, due: UPKEEP_DUE },
      work: async () => (await this.guard(), this.upkeep()),
    };
    this.loops = [...lanes, upkeep].map((settings) => new RepeatingLoop({ ...settings, log: parts.log }));
  }

  start(): void {
    for (const loop of this.loops) loop.start();
  }

  /** Lets what is in hand come to its end: a call to Postmark in flight is awaited and recorded. */
  async stop(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  /** One round of everything but sending. Answers whether unclear batches were looked at. */
  async upkeep(): Promise<boolean> {
    const { database, gateway } = this.parts;
    await beat(database);
    let busy = (await recoverCrashed(database)) > 0;
    if (gateway) busy = (await reconcile(database, gateway)) > 0 || busy;
    busy = (await cancelWaiting(database)) > 0 || busy;
    await closeFinishedJobs(database);
    await noticeWaitingMail(database, this.parts.config);
    return busy;
  }

  /** Nothing leaves, and no heartbeat hides how old the database is, before it was asked whether it is a copy. */
  private guard(): Promise<boolean> {
    const { database, config, gateway } = this.parts;
    this.guarded ??= guardRestore(database, config, gateway).catch((error: unknown) => {
      this.guarded = undefined;
      throw error;
    });
    return this.guarded;
  }
}
