import type { Automations, Lifecycle, Publish, Publishing } from '#automations';
import type { ScheduledEntries, MatchLoop, Monitors, RunControls, WakeLoop } from '#engine';
import type { DraftSettings, Graph } from '#graph';
import { createLog, newId, readConfig, systemActor, Vault, type Database } from '#platform';

export interface PostedActivity {
  type: string;
  metadata?: Record<string, unknown>;
  /** Seconds before now. */
  ago?: number;
  history?: boolean;
}

const log = createLog('silent', 'test');
const actor = systemActor('test');

interface Parts {
  automations: Automations;
  publishing: Publishing;
  lifecycle: Lifecycle;
  matcher: MatchLoop;
  waker: WakeLoop;
  monitors: Monitors;
  entries: ScheduledEntries;
  runs: RunControls;
}

/** One worker's engine over a test database, driven by hand: nothing moves unless a test says so. */
export async function pipeline(database: Database): Promise<Pipeline> {
  // Only now, so that specs of other libs do not load the engine with the kit.
  const [records, engine] = await Promise.all([import('#automations'), import('#engine')]);
  const versions = new engine.EngineVersions();
  return new Pipeline(database, {
    automations: new records.Automations(database, new Vault(database, readConfig({}))),
    publishing: new records.Publishing(database),
    lifecycle: new records.Lifecycle(database),
    matcher: new engine.MatchLoop(database, versions, log),
    waker: new engine.WakeLoop(database, versions, log),
    monitors: new engine.Monitors(database, versions, log),
    entries: new engine.ScheduledEntries(database, versions, log),
    runs: new engine.RunControls(database, versions, log),
  });
}

export class Pipeline {
  readonly automations: Automations;
  readonly publishing: Publishing;
  readonly lifecycle: Lifecycle;
  readonly matcher: MatchLoop;
  readonly waker: WakeLoop;
  readonly monitors: Monitors;
  readonly entries: ScheduledEntries;
  readonly runs: RunControls;

  constructor(
    private readonly database: Database,
    parts: Parts,
  ) {
    this.automations = parts.automations;
    this.publishing = parts.publishing;
    this.lifecycle = parts.lifecycle;
    this.matcher = parts.matcher;
    this.waker = parts.waker;
    this.monitors = parts.monitors;
    this.entries = parts.entries;
    this.runs = parts.runs;
  }

  /** Makes an automation and publishes it. Answers its id. */
  async live(graph: Graph, settings: DraftSettings = {}, publish: Publish = {}): Promise<string> {
    const { mailHelp } = await import('#engine');
    const { id } = await this.automations.create(actor, { name: `Test ${newId()}`, graph, settings });
    await this.publishing.publish(actor, id, publish, mailHelp);
    return id;
  }

  /** A lead as the HTTP path makes it. Answers its id. */
  async lead(email: string, more: { course_id?: string; consent?: string } = {}): Promise<string> {
    const id = newId();
    const { findOrCreatePeople } = await import('#directory');
    await this.database.tx(async (tx) => {
      await findOrCreatePeople(tx, [email]);
      await tx.run('insert into public.purchase_leads (id, email, course_id, source) values ($1, $2, $3, $4)', [
        id,
        email,
        more.course_id ?? null,
        'test',
      ]);
      await tx.run(`update cortex.people set consent_status = $2 where address = $1`, [
        email,
        more.consent ?? 'subscribed',
      ]);
    });
    return id;
  }

  /** Records activities of one known person, in order. Answers their ids. */
  post(email: string, ...activities: PostedActivity[]): Promise<string[]> {
    return this.postEach(activities.map((activity) => ({ email, ...activity })));
  }

  /** Records activities of known people, in order and all at once. Answers their ids. */
  async postEach(activities: readonly (PostedActivity & { email: string })[]): Promise<string[]> {
    const rows = activities.map(({ email, type, metadata, ago, history }) => ({
      id: newId(),
      email,
      type,
      metadata: metadata ?? {},
      ago: ago ?? 0,
      history: history ?? false,
    }));
    const ids = rows.map(({ id }) => id);
    await this.database.tx(async (tx) => {
      await tx.run(
        `insert into public.crm_activities (id, contact_email, type, metadata, occurred_at, source, person_id, history)
         select g.id, g.email, g.type, g.metadata, cortex.now() - make_interval(secs => g.ago), 'test', p.person_id, g.history
         from jsonb_to_recordset($1::jsonb) g(id uuid, email text, type text, metadata jsonb, ago float8, history boolean)
         join cortex.people p on p.address = g.email order by g.id`,
        [JSON.stringify(rows)],
      );
      await tx.run(
        `insert into cortex.activity_inbox (person_id, activity_id, occurred_at, history)
         select person_id, id, occurred_at, history from public.crm_activities a
         where id = any($1::uuid[]) and not exists (select from cortex.activity_inbox i where i.activity_id = a.id)
         order by array_position($1::uuid[], id)`,
        [ids],
      );
    });
    return ids;
  }

  /** Lets the engine match and wake, without the minute's looks of monitors, schedules and dates. */
  async move(): Promise<void> {
    for (let round = 0; round < 200; round += 1) {
      const matched = await this.matcher.once();
      const woken = await this.waker.once();
      if (!matched && !woken) return;
    }
    throw new Error('The engine did not come to rest.');
  }

  /** One look of every monitor, schedule and date that is due. Answers how many people came in. */
  async look(): Promise<number> {
    let entered = await this.monitors.tick();
    for (const id of await this.entries.tick()) entered += await this.entries.takeIn(id);
    return entered;
  }

  /** Lets the engine do everything that can be done now: match, wake, and look with every monitor, schedule and date that is due. */
  async settle(): Promise<void> {
    for (let round = 0; round < 200; round += 1) {
      const matched = await this.matcher.once();
      const woken = await this.waker.once();
      const entered = await this.look();
      if (!matched && !woken && entered === 0) return;
    }
    throw new Error('The engine did not come to rest.');
  }
}
