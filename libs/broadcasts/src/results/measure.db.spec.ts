import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SeededPerson } from '#testing';
import { BroadcastFixture } from '../broadcast.fixture.js';
import { measureNext } from './measure.js';
import { BroadcastReports } from '../report/reports.js';

const START = Date.parse('2026-03-02T09:00:00Z');
const after = (days: number) => new Date(START + days * 86_400_000);

let on: BroadcastFixture;
let reports: BroadcastReports;
let people: SeededPerson[];
let id: string;

/** Something that somebody did, so many days after the start. */
async function did(nth: number, type: string, days: number, metadata: object = {}) {
  await on.db.database.run(
    `insert into public.crm_activities (type, person_id, occurred_at, metadata, source) values ($1, $2, $3, $4::jsonb, 'test')`,
    [type, people[nth]!.person_id, after(days), JSON.stringify(metadata)],
  );
}

/** A click on a mail of a broadcast, as the mail and the timeline have it. */
async function clicked(nth: number, days: number, campaign_id = id) {
  await did(nth, 'email.clicked', days, { campaign_id });
  await on.db.database.run(
    'update cortex.messages set clicked_at = coalesce(clicked_at, $3) where broadcast_id = $1 and person_id = $2',
    [campaign_id, people[nth]!.person_id, after(days)],
  );
}

async function paid(nth: number, days: number, amount: number, refunded = 0) {
  const payment = await on.db.database.tx(async (tx) => {
    // Past the shop's triggers: what they make of a payment is written below.
    await tx.run("set local session_replication_role = 'replica'");
    return tx.row<{ id: string }>(
      `insert into public.transactions (profile_id, amount_minor, refunded_minor, currency)
       values (gen_random_uuid(), $1, $2, 'EUR') returning id`,
      [amount, refunded],
    );
  });
  await did(nth, 'order.paid', days, { transaction_id: payment!.id });
}

async function resultsAt(days: number) {
  await on.db.clock.set(after(days));
  while (await measureNext(on.db.database));
  return (await reports.of(id)).results!;
}

beforeAll(async () => {
  on = await BroadcastFixture.make();
  reports = new BroadcastReports(on.db.database, on.broadcasts);
  const numberOf = ({ email }: SeededPerson) => Number(/\d+/.exec(email)![0]);
  people = await on.people(120, (n) => (n < 100 ? 'subscribed' : 'unsubscribed'));
  people.sort((a, b) => numberOf(a) - numberOf(b));
  id = await on.draft();
  await on.send(id);
  while (await on.loop.once());
  // Of the 20 who get none, 10 are held out.
  await on.db.database.run(
    `with held as (
       update cortex.broadcast_exclusions e set reason = 'held_out'
       where e.broadcast_id = $1 and e.person_id = any($2::uuid[]) returning 1)
     update cortex.broadcasts set left_out = '{"unsubscribed": 10, "held_out": 10}' where id = $1 and exists (select from held)`,
    [id, people.slice(110).map(({ person_id }) => person_id)],
  );
}, 240_000);
afterAll(() => on.db.drop());

describe('what a broadcast brought', () => {
  it('is what people did within five days of their last click, when that was on it', async () => {
    await clicked(0, 0.1);
    await did(0, 'course.enrolled', 1);
    await did(0, 'course.enrolled', 2);
    await paid(0, 1, 5_000);
    await paid(0, 2, 4_000, 1_000);
    // Too late; without a click; a click on something else since; before the click; taken up again; brought in later.
    await clicked(1, 0.1);
    await did(1, 'course.enrolled', 5.2);
    await did(2, 'course.enrolled', 1);
    await clicked(3, 0.1);
    await did(3, 'email.clicked', 0.2, { automation_id: '0198c000-0000-7000-8000-000000000000' });
    await did(3, 'course.enrolled', 1);
    await did(4, 'course.enrolled', 0.1);
    await clicked(4, 0.2);
    await clicked(5, 0.1);
    await did(5, 'course.enrolled', 1, { restored: true });
    // A shop's program may write anything as the id of a payment.
    await clicked(6, 0.1);
    await did(6, 'order.paid', 1, { transaction_id: 'none' });
    const { enrolled, paid: payers, money, days, final } = await resultsAt(6);
    expect({ days, final }).toEqual({ days: 5, final: false });
    expect(enrolled).toMatchObject({ people: 1, times: 2 });
    expect(payers).toMatchObject({ people: 2, times: 3 });
    expect(money).toMatchObject([{ currency: 'EUR', amount_minor: 8_000 }]);
  });

  it('comes with the interval of Wilson, and that of a sum', async () => {
    await on.db.database.run(`update cortex.messages set state = 'sent' where broadcast_id = $1 and state = 'queued'`, [
      id,
    ]);
    const { enrolled, money } = (await reports.of(id)).results!;
    // 1 of 100: 0.18 % to 5.45 %.
    expect([enrolled.low, enrolled.high]).toEqual([0, 5]);
    expect(money[0]).toMatchObject({ low: 0, high: 23_680 });
  });

  it('is held against those who were held out: everybody of either in the first five days, clicked or not', async () => {
    await did(119, 'course.enrolled', 4);
    await did(118, 'course.enrolled', 5.5);
    // Left out for another reason: neither here nor there.
    await did(105, 'course.enrolled', 1);
    for (let nth = 10; nth < 60; nth += 1) await did(nth, 'course.enrolled', 3);
    const { held_out } = await resultsAt(7);
    expect(held_out).toMatchObject({ people: 10, mails: 100 });
    // 0, 2, 3, 4 and 50 more of 100 (5 was only restored), against 1 of 10.
    expect(held_out!.enrolled).toMatchObject({ mailed: 54, held_out: 1, more: 44 });
    expect(held_out!.enrolled.low).toBeGreaterThan(0);
    expect(held_out!.enrolled.high).toBeLessThan(60);
    expect(held_out!.money).toMatchObject([{ currency: 'EUR', more_minor: 8_000 }]);
  });

  it('follows the setting, and is final after thirty days', async () => {
    await on.db.database.run('update cortex.settings set attribution_days = 6');
    const { enrolled } = await resultsAt(8);
    expect(enrolled).toMatchObject({ people: 2, times: 3 });
    expect((await resultsAt(31)).final).toBe(true);
    const before = (await reports.of(id)).results!.measured_at;
    expect((await resultsAt(40)).measured_at).toBe(before);
  });

  it('reads the same figures again ever more seldom', async () => {
    const due = async () =>
      (await on.db.database.row<{ due: Date | null }>(
        'select measure_at as due from cortex.broadcast_results where broadcast_id = $1',
        [id],
      ))!.due;
    expect(await due()).toBeNull();
    await on.db.database.run("update cortex.broadcast_results set measure_at = '2026-01-01'");
    await resultsAt(0.001);
    expect((await due())!.getTime() - after(0.001).getTime()).toBe(60_000);
    await resultsAt(10);
    expect((await due())!.getTime() - after(10).getTime()).toBeCloseTo(10 * 86_400_000 * 0.02, -3);
  });
});
