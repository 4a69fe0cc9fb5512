import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { retryLaws } from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';
import { Membership } from './membership.js';
import { SmartLists } from '../lists/smart-lists.js';

const upkeep = {
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.upkeep,
} as const;

/** Every night: counts every list. Begins with those counted longest ago, so that a job that died goes on where it was. */
export const countLists = defineJob({ ...upkeep, name: 'smart_lists.count', expireInSeconds: 4 * 3600 });
/** Every minute: follows the clock. */
export const sweepLists = defineJob({ ...upkeep, name: 'smart_lists.sweep', expireInSeconds: 3600 });
/** Every night: compares kept memberships with their rules. */
export const compareLists = defineJob({ ...upkeep, name: 'smart_lists.compare', expireInSeconds: 4 * 3600 });

@Injectable()
export class ListJobs implements JobHandlers {
  constructor(
    private readonly lists: SmartLists,
    private readonly membership: Membership,
  ) {}

  async bind(queue: Queue): Promise<void> {
    await queue.handle(countLists, async ({ signal }) => {
      await this.lists.refreshAll(signal);
    });
    await queue.handle(sweepLists, async ({ signal }) => {
      await this.membership.sweep(signal);
    });
    await queue.handle(compareLists, async ({ signal }) => {
      await this.membership.compare(signal);
    });
  }
}
