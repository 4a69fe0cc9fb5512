import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { closeGate } from '#automations';
import { newId } from '#platform';
import { EmailSentMatching } from './email-sent-matching.js';
import { SendFixture, type Persons } from '../scenarios/send.fixture.js';

let on: SendFixture;

beforeAll(async () => {
  on = await SendFixture.make();
});
afterAll(() => on.db.drop());
beforeEach(async () => {
  await on.reset();
  await on.db.database.run('delete from public.crm_smart_lists');
});
afterEach(() => on.fake.close());

/** What publishing and stopping do, as far as it matters here. */
async function automation(status: string, graph: object, settings: object = {}): Promise<void> {
  const id = newId();
  await on.db.database.tx(async (tx) => {
    await closeGate(tx);
    await tx.run("insert into cortex.automations (id, name, status, draft_graph) values ($1, 'A', $2, '{}')", [
      id,
      status,
    ]);
    await tx.run(
      'insert into cortex.automation_versions (automation_id, number, graph, settings) values ($1, 1, $2::jsonb, $3::jsonb)',
      [id, JSON.stringify(graph), JSON.stringify(settings)],
    );
  });
}

const list = (rules: object) =>
  on.db.database.run("insert into public.crm_smart_lists (name, kind, rules) values ('L', 'rules', $1::jsonb)", [
    JSON.stringify(rules),
  ]);

/** Sends one mail; answers whether its activity is there, and whether the matcher is to look at it. */
async function sent(sender: ReturnType<SendFixture['senderFor']>['sender'], known?: Persons[]) {
  const persons = known ?? (await on.people(1));
  await on.db.database.run('delete from cortex.activity_inbox');
  await on.queue(persons);
  await on.drain(sender, 1);
  const inbox = await on.db.database.rows('select 1 from cortex.activity_inbox');
  return { recorded: (await on.activities())['email.sent'], looked: inbox.length };
}

const start = { nodes: [{ id: 's', type: 'activity_received', config: { activity_type: 'email.sent' } }] };
const filter = (condition: object) => ({
  nodes: [{ id: 'f', type: 'filter', config: { rules: { match: 'all', conditions: [condition] } } }],
});
const asksAboutStep = filter({ field: 'step', operator: 'eq', node_id: 'mail', value: 'sent' });

describe('the activity of a mail that was sent', () => {
  it.each<[string, number, () => Promise<unknown>]>([
    ['is recorded alone when nothing asks about it', 0, async () => undefined],
    ['is recorded alone when only a draft asks', 0, () => automation('draft', start)],
    [
      'is recorded alone when others are live',
      0,
      () => automation('live', filter({ field: 'tags', operator: 'has', value: 'a' })),
    ],
    ['is matched when it starts an automation', 1, () => automation('live', start)],
    ['is matched when a paused automation waits for it', 1, () => automation('paused', start)],
    ['is matched when an earlier step is asked about', 1, () => automation('live', asksAboutStep)],
    [
      'is matched when it is a goal',
      1,
      () => automation('live', { nodes: [] }, { goal: { activity_type: 'email.sent' } }),
    ],
    [
      'is matched when a list counts it',
      1,
      () =>
        list({ match: 'all', conditions: [{ field: 'activity', operator: 'happened', activity_type: 'email.sent' }] }),
    ],
  ])('%s', async (_what, looked, given) => {
    const { sender } = on.senderFor();
    await given();
    expect(await sent(sender)).toEqual({ recorded: 1, looked });
  });

  it('is matched from the moment that something asks, also by a process that had found nothing before', async () => {
    const { sender } = on.senderFor();
    const persons = await on.people(1);
    expect(await sent(sender, persons)).toEqual({ recorded: 1, looked: 0 });
    await automation('live', start);
    await on.db.database.run('truncate cortex.messages');
    expect(await sent(sender, persons)).toEqual({ recorded: 2, looked: 1 });
  });

  it('is not recorded past somebody who publishes at that moment: publishing waits for it', async () => {
    const order: string[] = [];
    let published: Promise<void> | undefined;
    await on.db.database.tx(async (tx) => {
      await new EmailSentMatching().skipUnlessAsked(tx);
      published = automation('live', start).then(() => void order.push('published'));
      const waiting = 'select 1 from pg_locks where locktype = $1 and not granted';
      while ((await on.db.database.rows(waiting, ['advisory'])).length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      order.push('recorded');
    });
    await published;
    expect(order).toEqual(['recorded', 'published']);
  });
});
