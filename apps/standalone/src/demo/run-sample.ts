import { isTransient, retryLaws, type Database } from '#platform';
import { liveSampleWeeks, type SampleParts } from './live-sample-weeks.js';
import { seedDemoAutomations } from './seed-automation.js';
import { seedDemoLists } from './seed-lists.js';

/**
 * Brings the sample to life, beside what else goes on: its weeks where they are still to be lived through, its
 * automations and its lists. Never rejects; what failed is logged, and the next start tries it again.
 */
export async function runSample(database: Database, parts: SampleParts): Promise<void> {
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        await liveSampleWeeks(database, parts);
        break;
      } catch (error) {
        if (isTransient(error) && tries < retryLaws.collision.tries) continue;
        parts.log.warn({ reason: (error as Error).message }, 'the weeks of the sample could not be made');
        break;
      }
    }
    await seedDemoAutomations(database, parts.vault);
    // Last, so that their numbers are of everybody.
    await seedDemoLists(database);
  } catch (error) {
    parts.log.warn({ reason: (error as Error).message }, 'the automations and lists of the sample could not be made');
  }
}
