import { Inject, Injectable } from '@nestjs/common';
import { cancelWaiting } from '#emails';
import { Config, Database, LOG, RepeatingLoop, type Log, type Loop } from '#platform';
import { beat, guardRestore } from '../safety/restore-guard.js';
import { GATEWAY, type PostmarkGateway } from '../postmark/postmark.client.js';
import { recoverCrashed, reconcile } from '../safety/reconcile.js';
import { ANYTHING_TO_SEND, Sender } from './sender.js';
import { closeFinishedJobs, openPastJobs } from './finished-jobs.js';
import { noticeWaitingMail } from './waiting-mail-notice.js';

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
@Injectable()
export class SendLoop implements Loop {
  readonly name = 'send';
  private readonly loops: RepeatingLoop[];
  private guarded: Promise<boolean> | undefined;

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    @Inject(LOG) log: Log,
    sender: Sender,
    @Inject(GATEWAY) private readonly gateway: PostmarkGateway | null,
  ) {
    const lanes = Array.from({ length: usualLanes }, (_, at) => ({
      name: `send.${at + 1}`,
      idle: idleMilliseconds,
      poll: { database, due: `exists (${ANYTHING_TO_SEND})` },
      work: async () => (await this.guard(), sender.sendOne()),
    }));
    const upkeep = {
      name: 'send.upkeep',
      idle: upkeepMilliseconds,
      poll: { database, due: UPKEEP_DUE },
      work: async () => (await this.guard(), this.upkeep()),
    };
    this.loops = [...lanes, upkeep].map((settings) => new RepeatingLoop({ ...settings, log }));
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
    const { database, gateway } = this;
    await beat(database);
    let busy = (await recoverCrashed(database)) > 0;
    if (gateway) busy = (await reconcile(database, gateway)) > 0 || busy;
    busy = (await cancelWaiting(database)) > 0 || busy;
    await closeFinishedJobs(database);
    await noticeWaitingMail(database, this.config);
    return busy;
  }

  /** Nothing leaves, and no heartbeat hides how old the database is, before it was asked whether it is a copy. */
  private guard(): Promise<boolean> {
    this.guarded ??= guardRestore(this.database, this.config, this.gateway).catch((error: unknown) => {
      this.guarded = undefined;
      throw error;
    });
    return this.guarded;
  }
}
