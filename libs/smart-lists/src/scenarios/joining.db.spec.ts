import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, type Database } from '#platform';
import { seedLeads } from '#testing';
import { actor, emailsOf, Shop, tagged } from './list-shop.fixture.js';

const mailable = { operator: 'AND' as const, conditions: [{ field: 'can_be_emailed', operator: 'is_true' }] };
const named = (name: string) => `${name}@example.com`;

describe('whoever was not in a list and is in it now has joined, exactly once', () => {
  let shop: Shop;
  let database: Database;
  beforeAll(async () => {
    shop = await Shop.make(8);
    ({ database } = shop.db);
    for (const name of ['ann', 'ben', 'cem', 'dot', 'eva', 'fay', 'gus', 'hal']) await shop.line.lead(named(name));
  });
  afterAll(() => shop.db.drop());

  /** Everybody without a tag, and a list of those with one of these. */
  const fresh = async (...tags: string[]) => {
    await database.run("update public.purchase_leads set tags = '{}'");
    await shop.settle(shop.keeper());
    const made = await shop.lists().create(actor, { name: `List ${newId()}`, kind: 'rules', rules: tagged(...tags) });
    return made.id;
  };
  const tag = (tags: string[], ...names: string[]) => shop.tag(tags, names.map(named));

  it.each([0, 500])('joining %i ms after publishing starts a run, and who was in before starts none', async (ms) => {
    const list = await fresh('vip');
    await tag(['vip'], 'ann');
    const automation = await shop.follow(list);
    await shop.db.clock.advance({ seconds: ms / 1000 });
    // No worker has looked at the list yet.
    await tag(['vip'], 'ben');
    await shop.settle(shop.keeper());
    expect(await shop.ran(automation)).toEqual([named('ben')]);
    await shop.keeper().compare();
    await shop.settle(shop.keeper());
    expect(await shop.told(list)).toEqual(['ben entered']);
  });

  it.each([0, 500])('leaving %i ms after publishing starts a run', async (ms) => {
    const list = await fresh('vip');
    await tag(['vip'], 'ann', 'ben');
    const automation = await shop.follow(list, 'smart_list_left');
    await shop.db.clock.advance({ seconds: ms / 1000 });
    await tag([], 'ben');
    await shop.settle(shop.keeper());
    expect(await shop.ran(automation)).toEqual([named('ben')]);
  });

  it('a setting that changes on a live list tells those whom it lets in, and those who join right after it', async () => {
    const list = (await shop.lists().create(actor, { name: 'Mailable', kind: 'rules', rules: mailable })).id;
    await database.run("update cortex.people set consent_status = 'unknown' where address = $1", [named('ann')]);
    await database.run("update cortex.people set consent_status = 'unsubscribed' where address = $1", [named('ben')]);
    const automation = await shop.follow(list);
    const left = await shop.follow(list, 'smart_list_left');
    await shop.settle(shop.keeper());
    expect(await shop.told(list)).toEqual([]);
    await database.run('update cortex.settings set mail_unanswered = true');
    await database.run("update cortex.people set consent_status = 'subscribed' where address = $1", [named('ben')]);
    await database.run("update cortex.people set consent_status = 'unsubscribed' where address = $1", [named('cem')]);
    await shop.settle(shop.keeper(), shop.keeper());
    expect(await shop.told(list)).toEqual(['ann entered', 'ben entered', 'cem left']);
    expect(await shop.ran(automation)).toEqual([named('ann'), named('ben')]);
    expect(await shop.ran(left)).toEqual([named('cem')]);
    await database.run('update cortex.settings set mail_unanswered = false');
    await database.run("update cortex.people set consent_status = 'subscribed'");
    await shop.settle(shop.keeper());
  });

  it('with another time zone joiners of the next moments are told too', async () => {
    const list = await fresh('vip');
    const automation = await shop.follow(list);
    await shop.settle(shop.keeper());
    await database.run("update cortex.settings set timezone = 'Asia/Tokyo'");
    await tag(['vip'], 'ann', 'ben');
    await shop.settle(shop.keeper());
    expect(await shop.ran(automation)).toEqual([named('ann'), named('ben')]);
  });

  it('another currency tells nobody, neither while lifetime values are counted anew nor after, and then all goes on', async () => {
    const pay = (name: string, amount: number, currency: string) =>
      database.run(
        `insert into public.transactions (profile_id, amount_minor, currency)
         select id, $2, $3 from public.unified_profiles where email = $1`,
        [named(name), amount, currency],
      );
    for (const name of ['ida', 'jon', 'kim'])
      await database.run('insert into public.unified_profiles (email) values ($1)', [named(name)]);
    await pay('ida', 50_000, 'JPY');
    await pay('jon', 50_000, 'EUR');
    const rules = { operator: 'AND' as const, conditions: [{ field: 'lifetime_value', operator: 'gte', value: 400 }] };
    const list = (await shop.lists().create(actor, { name: 'Rich', kind: 'rules', rules })).id;
    const automation = await shop.follow(list);
    const members = async () =>
      (
        await database.rows<{ address: string }>(
          'select p.address from cortex.list_members m join cortex.people p using (person_id) where m.smart_list_id = $1',
          [list],
        )
      ).map(({ address }) => address);
    await shop.settle(shop.keeper());
    expect(await members()).toEqual([named('jon')]);
    await database.run("update cortex.settings set currency = 'JPY'");
    await shop.settle(shop.keeper(), shop.keeper());
    await shop.keeper().compare();
    expect(await members()).toEqual([named('jon')]);
    await expect(shop.lists().put(actor, list, { rules: { ...rules, operator: 'OR' } })).rejects.toMatchObject({
      code: 'membership_updating',
    });
    await database.row('select cortex.repair_pending(100)');
    await shop.settle(shop.keeper(), shop.keeper());
    await shop.keeper().compare();
    expect(await members()).toEqual([named('ida')]);
    expect(await shop.told(list)).toEqual([]);
    await pay('kim', 400, 'JPY');
    await shop.settle(shop.keeper());
    expect(await shop.told(list)).toEqual(['kim entered']);
    expect(await shop.ran(automation)).toEqual([named('kim')]);
  });

  it('without a worker nothing of what happened meanwhile is lost: publishing, joining, settings, rules, leaving', async () => {
    const list = await fresh('vip');
    await tag(['vip'], 'ann');
    const automation = await shop.follow(list);
    await tag(['vip'], 'ben');
    await database.run("update cortex.settings set timezone = 'America/Lima'");
    await tag(['vip'], 'cem');
    await tag(['gold'], 'dot');
    await shop.lists().put(actor, list, { rules: tagged('vip', 'gold') });
    await tag(['gold'], 'eva');
    await tag([], 'ann');
    await shop.settle(shop.keeper(), shop.keeper());
    expect(await shop.ran(automation)).toEqual(['ben', 'cem', 'eva'].map(named));
    expect(await shop.told(list)).toEqual(['ann left', 'ben entered', 'cem entered', 'eva entered']);
  });

  it('an edit is silent about the difference that it makes, and about nobody who joined before it or after it', async () => {
    const list = await fresh('vip');
    const automation = await shop.follow(list);
    await tag(['vip'], 'ann', 'ben');
    await tag(['gold'], 'cem');
    await shop.settle(shop.keeper());
    await tag(['vip'], 'dot');
    await tag([], 'ben');
    await shop.lists().put(actor, list, { rules: tagged('vip', 'gold') });
    await tag(['gold'], 'eva');
    await shop.settle(shop.keeper());
    expect(await shop.told(list)).toEqual(['ann entered', 'ben entered', 'ben left', 'dot entered', 'eva entered']);
    expect(await shop.ran(automation)).toEqual(['ann', 'ben', 'dot', 'eva'].map(named));
  });

  it('an edit of a list inside settles the lists that ask about it', async () => {
    const inner = await fresh('vip');
    const rules = { operator: 'AND' as const, conditions: [{ field: 'smart_list', operator: 'in', value: [inner] }] };
    const outer = (await shop.lists().create(actor, { name: 'Outer', kind: 'rules', rules })).id;
    const automation = await shop.follow(outer);
    await tag(['gold'], 'ann');
    await shop.settle(shop.keeper());
    await shop.lists().put(actor, inner, { rules: tagged('gold') });
    await tag(['gold'], 'ben');
    await shop.settle(shop.keeper());
    expect(await shop.ran(automation)).toEqual([named('ben')]);
  });

  it('rules that another program wrote let those in silently whom they let in, and tell who had joined before', async () => {
    const list = await fresh('vip');
    await shop.follow(list);
    await shop.settle(shop.keeper());
    await tag(['gold'], 'ann');
    await tag(['vip'], 'ben');
    await database.run('update public.crm_smart_lists set rules = $2 where id = $1', [
      list,
      JSON.stringify(tagged('vip', 'gold')),
    ]);
    await shop.settle(shop.keeper());
    expect(await shop.told(list)).toEqual(['ben entered']);
    expect(await shop.count(`cortex.list_members where smart_list_id = '${list}'`)).toBe(2);
  });

  it('a list is settled as soon as it is said that its membership is to be kept', async () => {
    const list = await fresh('vip');
    await tag(['vip'], 'ann');
    await shop.lists().put(actor, list, { keep_membership: true });
    await tag(['vip'], 'ben');
    const given = { name: 'New', kind: 'rules' as const, rules: tagged('vip'), keep_membership: true };
    const made = await shop.lists().create(actor, given);
    await tag(['vip'], 'cem');
    await shop.settle(shop.keeper());
    expect(await shop.told(list)).toEqual(['ben entered', 'cem entered']);
    expect(await shop.told(made.id)).toEqual(['cem entered']);
  });

  it('what was written before a list was kept, and committed after it was filled, counts as joining', async () => {
    const course = newId();
    const profile = newId();
    await database.run("insert into public.courses (id, title) values ($1, 'Course')", [course]);
    await database.run('insert into public.unified_profiles (id, email) values ($1, $2)', [profile, named('ann')]);
    await database.run("delete from cortex.uses where user_kind = 'automation'");
    await database.run('update public.crm_smart_lists set keep_membership = false');
    await shop.settle(shop.keeper());
    expect(await shop.count('cortex.list_keeping')).toBe(0);
    const rules = {
      operator: 'AND' as const,
      conditions: [{ field: 'enrollment', operator: 'exists', value: { course_id: course } }],
    };
    const list = (await shop.lists().create(actor, { name: 'Enrolled', kind: 'rules', rules })).id;
    let automation = '';
    await database.tx(async (tx) => {
      await tx.run('insert into public.enrollments (profile_id, course_id) values ($1, $2)', [profile, course]);
      automation = await shop.follow(list);
      await shop.keeper().once();
    });
    const keeper = shop.keeper();
    for (let round = 0; round < 200 && (await shop.ran(automation)).length === 0; round += 1) {
      await shop.settle(keeper);
    }
    expect(await shop.ran(automation)).toEqual([named('ann')]);
  });
});

describe('a refill of 100,000 that takes its time', () => {
  const people = 100_000;
  let shop: Shop;
  let database: Database;
  beforeAll(async () => {
    shop = await Shop.make(8);
    ({ database } = shop.db);
    await seedLeads(
      database,
      emailsOf(0, people).map((email) => ({ email, consent: 'subscribed' })),
    );
    for (const name of ['ann', 'ben', 'cem', 'dot']) await shop.line.lead(named(name), { consent: 'unsubscribed' });
    await shop.settle(shop.keeper());
    // Whoever has filled a list waits before the end, as long as the test holds this lock.
    await database.run(
      `create function public.hold_filling() returns trigger language plpgsql as
         $$ begin perform pg_advisory_xact_lock_shared(4711); return new; end $$`,
    );
    await database.run(
      `create trigger hold_filling before update on cortex.list_keeping for each row
       when (new.state = 'kept' and old.state = 'stale') execute function public.hold_filling()`,
    );
  }, 240_000);
  afterAll(() => shop.db.drop());

  const says = (yes: boolean, ...names: string[]) =>
    database.run('update cortex.people set consent_status = $2 where address = any($1)', [
      names.map(named),
      yes ? 'subscribed' : 'unsubscribed',
    ]);
  /** Does `during` while the filling that `filling` brings about is done but not committed. */
  const held = async (filling: () => Promise<unknown>, during: () => Promise<unknown>) => {
    let filled: Promise<unknown> = Promise.resolve();
    await database.tx(async (tx) => {
      await tx.rows('select pg_advisory_xact_lock(4711)');
      filled = filling();
      const waits = "pg_locks where locktype = 'advisory' and objid = 4711 and not granted";
      while ((await shop.count(waits)) === 0) await new Promise((resolve) => setImmediate(resolve));
      await during();
    });
    await filled;
  };

  it('loses nobody who joins or leaves while the list is filled for the first time, or again', async () => {
    const list = (await shop.lists().create(actor, { name: 'Mailable', kind: 'rules', rules: mailable })).id;
    const size = () => shop.count(`cortex.list_members where smart_list_id = '${list}'`);
    let automation = '';
    await held(
      async () => (automation = await shop.follow(list)),
      async () => {
        await says(true, 'ann');
        await shop.line.settle();
      },
    );
    await shop.settle(shop.keeper(), shop.keeper());
    expect(await size()).toBe(people + 1);
    expect(await shop.told(list)).toEqual(['ann entered']);

    await database.run('update cortex.settings set mail_unanswered = true');
    await held(
      () => shop.keeper().once(),
      async () => {
        await says(true, 'ben', 'cem');
        await says(false, 'ann');
        await shop.line.settle();
        await says(false, 'cem');
        await shop.keeper().once();
      },
    );
    await shop.settle(shop.keeper(), shop.keeper());
    expect(await size()).toBe(people + 1);
    expect(await shop.told(list)).toEqual(['ann entered', 'ann left', 'ben entered']);

    await held(
      () => shop.lists().put(actor, list, { rules: { operator: 'OR', conditions: [...mailable.conditions] } }),
      async () => {
        await says(true, 'dot');
        await shop.line.settle();
      },
    );
    await shop.settle(shop.keeper(), shop.keeper());
    expect(await size()).toBe(people + 2);
    expect(await shop.ran(automation)).toEqual(['ann', 'ben', 'dot'].map(named));
  }, 240_000);
});
