import { AppError, newId } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { Outside, randomHappening, type Happening, type Newcomer } from './happenings.fixture.js';
import { oneOf, randomDrawing, type Dice, type Known } from './random-drawing.fixture.js';

const HOUR = 3_600_000;
/** How long is lived; a round of each monitor and of the schedules falls on the hour after the last. */
const HOURS = 40;
const EVENTS = 10;
const PEOPLE = 2;

/** The hours of the day at which schedules and dates of a drawing are due. */
const CALLS: readonly number[] = [2, 8, 9, 16];

const TABLES = [
  ...['public.purchase_leads', 'public.unified_profiles', 'public.enrollments', 'public.crm_activities'],
  ...['cortex.people', 'cortex.automation_runs', 'cortex.automation_run_steps', 'cortex.list_members'],
];

/** Instants of what is lived. */
export const FROM = new Date('2026-03-10T00:00:00Z');
export const TO = new Date(FROM.getTime() + HOURS * HOUR - 1);
export const AFTERWARDS = new Date(FROM.getTime() + HOURS * HOUR);

/** A drawing that is live, with people of its own. */
export interface Lived extends Known {
  id: string;
  people: string[];
  drawing: ReturnType<typeof randomDrawing>;
}

/** A database in which many random drawings are lived at once, each by people of its own, under the moved clock. */
export class World {
  /** Drawings that publishing did not take. */
  refused = 0;

  private constructor(
    readonly db: TestDatabase,
    readonly line: Pipeline,
    readonly outside: Outside,
    private readonly target: string,
  ) {}

  static async begin(): Promise<World> {
    const db = await testDatabase({ poolSize: 6 });
    const line = await pipeline(db.database);
    await db.clock.set(new Date(FROM.getTime() - 48 * HOUR));
    await db.database.run(
      "update cortex.settings set mail_unanswered = true, sender_transactional = 'S <s@example.com>', sender_broadcast = 'S <s@example.com>', postal_address = 'A'",
    );
    const target = await line.live({
      schema: 1,
      nodes: [
        { id: 's', type: 'manual', config: {} },
        { id: 'x', type: 'exit', config: {} },
      ],
      edges: [{ source: 's', port: 'next', target: 'x' }],
    });
    return new World(db, line, new Outside(db.database, line), target);
  }

  end(): Promise<void> {
    return this.db.drop();
  }

  /** Draws so many, with their people, and publishes them. */
  async draw(roll: Dice, drawings: number): Promise<Lived[]> {
    const { db, line, outside, target } = this;
    await db.clock.set(new Date(FROM.getTime() - 24 * HOUR));
    const newcomers: Newcomer[] = [];
    const customers: Happening[] = [];
    const lists: Parameters<Outside['lists']>[0][number][] = [];
    const drawn: Lived[] = [];
    for (let at = 0; at < drawings; at += 1) {
      const group = `g${at}`;
      const people = Array.from({ length: PEOPLE }, (_, p) => `${group}.${p}@example.com`);
      const [list, course] = [newId(), newId()];
      for (const email of people) newcomers.push({ ...newcomer(roll, email, group), course });
      if (roll() < 0.5) customers.push({ what: 'enrollment', email: people[0]!, group, course });
      lists.push({ id: list, name: group, members: people.filter(() => roll() < 0.4) });
      const known = { group, course, target, list };
      drawn.push({ ...known, id: '', people, drawing: randomDrawing(roll, known) });
    }
    await outside.courses(drawn.map(({ course }) => course));
    // Many new people in one transaction cost far more than in several.
    for (const some of chunks(newcomers)) await outside.leads(some);
    await this.analyze();
    for (const some of chunks(customers)) await outside.happen(some);
    await outside.lists(lists);
    await line.settle();
    await this.analyze();
    await db.clock.set(FROM);
    for (const each of drawn) each.id = (await this.publish(each)) ?? '';
    await line.settle();
    return drawn.filter(({ id }) => id !== '');
  }

  private async publish({ drawing }: Lived): Promise<string | undefined> {
    try {
      return await this.line.live(drawing.graph, drawing.settings);
    } catch (error) {
      // A drawing that publishing refuses, such as a circle without a pause.
      if (!(error instanceof AppError)) throw error;
      this.refused += 1;
      return undefined;
    }
  }

  /** Hour by hour; several things happen to somebody at one instant, and when a wait ends. */
  async live(roll: Dice, drawn: readonly Lived[]): Promise<void> {
    const byHour = Array.from({ length: HOURS }, (): { each: Lived; email: string }[] => []);
    for (const each of drawn) {
      for (let n = 0; n < EVENTS; n += 1)
        byHour[1 + Math.floor(roll() * (HOURS - 2))]!.push({ each, email: oneOf(roll, ...each.people) });
    }
    for (let hour = 1; hour < HOURS; hour += 1) {
      if (hour === 8) await this.analyze();
      // On the hour monitors and schedules look; at half past people do things, and what waits for them is due.
      await this.moveTo(new Date(FROM.getTime() + hour * HOUR));
      if (CALLS.includes(hour % 24)) await this.line.look();
      else await this.line.monitors.tick();
      await this.line.move();
      await this.moveTo(new Date(FROM.getTime() + (hour + 0.5) * HOUR));
      await this.outside.happen(byHour[hour]!.map(({ each, email }) => randomHappening(roll, each, email)));
      await this.line.move();
    }
    await this.moveTo(TO);
  }

  /** As autovacuum does within a minute; without it plans are made for empty tables. */
  async analyze(): Promise<void> {
    await this.db.database.run(`analyze ${TABLES.join(', ')}`);
  }

  /** The people by their addresses. */
  async personIds(): Promise<Map<string, string>> {
    const rows = await this.db.database.rows<{ address: string; person_id: string }>(
      'select address, person_id from cortex.people',
    );
    return new Map(rows.map(({ address, person_id }) => [address, person_id]));
  }

  /** Moves the clock on, past every instant on the way at which a wait of somebody ends. */
  async moveTo(instant: Date): Promise<void> {
    for (;;) {
      const due = await this.db.database.row<{ at: Date }>(
        `select min(wake_at) as at from cortex.automation_runs
         where status in ('active', 'waiting') and wake_at > cortex.now() and wake_at < $1`,
        [instant],
      );
      await this.db.clock.set(due?.at ? new Date(Math.ceil(due.at.getTime())) : instant);
      await this.line.move();
      if (!due?.at) return;
    }
  }
}

const chunks = <T>(items: readonly T[], size = 50): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));

function newcomer(roll: Dice, email: string, group: string): Omit<Newcomer, 'course'> {
  const day = (days: number) => new Date(FROM.getTime() + days * 24 * HOUR).toISOString().slice(0, 10);
  return {
    email,
    consent: oneOf(roll, 'unknown', 'subscribed', 'unsubscribed'),
    tags: [group],
    timezone: oneOf(roll, null, 'Europe/Berlin', 'America/New_York'),
    attributes: { [`starts_${group}`]: day(oneOf(roll, 1, 2)), ...(roll() < 0.3 ? { plan: 'pro' } : {}) },
  };
}
