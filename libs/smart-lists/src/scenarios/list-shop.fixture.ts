import { Contacts } from '#directory';
import type { Graph } from '#graph';
import { createLog, systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { BulkChanges } from '../members/bulk.js';
import { MemberFiles } from '../members/member-files.js';
import { ListMembers } from '../members/members.js';
import { Membership } from '../upkeep/membership.js';
import { RuleQuestions } from '../questions/rule-questions.js';
import { SmartLists } from '../lists/smart-lists.js';

export const actor = systemActor('test');
export const tagged = (...tags: string[]) => ({
  operator: 'OR' as const,
  conditions: tags.map((value) => ({ field: 'tags', operator: 'contains', value })),
});

/** The engine and the lists over one database; everything is driven by hand. */
export class Shop {
  constructor(
    readonly db: TestDatabase,
    readonly line: Pipeline,
  ) {}

  static async make(poolSize: number): Promise<Shop> {
    const db = await testDatabase({ poolSize });
    await db.clock.set('2026-03-02T09:00:00Z');
    return new Shop(db, await pipeline(db.database));
  }

  /** One more process that keeps lists. */
  keeper(): Membership {
    const { database } = this.db;
    const members = new ListMembers(database);
    const bulk = new BulkChanges(database, members, new RuleQuestions(database, new Contacts(database)));
    return new Membership(database, new MemberFiles(database, members, bulk), createLog('silent', 'test'));
  }

  lists(): SmartLists {
    return new SmartLists(this.db.database, new Contacts(this.db.database));
  }

  /** Follows people who enter the list, or leave it: a wait of a day, then a mail. */
  follow(listId: string, start: 'smart_list_entered' | 'smart_list_left' = 'smart_list_entered'): Promise<string> {
    const graph: Graph = {
      schema: 1,
      nodes: [
        { id: 'start', type: start, config: { smart_list_id: listId } },
        { id: 'wait', type: 'wait', config: { for: { n: 1, unit: 'days' } } },
        { id: 'mail', type: 'send_email', config: { subject: 'Hello', html: '<p>Hello</p>', stream: 'broadcast' } },
      ],
      edges: [
        { source: 'start', port: 'next', target: 'wait' },
        { source: 'wait', port: 'next', target: 'mail' },
      ],
    };
    return this.line.live(graph);
  }

  tag(tags: string[], emails: readonly string[]): Promise<number> {
    return this.db.database.run('update public.purchase_leads set tags = $1 where email = any($2::citext[])', [
      tags,
      emails,
    ]);
  }

  /** Lets matching and lists do what can be done now. */
  async settle(...keepers: Membership[]): Promise<void> {
    for (let round = 0; round < 6; round += 1) {
      await this.line.settle();
      for (const keeper of keepers) await keeper.once();
    }
    await this.line.settle();
  }

  /** Addresses of those who ever came into an automation, once for each time, in order. */
  async ran(automation: string): Promise<string[]> {
    const rows = await this.db.database.rows<{ address: string }>(
      `select p.address from cortex.automation_runs r join cortex.people p using (person_id)
       where r.automation_id = $1 order by 1`,
      [automation],
    );
    return rows.map(({ address }) => address);
  }

  /** What was told of a list, in order of address and time: `somebody entered`. */
  async told(listId: string): Promise<string[]> {
    const rows = await this.db.database.rows<{ told: string }>(
      `select split_part(contact_email, '@', 1) || ' ' || split_part(type, '.', 2) as told from public.crm_activities
       where metadata ->> 'smart_list_id' = $1 and type like 'smart_list.%' order by contact_email, occurred_at, id`,
      [listId],
    );
    return rows.map(({ told }) => told);
  }

  async count(from: string): Promise<number> {
    return (await this.db.database.row<{ n: number }>(`select count(*)::int as n from ${from}`))!.n;
  }
}

export const emailsOf = (from: number, n: number) =>
  Array.from({ length: n }, (_, at) => `many${from + at}@example.com`);
