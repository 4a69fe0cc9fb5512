import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { automationById } from '#automations';
import { drawing, on } from './steps.fixture.js';
import { mail, Shop, wait } from './peers.fixture.js';

describe('mail and entries of people who meet', () => {
  let shop: Shop;
  let serial = 0;
  beforeAll(async () => {
    shop = await Shop.make('merged');
  });
  afterAll(() => shop.close());

  /** A customer and a lead, and what makes one person of them: the customer moves to the lead's address. */
  async function two(): Promise<{ customer: string; lead: string; meet: () => Promise<unknown> }> {
    serial += 1;
    const [customer, lead] = [`customer${serial}@example.com`, `lead${serial}@example.com`];
    const { database } = shop.db;
    await database.run('insert into public.unified_profiles (email) values ($1)', [customer]);
    await database.run(`update cortex.people set consent_status = 'subscribed' where address = $1`, [customer]);
    await shop.line.lead(lead);
    return {
      customer,
      lead,
      meet: () => database.run('update public.unified_profiles set email = $2 where email = $1', [customer, lead]),
    };
  }

  const mailsOf = (automation: string) =>
    shop.db.database.rows<{ state: string; reason: string | null }>(
      'select state, reason from cortex.messages where automation_id = $1 order by state',
      [automation],
    );

  it('who both wait for the same mail get it once', async () => {
    const automation = await shop.line.live(drawing([on('meet.start'), mail('first'), wait('day', 1, 'days')]));
    const { customer, lead, meet } = await two();
    for (const email of [customer, lead]) await shop.line.post(email, { type: 'meet.start' });
    await shop.line.settle();
    await meet();
    await shop.settle();
    expect([shop.inboxOf(customer), shop.inboxOf(lead)]).toEqual([[], ['Mail first']]);
    expect(await mailsOf(automation)).toEqual([
      { state: 'cancelled', reason: 'merged with somebody who had entered before' },
      { state: 'sent', reason: null },
    ]);
  });

  it('what was queued for somebody while they were merged goes to the person who stays', async () => {
    const automation = await shop.line.live(drawing([on('late.start'), mail('late')]));
    const { customer, lead, meet } = await two();
    await shop.line.post(lead, { type: 'late.start' });
    await shop.line.settle();
    const { database } = shop.db;
    const [before] = await database.rows<{ person_id: string }>(
      'select person_id from cortex.people where address = $1',
      [lead],
    );
    await meet();
    const [merge] = await database.rows<{ person_id: string }>(
      'select person_id from cortex.person_merges where person_id = $1 or into_person_id = $1',
      [before!.person_id],
    );
    // As a transaction writes it that had read the person before the merge and commits after it.
    await database.run(`update cortex.outgoing set person_id = $2 where automation_id = $1`, [
      automation,
      merge!.person_id,
    ]);
    await database.run(`update cortex.messages set person_id = $2 where automation_id = $1`, [
      automation,
      merge!.person_id,
    ]);
    await shop.settle();
    expect([shop.inboxOf(customer), shop.inboxOf(lead)]).toEqual([[], ['Mail late']]);
  });

  it('whom another automation sends again and again, the guard stops as at every other door', async () => {
    const target = await shop.line.live(drawing([['start', 'manual'], mail('again')]), { entry: { limit: 'always' } });
    await shop.line.live(drawing([on('again.start'), ['go', 'enter_automation', { automation_id: target }]]), {
      entry: { limit: 'always' },
    });
    const { lead } = await two();
    for (let round = 0; round < 24; round += 1) {
      await shop.line.post(lead, { type: 'again.start' });
      await shop.line.settle();
      await shop.db.clock.advance({ minutes: 1 });
    }
    expect(await automationById(shop.db.database, target)).toMatchObject({ status: 'paused' });
    expect(await mailsOf(target)).toHaveLength(20);
  });
});
