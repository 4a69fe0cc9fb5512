import { describe, expect, it } from '@jest/globals';
import { storedVersions } from '#automations';
import { createLog, newId, systemActor, AppError } from '#platform';
import { ListMembers } from '#smart-lists';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { compile } from '../versions/compiled-version.js';
import { dice, doings, oneOf, randomDrawing, type Dice, type Known } from './random-drawing.fixture.js';
import { replay } from './replay.js';

/** How many random drawings are compared; `REPLAY_DRAWINGS=50000` for the long run, `REPLAY_SEED` to see one again. */
const DRAWINGS = Number(process.env.REPLAY_DRAWINGS ?? 100);
const SEED = Number(process.env.REPLAY_SEED ?? 20_261_129);
const PER_ROUND = Number(process.env.REPLAY_PER_ROUND ?? 100);
const PEOPLE = 2;
const HOUR = 3_600_000;
const HOURS = 40;
const EVENTS = 10;
const log = createLog('silent', 'test');
const actor = systemActor('test');

interface Lived extends Known {
  id: string;
  people: string[];
  drawing: ReturnType<typeof randomDrawing>;
}

describe('what was lived, replayed', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let members: ListMembers;
  let target: string;
  const course = newId();
  const from = new Date('2026-03-10T00:00:00Z');
  const count = { drawings: 0, refused: 0, paused: 0, runs: 0, steps: 0 };

  /** Each round has a database of its own: a replay goes through everybody whom an automation could concern. */
  async function begin(): Promise<void> {
    db = await testDatabase({ poolSize: 6 });
    line = await pipeline(db.database);
    members = new ListMembers(db.database);
    await db.clock.set(new Date(from.getTime() - 48 * HOUR));
    await db.database.run(
      "insert into public.courses (id, title, price_minor, currency) values ($1, 'Bread', 9900, 'EUR')",
      [course],
    );
    await db.database.run(
      "update cortex.settings set mail_unanswered = true, sender_transactional = 'S <s@example.com>', sender_broadcast = 'S <s@example.com>', postal_address = 'A'",
    );
    target = await line.live({
      schema: 1,
      nodes: [
        { id: 's', type: 'manual', config: {} },
        { id: 'x', type: 'exit', config: {} },
      ],
      edges: [{ source: 's', port: 'next', target: 'x' }],
    });
  }

  /** People and automations of one round, each automation with people of its own. */
  async function settle(roll: Dice): Promise<Lived[]> {
    await db.clock.set(new Date(from.getTime() - 24 * HOUR));
    const lived: Lived[] = [];
    for (let at = 0; at < PER_ROUND; at += 1) {
      const group = `g${at}`;
      const people = Array.from({ length: PEOPLE }, (_, p) => `${group}.${p}@example.com`);
      for (const [p, email] of people.entries()) await newcomer(roll, email, group, p);
      const list = await staticList(group);
      for (const email of people) if (roll() < 0.4) await members.add(actor, list, { emails: [email] });
      const known = { group, course, target, list };
      lived.push({ ...known, id: '', people, drawing: randomDrawing(roll, known) });
    }
    await line.settle();
    await db.clock.set(from);
    for (const each of lived) {
      try {
        each.id = await line.live(each.drawing.graph, each.drawing.settings);
      } catch (error) {
        // A drawing that publishing refuses, such as a circle without a pause.
        if (!(error instanceof AppError)) throw error;
        count.refused += 1;
      }
    }
    await line.settle();
    return lived.filter(({ id }) => id !== '');
  }

  async function staticList(name: string): Promise<string> {
    const id = newId();
    await db.database.run("insert into public.crm_smart_lists (id, name, kind) values ($1, $2, 'static')", [id, name]);
    return id;
  }

  async function newcomer(roll: Dice, email: string, group: string, place: number): Promise<void> {
    const day = (days: number) => new Date(from.getTime() + days * 24 * HOUR).toISOString().slice(0, 10);
    await line.lead(email, { consent: oneOf(roll, 'unknown', 'subscribed', 'unsubscribed'), course_id: course });
    await db.database.run(
      `update public.purchase_leads set tags = $2, timezone = $3, attributes = $4 where email = $1`,
      [
        email,
        [group],
        oneOf(roll, null, 'Europe/Berlin', 'America/New_York'),
        { [`starts_${group}`]: day(oneOf(roll, 1, 2)), ...(roll() < 0.3 ? { plan: 'pro' } : {}) },
      ],
    );
    if (place === 0 && roll() < 0.5) await enroll(email, group);
  }

  async function enroll(email: string, group: string): Promise<void> {
    await db.database.tx(async (tx) => {
      await tx.run(`insert into public.unified_profiles (email, tags) values ($1, $2) on conflict do nothing`, [
        email,
        [group],
      ]);
      await tx.run(
        `insert into public.enrollments (profile_id, course_id, status) select id, $2, 'active' from public.unified_profiles where email = $1`,
        [email, course],
      );
    });
  }

  /** Something happens to somebody. */
  async function happen(roll: Dice, { group, list }: Lived, email: string): Promise<void> {
    const what = roll();
    const { database } = db;
    if (what < 0.55) {
      const metadata = {
        g: group,
        n: Math.floor(roll() * 3),
        ...(roll() < 0.7 ? { cart: oneOf(roll, 'x', 'y') } : {}),
      };
      await line.post(email, { type: oneOf(roll, ...doings), metadata });
    } else if (what < 0.65)
      await database.run(
        `update public.purchase_leads set tags = array_append(array_remove(tags, $2), $3), updated_at = cortex.now()
         where id = (select id from public.purchase_leads where email = $1 order by created_at desc, id desc limit 1)`,
        [email, oneOf(roll, 'warm', 'cold'), oneOf(roll, 'warm', 'cold')],
      );
    else if (what < 0.72)
      await database.run(
        `update public.purchase_leads set attributes = attributes || jsonb_build_object('stage', $2::text), updated_at = cortex.now()
         where id = (select id from public.purchase_leads where email = $1 order by created_at desc, id desc limit 1)`,
        [email, oneOf(roll, 's1', 's2')],
      );
    else if (what < 0.8)
      await database.run('insert into public.purchase_leads (email, course_id, tags) values ($1, $2, $3)', [
        email,
        course,
        [group],
      ]);
    else if (what < 0.87) await enroll(email, group);
    else if (what < 0.94)
      await (roll() < 0.6
        ? members.add(actor, list, { emails: [email] })
        : members.remove(actor, list, { emails: [email] }));
    else
      await database.run(
        `insert into public.transactions (profile_id, amount_minor, currency, refunded_minor)
         select id, 8000, 'EUR', 0 from public.unified_profiles where email = $1`,
        [email],
      );
  }

  /** Moves the clock on, past every instant on the way at which a wait of somebody ends. */
  async function moveTo(instant: Date, arrive: () => Promise<void>): Promise<void> {
    for (;;) {
      const due = await db.database.row<{ at: Date }>(
        `select min(wake_at) as at from cortex.automation_runs
         where status in ('active', 'waiting') and wake_at > cortex.now() and wake_at < $1`,
        [instant],
      );
      await db.clock.set(due?.at ? new Date(Math.ceil(due.at.getTime())) : instant);
      await (due?.at ? line.move() : arrive());
      if (!due?.at) return;
    }
  }

  /** Hour by hour; several things happen to somebody at one instant, and when a wait ends. */
  async function live(roll: Dice, all: readonly Lived[]): Promise<void> {
    const events = all
      .flatMap((each) =>
        Array.from({ length: EVENTS }, () => ({
          hour: 1 + Math.floor(roll() * (HOURS - 2)),
          each,
          email: oneOf(roll, ...each.people),
        })),
      )
      .sort((a, b) => a.hour - b.hour);
    for (let hour = 1; hour < HOURS; hour += 1) {
      // On the hour monitors and schedules look; at half past people do things, and what waits for them is due.
      await moveTo(new Date(from.getTime() + hour * HOUR), () => line.settle());
      await moveTo(new Date(from.getTime() + (hour + 0.5) * HOUR), () => line.move());
      for (; events[0]?.hour === hour; events.shift()) await happen(roll, events[0].each, events[0].email);
      await line.move();
    }
    await db.clock.set(new Date(from.getTime() + HOURS * HOUR - 1));
  }

  const pausedItself = async (id: string): Promise<boolean> =>
    (await db.database.row<{ status: string }>('select status from cortex.automations where id = $1', [id]))!.status !==
    'live';

  async function ways(automation: string): Promise<string[]> {
    const rows = await db.database.rows<{ line: string; steps: number }>(
      `select r.person_id || ' ' || r.entry_key || ' ' || r.status || ' ' || (
           select string_agg(s.node_id || '/' || s.visit || '/' || coalesce(s.port, '-') || '@' ||
             coalesce(round(extract(epoch from s.left_at - $2::timestamptz) * 1000), -1), ' ' order by s.ord)
           from cortex.automation_run_steps s where s.run_id = r.id)
         || ' mails ' || coalesce((select string_agg(m.node_id || '/' || m.visit, ' ' order by m.node_id, m.visit)
           from cortex.messages m where m.run_id = r.id and m.person_id = r.person_id), '') as line, r.visits as steps
       from cortex.automation_runs r where r.automation_id = $1 order by 1`,
      [automation, from],
    );
    count.runs += rows.length;
    count.steps += rows.reduce((sum, { steps }) => sum + steps, 0);
    return rows.map((row) => row.line.trim()).sort();
  }

  async function replayed(automation: string): Promise<string[]> {
    const version = await db.database.tx(async (tx) => {
      const row = await tx.row<{ id: string }>('select id from cortex.automation_versions where automation_id = $1', [
        automation,
      ]);
      return compile((await storedVersions(tx, [row!.id]))[0]!);
    });
    const lines: string[] = [];
    await replay(db.database, version, { from, to: new Date(from.getTime() + HOURS * HOUR - 1) }, log, {
      onRun: ({ journey, mails }, script) => {
        const { run } = journey;
        const since = (at: Date | null) => (at ? at.getTime() - from.getTime() : -1);
        const steps = script
          .stepsOf(journey)
          .map((each) => `${each.node_id}/${each.visit}/${each.port ?? '-'}@${since(each.left_at)}`);
        const sent = mails.map((each) => `${each.node_id}/${each.visit}`).sort();
        lines.push([run.person_id, run.entry_key, run.status, ...steps, 'mails', ...sent].join(' '));
      },
    });
    return lines.sort();
  }

  async function round(seed: number): Promise<void> {
    const roll = dice(seed);
    const all = await settle(roll);
    await live(roll, all);
    const differences: object[] = [];
    for (const { id, drawing } of all) {
      // The guard stops whoever mails far more than expected; a replay leaves that out and says so.
      if (await pausedItself(id)) {
        count.paused += 1;
        continue;
      }
      const [truth, again] = [await ways(id), await replayed(id)];
      if (JSON.stringify(truth) !== JSON.stringify(again)) differences.push({ seed, drawing, truth, again });
      count.drawings += 1;
    }
    expect(differences.slice(0, 5).map((each) => JSON.stringify(each))).toEqual([]);
  }

  const rounds = Array.from({ length: Math.ceil(DRAWINGS / PER_ROUND) }, (_, round) => SEED + round);
  it.each(rounds)(
    'takes the same ways at the same hours with the same mails, for random drawings of every kind of step, seed %i',
    async (seed) => {
      await begin();
      try {
        await round(seed);
      } finally {
        await db.drop();
      }
    },
    1_800_000,
  );

  it('compared something with something', () => {
    expect(count.paused).toBeLessThan(count.drawings / 4);
    expect(count.runs).toBeGreaterThan(count.drawings / 2);
    expect(count.steps).toBeGreaterThan(2 * count.runs);
    process.stdout.write(
      `Replayed ${count.drawings} random drawings: ${count.runs} runs, ${count.steps} steps, no difference.\n`,
    );
  });
});
