import { isTransient, retryLaws, type Config, type Database, type Log, type Vault } from '#platform';
import { liveSampleWeeks } from './live-sample-weeks.js';
import { seedDemoAutomations } from './seed-automation.js';

/**
 * Brings the sample to life, beside what else goes on: its weeks where they are still to be lived through, and its
 * automations in any case. Never rejects; what failed is logged, and the next start tries it again.
 */
export async function runSample(
  database: Database,
  parts: { config: Config; vault: Vault; log: Log },
): Promise<void> {
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
  } catch (error) {
    parts.log.warn({ reason: (error as Error).message }, 'the automations of the sample could not be made');
  }
}
