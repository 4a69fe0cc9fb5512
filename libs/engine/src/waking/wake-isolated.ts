import { isTransient, type Log } from '#platform';
import { bisect } from '../transaction/bisect.js';
import type { Wake } from './wake.js';

/** Wakes one claim of due runs; when it fails, in ever smaller parts, and whoever fails alone is put off. */
export async function wakeIsolated(wake: Wake, log: Log): Promise<number> {
  const claimed: string[] = [];
  try {
    return await wake.claim(claimed);
  } catch (error) {
    if (isTransient(error) || claimed.length === 0) throw error;
    log.warn(
      { people: claimed.length, reason: (error as Error).message },
      'a claim failed; its people are woken in smaller parts',
    );
    const putOff = async (person: string, failure: unknown) => {
      await wake.putOff(person, (failure as Error).message);
      return 0;
    };
    return bisect(claimed, error, (some) => wake.claim([], some), putOff);
  }
}
