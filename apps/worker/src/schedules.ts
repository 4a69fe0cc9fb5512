import { Inject, Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { checkAudit, sealAudit } from '#access';
import { goOnWithActions } from '#actions';
import { compareDirectory, noteSubscribers, repairDirectory } from '#directory';
import { tidyMedia } from '#emails';
import { foldCounters, forgetOldSecrets, lookAtExperiments, tickEntries, tickMonitors, tidyCounters } from '#engine';
import { fetchOrders } from '#orders';
import { LOG, type Log } from '#platform';
import { Queue, type JobDefinition } from '#queue';
import { askForRemovals, askForReports, mirrorSuppressions, tidySignUps } from '#send';
import { compareLists, countLists, sweepLists } from '#smart-lists';
import { deleteOldData } from '#workspace';
import { forgetFiles, forgetRequests, makePartitions } from './housekeeping.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * What comes round by the clock: one line each, with how often in seconds. Every worker asks each minute and the
 * queue keeps the first of each slot, so ten workers make one tick and a missed minute is made up for.
 */
const ticks: { job: JobDefinition; every: number }[] = [
  { job: tickMonitors, every: MINUTE },
  { job: tickEntries, every: MINUTE },
  { job: foldCounters, every: MINUTE },
  { job: repairDirectory, every: MINUTE },
  { job: sweepLists, every: MINUTE },
  { job: goOnWithActions, every: MINUTE },
  { job: askForRemovals, every: 10 * MINUTE },
  { job: sealAudit, every: 10 * MINUTE },
  { job: compareDirectory, every: DAY },
  { job: compareLists, every: DAY },
  { job: countLists, every: DAY },
  { job: checkAudit, every: DAY },
  { job: makePartitions, every: DAY },
  { job: lookAtExperiments, every: HOUR },
  { job: forgetRequests, every: HOUR },
  { job: forgetFiles, every: DAY },
  { job: deleteOldData, every: DAY },
  { job: noteSubscribers, every: HOUR },
  { job: tidySignUps, every: HOUR },
  { job: mirrorSuppressions, every: DAY },
  { job: askForReports, every: DAY },
  { job: forgetOldSecrets, every: DAY },
  { job: tidyCounters, every: DAY },
  { job: tidyMedia, every: DAY },
  { job: fetchOrders, every: DAY },
];

@Injectable()
export class Schedules {
  /** The slots whose jobs this process has made; in the others it asks again, since only the queue knows. */
  private readonly made = new Map<string, number>();

  constructor(
    private readonly queue: Queue,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Only enqueues; a few seconds after the full minute, so that clocks that differ a little agree on the slot. */
  @Cron('5 * * * * *')
  async tick(): Promise<void> {
    for (const { job, every } of ticks) {
      const slot = Math.floor(Date.now() / 1000 / every);
      if (this.made.get(job.name) === slot) continue;
      try {
        const id = await this.queue.enqueue(undefined, job, {}, { onceEvery: every });
        if (id) this.made.set(job.name, slot);
      } catch (error) {
        this.log.warn({ job: job.name, reason: (error as Error).message }, 'a tick was not enqueued');
      }
    }
  }
}
