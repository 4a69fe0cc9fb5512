import { describe, expect, it } from '@jest/globals';
import { storedVersions } from '#automations';
import { createLog } from '#platform';
import { explainEntry } from '../reports/explain.js';
import type { StepRecord } from '../runs/journey.js';
import { compile, type CompiledVersion } from '../versions/compiled-version.js';
import { EngineVersions } from '../versions/engine-versions.js';
import { AFTERWARDS, FROM, TO, World, type Lived } from './lived-world.fixture.js';
import { dice, oneOf, type Dice } from './random-drawing.fixture.js';
import { replay } from './replay.js';
import { simulate } from './simulate.js';

/** How many random drawings are compared: `npm run test:replays` for the long run. */
const USUALLY = 2_000;
const DRAWINGS = Number(process.env.REPLAY_DRAWINGS ?? USUALLY);
/** The same in every `npm test`, so that nothing fails that nobody changed; a longer run has another one every day. */
const SEED = Number(
  process.env.REPLAY_SEED ?? (DRAWINGS > USUALLY ? Math.floor(Date.now() / 86_400_000) * 1_000 : 30_000_000),
);
const PER_ROUND = Number(process.env.REPLAY_PER_ROUND ?? 250);
/** Drawings replayed at a time. */
const LANES = 4;
const log = createLog('silent', 'test');

/** What one run did. */
interface Way {
  automation_id: string;
  person_id: string;
  email: string;
  entry_key: string;
  status: string;
  entered_at: Date;
  lead_id: string | null;
  /** Their newest lead when they came in. */
  newest_lead: string | null;
  steps: Pick<StepRecord, 'node_id' | 'visit' | 'port' | 'left_at'>[];
  mails: string[];
}

const since = (at: Date | string | null): number => (at === null ? -1 : new Date(at).getTime() - FROM.getTime());
const stepsOf = (steps: Way['steps']): string =>
  steps.map((each) => `${each.node_id}/${each.visit}/${each.port ?? '-'}@${since(each.left_at)}`).join(' ');
const lineOf = ({ person_id, entry_key, status, steps, mails }: Omit<Way, 'email'>): string =>
  [person_id, entry_key, status, stepsOf(steps), 'mails', ...[...mails].sort()].join(' ');

describe('what was lived, replayed', () => {
  const count = { drawings: 0, paused: 0, refused: 0, runs: 0, steps: 0, simulated: 0, explained: 0, entering: 0 };

  async function ways({ db }: World): Promise<Map<string, Way[]>> {
    const rows = await db.database.rows<Way>(
      `select r.automation_id, r.person_id, p.address as email, r.entry_key, r.status, r.entered_at, r.lead_id,
         (select l.id from public.purchase_leads l where l.email = p.address and l.created_at <= r.entered_at
          order by l.created_at desc, l.id desc limit 1) as newest_lead,
         (select jsonb_agg(jsonb_build_object('node_id', s.node_id, 'visit', s.visit, 'port', s.port,
            'left_at', round(extract(epoch from s.left_at) * 1000)) order by s.ord)
          from cortex.automation_run_steps s where s.run_id = r.id) as steps,
         array(select m.node_id || '/' || m.visit from cortex.messages m
           where m.run_id = r.id and m.person_id = r.person_id) as mails
       from cortex.automation_runs r join cortex.people p on p.person_id = r.person_id`,
    );
    const byAutomation = new Map<string, Way[]>();
    for (const row of rows) byAutomation.set(row.automation_id, [...(byAutomation.get(row.automation_id) ?? []), row]);
    return byAutomation;
  }

  const live = async ({ db }: World): Promise<ReadonlySet<string>> => {
    const rows = await db.database.rows<{ id: string }>("select id from cortex.automations where status = 'live'");
    return new Set(rows.map(({ id }) => id));
  };

  async function compiled({ db }: World): Promise<Map<string, CompiledVersion>> {
    const rows = await db.database.rows<{ id: string }>('select id from cortex.automation_versions');
    const ids = rows.map(({ id }) => id);
    const stored = await db.database.tx((tx) => storedVersions(tx, ids));
    return new Map(stored.map((each) => [each.automation_id, compile(each)]));
  }

  async function replayed({ db }: World, version: CompiledVersion, people?: readonly string[]): Promise<string[]> {
    const lines: string[] = [];
    await replay(db.database, version, { from: FROM, to: TO }, log, {
      people,
      onRun: ({ journey: { run }, journey, mails }, script) => {
        const steps = script.stepsOf(journey);
        const sent = mails.map((each) => `${each.node_id}/${each.visit}`);
        lines.push(lineOf({ ...run, steps, mails: sent } as unknown as Way));
      },
    });
    return lines.sort();
  }

  /** Where the clock let somebody in, and nothing else did: simulated from that instant on they take the same way. */
  async function simulated({ db }: World, { id, drawing }: Lived, lived: readonly Way[]): Promise<object[]> {
    const [start] = drawing.graph.nodes;
    if (!['monitor', 'schedule', 'date_reached'].includes(start!.type)) return [];
    const asksLead = JSON.stringify(drawing).includes('"field":"lead"');
    const differences: object[] = [];
    for (const way of lived) {
      if (lived.filter(({ person_id }) => person_id === way.person_id).length > 1) continue;
      if (asksLead && way.lead_id !== way.newest_lead) continue;
      const again = await simulate(db.database, id, { contact_email: way.email, at: new Date(way.entered_at) }, log);
      // It goes on for a year, when nothing happens any more.
      const until = (at: Date | null) => (at !== null && at <= TO ? at : null);
      const steps = again.steps
        .filter((step) => step.entered_at <= TO)
        .map((step) => ({ ...step, left_at: until(step.left_at), port: until(step.left_at) ? step.port : null }));
      const mails = again.messages.filter(({ at }) => at <= TO).map((each) => `${each.node_id}/${each.visit}`);
      const [truth, answer] = [way, { ...way, steps, mails }].map(lineOf);
      if (truth !== answer) differences.push({ drawing, simulated: truth, again: answer });
      count.simulated += 1;
    }
    return differences;
  }

  /** What explain says of somebody, and then what it speaks of happens. */
  async function explained(world: World, roll: Dice, drawn: readonly Lived[]): Promise<object[]> {
    const { db, line, outside } = world;
    await world.moveTo(AFTERWARDS);
    const versions = new EngineVersions();
    const explain = (id: string, email: string) => explainEntry(db.database, versions, id, email);
    const asked = drawn.filter(explains).flatMap((each) => each.people.map((email) => ({ each, email })));
    const before: boolean[] = [];
    for (const { each, email } of asked) before.push((await explain(each.id, email)).would_enter);
    const doing = asked.filter(({ each }) => startOf(each).type === 'activity_received');
    await outside.happen(
      doing.map(({ each: { group, drawing }, email }) => {
        const metadata = { g: group, n: Math.floor(roll() * 3), cart: oneOf(roll, 'x', 'y') };
        return { what: 'activity', email, type: drawing.graph.nodes[0]!.config.activity_type as string, metadata };
      }),
    );
    await line.settle();
    const rows = await db.database.rows<{ automation_id: string; email: string }>(
      `select r.automation_id, p.address as email from cortex.automation_runs r
       join cortex.people p on p.person_id = r.person_id where r.entered_at = $1`,
      [AFTERWARDS],
    );
    const entered = new Set(rows.map(({ automation_id, email }) => `${automation_id} ${email}`));
    const stillLive = await live(world);
    const differences: object[] = [];
    for (const [at, { each, email }] of asked.entries()) {
      if (!stillLive.has(each.id)) continue;
      const { activity } = before[at] ? await explain(each.id, email) : { activity: undefined };
      const expected = before[at]! && activity?.fits !== false;
      const came = entered.has(`${each.id} ${email}`);
      if (came !== expected) differences.push({ drawing: each.drawing, email, explained: expected, came });
      count.explained += 1;
      if (came) count.entering += 1;
    }
    return differences;
  }

  const startOf = ({ drawing }: Lived) => drawing.graph.nodes[0]!;

  /** Starts that can be brought about at one instant without changing what was explained, a part of those by activities. */
  function explains(each: Lived, at: number): boolean {
    const { type, config } = startOf(each);
    if (type === 'monitor') return true;
    if (type === 'schedule') return config.cron !== '0 9 * * *';
    const rules = JSON.stringify(config.rules ?? {});
    return (
      type === 'activity_received' &&
      at % 3 === 0 &&
      config.where !== undefined &&
      !each.drawing.settings.entry?.key &&
      !rules.includes('activity')
    );
  }

  async function round(world: World, seed: number, drawings: number): Promise<void> {
    const roll = dice(seed);
    const drawn = await world.draw(roll, drawings);
    await world.live(roll, drawn);
    // The guard stops whoever mails far more than expected; a replay leaves that out and says so.
    const running = await live(world);
    const compared = drawn.filter(({ id }) => running.has(id));
    count.paused += drawn.length - compared.length;
    count.refused += world.refused;
    const [lived, versions] = [await ways(world), await compiled(world)];
    // What happens after the window must not change what is replayed of it.
    const differences: object[] = await explained(world, roll, compared);
    const ids = await world.personIds();
    await inLanes(compared, async (each) => {
      const own = lived.get(each.id) ?? [];
      const truth = own.map(lineOf).sort();
      // Of all people its own are those who can come in; now and then everybody is replayed, so that nobody else does.
      const people = roll() < 0.02 ? undefined : each.people.map((email) => ids.get(email)!);
      const again = await replayed(world, versions.get(each.id)!, people);
      if (JSON.stringify(truth) !== JSON.stringify(again)) differences.push({ drawing: each.drawing, truth, again });
      differences.push(...(await simulated(world, each, own)));
      count.drawings += 1;
      count.runs += own.length;
      count.steps += own.reduce((sum, { steps }) => sum + steps.length, 0);
    });
    const shown = differences.slice(0, 5).map((each) => JSON.stringify({ seed, ...each }));
    // A long run is read while it goes on.
    if (DRAWINGS > USUALLY)
      process.stdout.write([`${count.drawings} drawings, up to seed ${seed}`, ...shown, ''].join('\n'));
    expect(shown).toEqual([]);
  }

  const rounds = Array.from({ length: Math.ceil(DRAWINGS / PER_ROUND) }, (_, round) => SEED + round);
  it.each(rounds)(
    'takes the same ways at the same hours with the same mails, for random drawings of every kind of step, seed %i',
    async (seed) => {
      const world = await World.begin();
      try {
        await round(world, seed, Math.min(PER_ROUND, DRAWINGS - (seed - SEED) * PER_ROUND));
      } finally {
        await world.end();
      }
    },
    1_800_000,
  );

  it('compared something with something', () => {
    expect(count.paused).toBeLessThan(count.drawings / 4);
    expect(count.runs).toBeGreaterThan(count.drawings / 2);
    expect(count.steps).toBeGreaterThan(2 * count.runs);
    expect(count.simulated).toBeGreaterThan(count.drawings / 20);
    expect(count.explained).toBeGreaterThan(count.drawings / 20);
    expect(count.entering).toBeGreaterThan(count.explained / 20);
    process.stdout.write(`Replayed random drawings, no difference: ${JSON.stringify(count)}\n`);
  });
});

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const open = [...items];
  const lane = async () => {
    for (let next = open.shift(); next; next = open.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
