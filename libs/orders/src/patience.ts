import { setTimeout as pause } from 'node:timers/promises';
import { pauseAfter, retryLaws } from '#platform';
import { SourceError } from './source.js';

/** Waits so many seconds. @throws Error when it is ended early */
export type Rest = (seconds: number, signal?: AbortSignal) => Promise<void>;

export const rest: Rest = async (seconds, signal) => void (await pause(seconds * 1000, undefined, { signal }));

/** Seconds that a source may ask us to wait for a page; who wants more is asked again later, by the job. */
const LONGEST = 60;

/**
 * Asks a source again, by `retryLaws.orderPage`, as long as that may help. It waits for as long as the source wishes.
 * @throws SourceError when the tries are used up, or more would not help
 */
export async function withPatience<T>(work: () => Promise<T>, wait: Rest, signal?: AbortSignal): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SourceError) || error.more.final) throw error;
      const wished = error.more.retryAfter ?? 0;
      const pauses = pauseAfter(retryLaws.orderPage, failures);
      if (pauses === undefined || wished > LONGEST) throw error;
      // Whoever asks has no time left: then what the source answered is what they are told.
      await wait(Math.max(pauses, wished), signal).catch(() => {
        throw error;
      });
    }
  }
}
