/**
 * Goal 11: what a monitor's tick costs at a million people and ten million activities (`bench:generate` makes them), and
 * what the wake loop costs while a million runs sleep. Beside each stands a statement written by hand. Changes nothing
 * in the big database: its clock is moved inside a transaction that is rolled back.
 */
import { monitorMatches, type MonitorQuestion } from '#automations';
import type { Database, Tx } from '#platform';
import { scaleSettings, withScaleDatabase } from './scale-database.js';
import { median } from './server-cpu.js';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);
const SLEEPING = Number(process.env.BENCH_SLEEPING ?? 1_000_000);
const DUE = [0, 100, 1_000];
const MUST = 20;

const span = (n: number, unit: 'minutes' | 'hours') => ({ n, unit });
const nowhere = '00000000-0000-7000-8000-000000000000';
const question: MonitorQuestion = {
  automationId: nowhere,
  start: {
    by: 'monitor',
    node_id: 'start',
    over: 'leads',
    lead: { older_than: span(30, 'minutes'), within: span(24, 'hours') },
    every: span(1, 'minutes'),
  },
  limit: { repeat: 'once', unit: { by: 'lead' }, cooldown: { n: 7, unit: 'days' } },
};

const BY_HAND = `
  select distinct on (p.person_id) p.person_id, l.id from public.purchase_leads l
  join cortex.people p on p.address = cortex.address(l.email) collate "C"
  where l.created_at <= $1::timestamptz - interval '30 minutes' and l.created_at > $1::timestamptz - interval '24 hours'
    and not exists (select from public.enrollments e where e.lead_id = l.id)
    and not exists (select from public.enrollments e where e.profile_id = p.id and e.created_at >= l.created_at
      and (l.course_id is null or e.course_id = l.course_id))
  order by p.person_id, l.created_at desc limit 1000`;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const begin = performance.now();
    await work();
    if (round > 0) times.push(performance.now() - begin);
  }
  return median(times);
}

class RolledBack extends Error {}

/** Runs `work` at another instant and takes everything back. */
async function atInstant(database: Database, instant: Date, work: (tx: Tx) => Promise<void>): Promise<void> {
  const attempt = database.tx(async (tx) => {
    await tx.run(
      `create or replace function cortex.now() returns timestamptz language sql stable parallel safe
       return timestamptz '${instant.toISOString()}'`,
    );
    await work(tx);
    throw new RolledBack();
  });
  await attempt.catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error;
  });
}

/** The claim of the wake loop, as `duePeople` of libs/engine asks it. */
const CLAIM = `
  select r.person_id from unnest($1::uuid[]) a(automation_id)
  cross join lateral (
    select person_id, wake_at from cortex.automation_runs
    where automation_id = a.automation_id and status in ('active', 'waiting') and wake_at <= cortex.now()
    order by wake_at limit 1000) r
  order by r.wake_at limit 1000`;

async function sleepers(tx: Tx, automations: number): Promise<string[]> {
  await tx.run(
    `insert into cortex.automations (id, name, draft_graph, status)
     select uuidv7(), 'Sleeping ' || n, '{}', 'live' from generate_series(1, $1::int) n`,
    [automations],
  );
  await tx.run(
    `insert into cortex.automation_versions (automation_id, number, graph, settings)
     select id, 1, '{}', '{}' from cortex.automations where name like 'Sleeping %'`,
  );
  await tx.run(
    `insert into cortex.automation_runs (automation_id, version_id, version, person_id, contact_email, entry_key, status, wake_at)
     select v.automation_id, v.id, 1, uuidv7(), 'sleeper@example.com', 'once', 'waiting', cortex.now() + n * interval '1 second'
     from (select automation_id, id, row_number() over (order by id) - 1 as at from cortex.automation_versions
       where automation_id in (select id from cortex.automations where name like 'Sleeping %')) v
     join generate_series(3600, 3599 + $1::int) n on n % $2 = v.at`,
    [SLEEPING, automations],
  );
  await tx.run('analyze cortex.automation_runs');
  return (await tx.rows<{ id: string }>("select id from cortex.automations where name like 'Sleeping %'")).map(
    ({ id }) => id,
  );
}

const lines: string[] = [];
const tell = (what: string, ms: number, beside = '') =>
  lines.push(`${what.padEnd(64)} ${ms.toFixed(2).padStart(8)} ms${ms > MUST ? '  missed' : ''}${beside}`);

const big = scaleSettings();
await withScaleDatabase(big, async ({ database, until }) => {
  await atInstant(database, until, async (tx) => {
    const leads = await tx.row<{ n: number }>(
      `select count(*)::int as n from public.purchase_leads where created_at > $1::timestamptz - interval '24 hours'`,
      [until.toISOString()],
    );
    const ours = await monitorMatches(tx, question, { limit: 1000 });
    const tick = await timed(() => monitorMatches(tx, question, { limit: 1000 }));
    const hand = await timed(() => tx.rows(BY_HAND, [until.toISOString()]));
    const beside = `   by hand ${hand.toFixed(2)} ms, ratio ${(tick / hand).toFixed(2)}`;
    tell(`monitor tick, ${leads!.n} leads of the last day, ${ours.length} match`, tick, beside);
  });
});

await withScaleDatabase(
  { ...big, dataDir: `${big.dataDir}-waits`, people: 10_000, activities: 50_000 },
  async ({ database }) => {
    const known = await database.rows<{ id: string }>("select id from cortex.automations where name like 'Sleeping %'");
    const ids = known.length > 0 ? known.map(({ id }) => id) : await database.tx((tx) => sleepers(tx, 20));
    for (const due of DUE) {
      await database.run(
        `update cortex.automation_runs set wake_at = cortex.now() where id in (
           select id from cortex.automation_runs where wake_at > cortex.now() limit $1)`,
        [due],
      );
      const claim = await timed(() => database.rows(CLAIM, [ids]));
      tell(`due waits, ${SLEEPING} sleeping in 20 automations, ${due} more due`, claim);
    }
  },
);

console.log(`\nGoal 11: at most ${MUST} ms, medians of ${ROUNDS}\n`);
for (const line of lines) console.log(line);
if (lines.some((line) => line.includes('missed'))) process.exitCode = 1;
