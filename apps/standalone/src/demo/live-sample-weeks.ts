import type { Config, Database, Log, Tx, Vault } from '#platform';
import { settingSql } from '#rules';
import { underMovedClock } from './moved-clock.js';
import { DEMO_LOCK, WEEKS_TO_LIVE } from './seed.js';
import { seedDemoAutomations } from './seed-automation.js';
import { Weeks } from './weeks.js';

/** Whatever could bring in somebody real while the clock is moved: they would be moved by a wrong clock. */
const QUIET = `lock table public.unified_profiles, public.purchase_leads, public.courses, public.enrollments,
  public.transactions, public.crm_activities, cortex.people, cortex.activity_inbox, cortex.automations
  in share row exclusive mode`;

/**
 * Lets the sample of a new workspace live through its last three weeks, so that Live, backtests, reports and timelines
 * have something to show. All of it is one transaction: a process that is killed leaves nothing, and the next start
 * begins anew. Nothing happens in a workspace that holds anything but its untouched sample.
 * @returns whether it was done now
 */
export async function liveSampleWeeks(
  database: Database,
  { config, vault, log }: { config: Config; vault: Vault; log: Log },
): Promise<boolean> {
  return database.tx(async (tx) => {
    await tx.rows(`select pg_advisory_xact_lock(${DEMO_LOCK})`);
    if ((await tx.run('delete from cortex.demo_rows where kind = $1', [WEEKS_TO_LIVE])) === 0) return false;
    await tx.run(QUIET);
    if (!(await onlyTheSample(tx))) return false;
    const now = await tx.now();
    const inside = database.inside(tx);
    await underMovedClock(tx, (clock) =>
      new Weeks({ database: inside, clock, config, log, now }).live(() => seedDemoAutomations(inside, vault)),
    );
    return true;
  });
}

async function onlyTheSample(tx: Tx): Promise<boolean> {
  const state = await tx.row<{ only: boolean }>(
    `select ${settingSql('demo')} and not exists (select from cortex.automations)
       and not exists (select from cortex.people where type is not null and not demo)
       and not exists (select from cortex.activity_inbox i join cortex.people p using (person_id) where not p.demo) as only`,
  );
  return state!.only;
}
