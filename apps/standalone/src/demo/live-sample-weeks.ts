import { setTimeout as pause } from 'node:timers/promises';
import { databaseFailure, type Config, type Database, type Log, type Tx, type Vault } from '#platform';
import { settingSql } from '#rules';
import { underMovedClock } from './moved-clock.js';
import { DEMO_LOCK, WEEKS_TO_LIVE } from './seed.js';
import { seedDemoAutomations } from './seed-automation.js';
import { Weeks } from './weeks.js';

/**
 * Whatever could bring in somebody real while the clock is moved: they would be moved by a wrong clock. Nobody is waited
 * for while some of it is held, so that nobody waits for us in a circle.
 */
const QUIET = `lock table public.unified_profiles, public.purchase_leads, public.courses, public.enrollments,
  public.transactions, public.crm_activities, cortex.people, cortex.activity_inbox, cortex.automations
  in exclusive mode nowait`;
/** Milliseconds between two tries. */
const AGAIN = 100;
const MOST_TRIES = 300;

export interface SampleParts {
  config: Config;
  vault: Vault;
  log: Log;
  /** Whether a worker is about to match what the sample brought: it is let finish, for ten seconds at most. */
  hasWorker?: boolean;
}

/**
 * Lets the sample of a new workspace live through its last three weeks, so that Live, backtests, reports and timelines
 * have something to show. All of it is one transaction: a process that is killed leaves nothing, and the next start
 * begins anew. Nothing happens in a workspace that holds anything but its untouched sample.
 * @returns whether it was done now
 */
export async function liveSampleWeeks(
  database: Database,
  { config, vault, log, hasWorker = false }: SampleParts,
): Promise<boolean> {
  return database.tx(
    async (tx) => {
      await tx.rows(`select pg_advisory_xact_lock(${DEMO_LOCK})`);
      if ((await tx.run('delete from cortex.demo_rows where kind = $1', [WEEKS_TO_LIVE])) === 0) return false;
      await hush(tx, hasWorker ? MOST_TRIES / 3 : 0);
      if (!(await onlyTheSample(tx))) return false;
      const now = await tx.now();
      const inside = database.inside(tx);
      await underMovedClock(tx, (clock) =>
        new Weeks({ database: inside, clock, config, log, now }).live(() => seedDemoAutomations(inside, vault)),
      );
      return true;
    },
    { repetitive: true },
  );
}

class StillMatching extends Error {}

/** @param patience tries for which somebody else may empty the inbox first */
async function hush(tx: Tx, patience: number): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await tx.savepoint(async () => {
        await tx.run(QUIET);
        if (tries <= patience && (await tx.row('select from cortex.activity_inbox limit 1'))) throw new StillMatching();
      });
      return;
    } catch (error) {
      if (tries === MOST_TRIES || !(error instanceof StillMatching || databaseFailure(error) === 'collision'))
        throw error;
    }
    await pause(AGAIN);
  }
}

async function onlyTheSample(tx: Tx): Promise<boolean> {
  const state = await tx.row<{ only: boolean }>(
    `select ${settingSql('demo')} and not exists (select from cortex.automations)
       and not exists (select from cortex.people where type is not null and not demo)
       and not exists (select from cortex.activity_inbox i join cortex.people p using (person_id) where not p.demo) as only`,
  );
  return state!.only;
}
