import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { retryLaws } from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';
import { Media } from './media.js';

/** Removes pictures that nothing uses. */
export const tidyMedia = defineJob({
  name: 'emails.media_tidy',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.upkeep,
});

@Injectable()
export class MediaJobs implements JobHandlers {
  constructor(private readonly media: Media) {}

  async bind(queue: Queue): Promise<void> {
    await queue.handle(tidyMedia, async () => void (await this.media.removeUnused()));
  }
}
