import { DesignRenderer } from '#emails';
import { createLog, readConfig, systemActor } from '#platform';
import { seedLeads, testDatabase, type SeededPerson, type TestDatabase } from '#testing';
import { BroadcastLoop } from './sending/broadcast-loop.js';
import { Broadcasts } from './drafts/broadcasts.js';
import type { BroadcastFields } from './drafts/draft-fields.js';
import { BroadcastLifecycle } from './sending/lifecycle.js';

export const actor = systemActor('test');

/** Everybody whose first name begins with a P: all whom `people` makes. */
const everybody = {
  operator: 'AND' as const,
  conditions: [{ field: 'first_name', operator: 'starts_with', value: 'P' }],
};

/** Broadcasts over one database; everything is driven by hand. */
export class BroadcastFixture {
  readonly broadcasts: Broadcasts;
  readonly lifecycle: BroadcastLifecycle;
  readonly loop: BroadcastLoop;

  constructor(readonly db: TestDatabase) {
    const config = readConfig({ CORTEX_PUBLIC_URL: 'https://cortex.school.example' });
    this.broadcasts = new Broadcasts(db.database, new DesignRenderer(db.database, config));
    this.lifecycle = new BroadcastLifecycle(db.database, this.broadcasts);
    this.loop = new BroadcastLoop(db.database, this.lifecycle, createLog('silent', 'test'));
  }

  static async make(): Promise<BroadcastFixture> {
    const db = await testDatabase({ poolSize: 8 });
    await db.clock.set('2026-03-02T09:00:00Z');
    return new BroadcastFixture(db);
  }

  /** Leads `p<n>@school.example`, named `P<n>`. @param consentOf by number */
  async people(count: number, consentOf: (n: number) => string = () => 'subscribed'): Promise<SeededPerson[]> {
    const lead = (n: number) => ({ email: `p${n}@school.example`, first_name: `P${n}`, consent: consentOf(n) });
    return seedLeads(
      this.db.database,
      Array.from({ length: count }, (_, n) => lead(n)),
    );
  }

  async staticList(name: string, personIds: readonly string[]): Promise<string> {
    const list = await this.db.database.row<{ id: string }>(
      `insert into public.crm_smart_lists (name, kind) values ($1, 'static') returning id`,
      [name],
    );
    await this.db.database.run(
      'insert into cortex.list_members (smart_list_id, person_id) select $1, unnest($2::uuid[])',
      [list!.id, personIds],
    );
    return list!.id;
  }

  async draft(more: Partial<BroadcastFields> = {}): Promise<string> {
    const { id } = await this.broadcasts.create(actor, {
      name: 'News',
      subject: 'Hi {{ contact.first_name }}',
      html: '<p>Hi {{ contact.first_name }}</p>',
      rules: everybody,
      ...more,
    });
    return id;
  }

  /** Sends a draft to however many it is now. */
  async send(id: string, undoSeconds = 0) {
    const { will_receive } = await this.broadcasts.audience(id);
    return this.lifecycle.send(actor, id, will_receive, undoSeconds);
  }

  async counts(id: string) {
    return (await this.broadcasts.get(id)).counts;
  }

  /** The promise about everybody: `candidates` is the sum of all states. */
  async assertSum(id: string): Promise<void> {
    const { candidates, skipped, queued, submitting, sent, failed, uncertain, unknown, cancelled } =
      await this.counts(id);
    const left = Object.values(skipped).reduce((a, b) => a + b, 0);
    const sum = left + queued + submitting + sent + failed + uncertain + unknown + cancelled;
    if (sum !== candidates) throw new Error(`${candidates} candidates, but ${sum} in all states.`);
  }
}
