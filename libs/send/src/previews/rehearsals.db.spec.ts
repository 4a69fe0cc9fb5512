import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Broadcasts } from '#broadcasts';
import { DesignRenderer } from '#emails';
import { systemActor } from '#platform';
import { Rehearsals } from './rehearsal.js';
import { log, SendFixture } from '../scenarios/send.fixture.js';

const actor = systemActor('test');

let on: SendFixture;
let broadcasts: Broadcasts;
let rehearsals: Rehearsals;

beforeAll(async () => {
  on = await SendFixture.make();
  broadcasts = new Broadcasts(on.db.database, new DesignRenderer(on.db.database, on.configWith()));
  rehearsals = new Rehearsals(on.db.database, on.configWith(), log);
});
afterAll(() => on.db.drop());
beforeEach(() => on.reset());
afterEach(() => on.fake.close());

async function draft(more: Partial<Parameters<Broadcasts['create']>[1]> = {}): Promise<string> {
  const rules = { operator: 'AND' as const, conditions: [{ field: 'type', operator: 'eq', value: 'lead' }] };
  const { id } = await broadcasts.create(actor, {
    name: 'News',
    subject: 'News',
    html: '<p>Hi {{ contact.first_name }},</p><a href="https://school.example/news">News</a>',
    rules,
    ...more,
  });
  return id;
}

describe('a rehearsal', () => {
  it('makes the mail of everybody who would get it, and says what came out', async () => {
    await on.people(1_500);
    await on.db.database.run(
      "update cortex.people set first_name = '' where email in ('p3@school.example', 'p4@school.example')",
    );
    const id = await draft();
    const begun = await rehearsals.begin(id);
    expect(begun).toMatchObject({ status: 'running', recipients: 0, progress: 0, audience_revision: 1 });
    while (await rehearsals.once());
    const done = await rehearsals.get(id);
    expect(done).toMatchObject({
      status: 'completed',
      progress: 1,
      is_current: true,
      recipients: 1_500,
      problems: { greets_nobody: 2 },
      // Everybody has a name of their own, but for two.
      distinct: 1_499,
      links: [{ url: 'https://school.example/news' }],
    });
    expect(done.worst.map(({ contact_email }) => contact_email).sort()).toEqual([
      'p3@school.example',
      'p4@school.example',
    ]);
    expect(await on.counts()).toEqual({});
    await broadcasts.save(actor, id, { subject: 'Other news' });
    expect(await rehearsals.get(id)).toMatchObject({ is_current: false });
  });

  it('makes every variant of a test, for anybody may be given any', async () => {
    await on.people(2);
    const id = await draft({
      test: {
        on: 'subject',
        variants: [{}, { subject: '{{ contact.attributes.none }}' }],
        percent: 50,
        wait: { n: 1, unit: 'hours' },
        winner_by: 'clicks',
      },
    });
    await rehearsals.begin(id);
    while (await rehearsals.once());
    expect(await rehearsals.get(id)).toMatchObject({ recipients: 2, distinct: 4, problems: { empty_subject: 2 } });
  });

  it('names an empty subject, a mail without a link and one that Gmail cuts off', async () => {
    await on.people(1);
    const id = await draft({ subject: '{{ contact.attributes.none }}', html: `<p>${'x'.repeat(103 * 1024)}</p>` });
    await rehearsals.begin(id);
    while (await rehearsals.once());
    expect((await rehearsals.get(id)).problems).toEqual({ empty_subject: 1, too_heavy: 1, no_link: 1 });
  });
});
