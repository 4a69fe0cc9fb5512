import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLog } from '#platform';
import { Forgetting } from '#workspace';
import { testApi, type TestApi } from './api.fixture.js';

describe('how long data are kept', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await testApi();
  });
  afterAll(() => api?.close());

  it('is set by kind, said with its number beforehand, audited, and known to a backtest', async () => {
    const first = await api.call('GET', '/settings/data');
    expect(first.status).toBe(200);
    expect(first.body.items.map(({ kind, months }: { kind: string; months: number }) => [kind, months])).toEqual([
      ['activities', null],
      ['visitors', 6],
      ['mails', null],
      ['webhook_calls', 1],
      ['rejected', null],
      ['files', null],
      ['jobs', null],
      ['sign_ups', null],
      ['sign_ins', null],
      ['presence', null],
      ['request_keys', null],
      ['audit', null],
    ]);
    expect(first.body.items.at(-1)).toMatchObject({ next_night: null, rows: expect.any(Number) });

    await api.db.database.run(
      `insert into public.crm_activities (contact_email, type, occurred_at, history)
       values ('kept@example.com', 'long.ago', cortex.now() - interval '2 years', true)`,
    );
    await api.db.database.run('delete from cortex.activity_inbox');
    const asked = await api.call('GET', '/settings/data?activities_months=12');
    expect(asked.body.items[0]).toMatchObject({ rows: 1, months: 12, next_night: { rows: 1, more: false } });
    expect((await api.call('GET', '/settings')).body.retention.activities_months).toBeNull();

    for (const activities_months of [2, 1.5, 241, '12'])
      expect((await api.call('PATCH', '/settings', { retention: { activities_months } })).body).toMatchObject({
        status: 400,
        errors: [{ pointer: '/retention/activities_months' }],
      });
    const changed = await api.call('PATCH', '/settings', { retention: { activities_months: 12 } });
    expect(changed.body.retention).toEqual({
      activities_months: 12,
      visitors_months: 6,
      mails_months: null,
      webhook_calls_months: 1,
      rejected_months: null,
    });
    const { body: audit } = await api.call('GET', '/audit?limit=1');
    expect(audit.items[0]).toMatchObject({
      action: 'settings.changed',
      before: { retention: { activities_months: null } },
      after: { retention: { activities_months: 12 } },
    });

    await new Forgetting(api.db.database, createLog('silent', 'test')).night();
    const after = await api.call('GET', '/settings/data');
    expect(after.body.items[0]).toMatchObject({ next_night: { rows: 0 }, last: { deleted: 1 } });
    expect(after.body.activities_known_since).toMatch(/-01T00:00:00.000Z$/);

    const graph = {
      schema: 1,
      nodes: [{ id: 'start', type: 'activity_received', config: { activity_type: 'long.ago' } }],
      edges: [],
    };
    const automation = await api.call('POST', '/automations', { name: 'Past', graph });
    const now = Date.now();
    const window = { from: new Date(now - 30 * 86_400_000).toISOString(), to: new Date(now).toISOString() };
    const { body: begun } = await api.call('POST', `/automations/${automation.body.id}/backtest`, window);
    expect((await api.call('GET', `/backtests/${begun.id}`)).body.known_since).toBe(after.body.activities_known_since);
  });
});
