import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LinkTokens, type PublicForm } from '#emails';
import { newId, readConfig } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { log } from '../scenarios/send.fixture.js';
import { SignUps } from './sign-ups.js';

const form: PublicForm = {
  id: newId(),
  name: 'Footer',
  topic_ids: [],
  topics: [],
  consent_text: 'Yes.',
  double_opt_in: true,
  redirect_url: null,
  created_at: new Date(),
  updated_at: new Date(),
  workspace: 'School',
};

describe('sign-ups that are kept', () => {
  let db: TestDatabase;
  let signUps: SignUps;

  beforeAll(async () => {
    db = await testDatabase();
    signUps = new SignUps(db.database, new LinkTokens(db.database, readConfig({})), log);
  });
  afterAll(() => db.drop());
  beforeEach(async () => {
    await db.clock.set('2026-04-01T12:00:00Z');
    await db.database.run(
      'truncate cortex.sign_ups, cortex.messages, cortex.outgoing, cortex.people, public.purchase_leads, public.crm_activities cascade',
    );
  });

  const take = async (address: string) => {
    await signUps.take(form, address, undefined, '2001:db8::1');
    await signUps.settled();
  };
  const leads = async () =>
    (await db.database.rows<{ email: string }>('select email from public.purchase_leads order by email')).map(
      ({ email }) => email,
    );

  it('are worked off by the hourly job when a process ended in between', async () => {
    await db.database.run(
      `insert into cortex.sign_ups (form_id, form_name, address, topic_ids, consent_text, double_opt_in, ip, network)
       values ($1, 'Footer', 'late@example.com', '{}', 'Yes.', true, '127.0.0.1', '127.0.0.1')`,
      [form.id],
    );
    expect(await signUps.tidy()).toEqual({ handled: 0, forgotten: 0, cleared: 0 });
    await db.clock.advance({ minutes: 2 });
    expect(await signUps.tidy()).toEqual({ handled: 1, forgotten: 0, cleared: 0 });
    expect(await db.database.rows('select state, stream from cortex.messages')).toEqual([
      { state: 'queued', stream: 'transactional' },
    ]);
  });

  it('go after 30 days without a confirmation, and the lead with them, unless it did something else', async () => {
    await take('gone@example.com');
    await take('busy@example.com');
    await db.database.run(
      "insert into public.crm_activities (contact_email, type) values ('busy@example.com', 'page_view')",
    );
    await db.clock.advance({ days: 29 });
    expect(await signUps.tidy()).toEqual({ handled: 0, forgotten: 0, cleared: 0 });
    await db.clock.advance({ days: 2 });
    expect(await signUps.tidy()).toEqual({ handled: 0, forgotten: 2, cleared: 0 });
    expect(await leads()).toEqual(['busy@example.com']);
  });

  it('no longer say from where they came after three years, and still what was agreed to and when', async () => {
    const at = (years: number) => new Date(Date.UTC(2026 - years, 2, 1)).toISOString();
    for (const years of [1, 2, 3, 4])
      await db.database.run(
        `insert into cortex.sign_ups (form_id, form_name, address, topic_ids, consent_text, double_opt_in, ip, network,
           created_at, handled_at, confirmed_at, confirmed_ip)
         values ($1, 'Footer', 'old' || $2 || '@example.com', '{}', 'Yes.', true, '192.0.2.1', '192.0.2.1', $3, $3, $3, '192.0.2.2')`,
        [form.id, years, at(years)],
      );
    expect(await signUps.tidy()).toEqual({ handled: 0, forgotten: 0, cleared: 2 });
    expect(await signUps.tidy()).toEqual({ handled: 0, forgotten: 0, cleared: 0 });
    expect(
      await db.database.rows(
        `select address, ip, network, confirmed_ip, consent_text, confirmed_at is not null as confirmed
         from cortex.sign_ups order by address`,
      ),
    ).toEqual([
      ...['old1', 'old2'].map((name) => ({
        address: `${name}@example.com`,
        ip: '192.0.2.1',
        network: '192.0.2.1',
        confirmed_ip: '192.0.2.2',
        consent_text: 'Yes.',
        confirmed: true,
      })),
      ...['old3', 'old4'].map((name) => ({
        address: `${name}@example.com`,
        ip: null,
        network: null,
        confirmed_ip: null,
        consent_text: 'Yes.',
        confirmed: true,
      })),
    ]);
  });

  it('two at the same moment make one mail', async () => {
    await Promise.all([1, 2, 3].map(() => signUps.take(form, 'twice@example.com', undefined, '127.0.0.1')));
    await signUps.settled();
    expect(await db.database.rows('select 1 from cortex.messages')).toHaveLength(1);
    expect(await db.database.rows('select distinct message_id from cortex.sign_ups')).toHaveLength(1);
    expect(await leads()).toEqual(['twice@example.com']);
  });

  it('of one IPv6 network count together', async () => {
    await take('six@example.com');
    expect(await db.database.row('select ip, network from cortex.sign_ups')).toEqual({
      ip: '2001:db8::1',
      network: '2001:db8:0:0',
    });
  });
});
