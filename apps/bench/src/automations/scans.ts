/**
 * Goal 11: what a monitor's tick costs at a million people and ten million activities (`bench:generate` makes them), and
 * what the wake loop costs while a million runs sleep. Beside each stands a statement written by hand. Changes nothing
 * in the big database: its clock is moved inside a transaction that is rolled back.
 */
import { monitorCandidates, monitorMatches, type MonitorQuestion } from '#automations';
import type { Database, Tx } from '#platform';
import { scaleSettings, withScaleDatabase } from '../data/scale-database.js';
import { median } from '../measuring/server-cpu.js';

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

/** The same question as somebody would write it who knows this one monitor: $1 is now, $2 the automation. */
const BY_HAND = `
  select p.person_id, l.id from public.purchase_leads l
  join cortex.people p on p.address = cortex.address(l.email) collate "C"
  where l.created_at <= $1::timestamptz - interval '30 minutes' and l.created_at > $1::timestamptz - interval '24 hours'
    and l.source is distinct from 'activity'
    and p.type is not null and not exists (select from cortex.person_links k where k.person_id = p.person_id)
    and not exists (select from public.enrollments e where e.lead_id = l.id)
    and not exists (select from public.unified_profiles u join public.enrollments e on e.profile_id = u.id
      where cortex.address(u.email) collate "C" = cortex.address(l.email) collate "C" and e.created_at >= l.created_at
        and (l.course_id is null or e.course_id = l.course_id))
    and not exists (select from cortex.automation_runs r where r.automation_id = $2 and r.person_id = p.person_id
      and (r.entry_key = 'lead:' || l.id or r.entered_at > $1::timestamptz - interval '7 days'))
    and not exists (select from cortex.automation_seen s where s.automation_id = $2 and s.person_id = p.person_id
      and s.entry_key = 'lead:' || l.id)
  order by l.created_at, l.id limit 1000`;

/** Everybody who matches comes in (or was there at the publishing), as a round of ticks leaves it. */
const ENTERED = `
  insert into cortex.automation_runs (automation_id, version_id, version, person_id, entry_key, lead_id, status, entered_at, wake_at)
  select v.automation_id, v.id, 1, p.person_id, 'lead:' || l.id, l.id, 'waiting', l.created_at + interval '31 minutes', cortex.now() + interval '2 days'
  from public.purchase_leads l join cortex.people p on p.address = cortex.address(l.email) collate "C", cortex.automation_versions v
  where v.automation_id = $2 and l.created_at > $1::timestamptz - $3::interval and l.created_at <= $1::timestamptz - interval '31 minutes'`;
const SEEN = `
  insert into cortex.automation_seen (automation_id, person_id, entry_key)
  select r.automation_id, r.person_id, r.entry_key from cortex.automation_runs r
  where r.automation_id = $2 and r.entered_at > $1::timestamptz - interval '25 hours'`;

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
    `insert into cortex.automation_runs (automation_id, version_id, version, person_id, entry_key, status, wake_at)
     select v.automation_id, v.id, 1, uuidv7(), 'once', 'waiting', cortex.now() + n * interval '1 second'
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
    // Into files of their own, which go with the transaction.
    await tx.run('truncate cortex.automation_runs, cortex.automation_seen cascade');
    await tx.run(`insert into cortex.automations (id, name, draft_graph, status) values ($1, 'Tick', '{}', 'live')`, [
      question.automationId,
    ]);
    await tx.run(
      `insert into cortex.automation_versions (automation_id, number, graph, settings) values ($1, 1, '{}', '{}')`,
      [question.automationId],
    );
    const at = [until.toISOString(), question.automationId];
    const measure = async (which: string) => {
      const ours = await monitorCandidates(tx, question, 1000);
      const theirs = await tx.rows<{ person_id: string }>(BY_HAND, at);
      const same = new Set(theirs.map((row) => row.person_id));
      if (ours.length !== same.size || ours.some((id) => !same.has(id)))
        throw new Error(`${which}: not the same people`);
      const tick = await timed(() => monitorCandidates(tx, question, 1000));
      const hand = await timed(() => tx.rows(BY_HAND, at));
      tell(
        `${which}, ${ours.length} found`,
        tick,
        `   by hand ${hand.toFixed(2)} ms, ratio ${(tick / hand).toFixed(2)}`,
      );
      return ours;
    };
    const personIds = (await measure(`first tick, ${leads!.n} leads of the last day`)).slice(0, 200);
    const decided = await timed(() => monitorMatches(tx, question, { limit: 200, personIds }));
    tell('first tick, the decision about 200 locked people', decided);
    // Two months of runs besides those of the day.
    await tx.run(ENTERED, [...at, '60 days']);
    await tx.run('analyze cortex.automation_runs');
    await measure('steady tick, all but the last minute have entered');
    await tx.run(SEEN, at.slice(0, 2));
    await tx.run('truncate cortex.automation_runs cascade');
    await tx.run('analyze cortex.automation_seen');
    await measure('tick after a publishing, all but the last minute seen');
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
