import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '#platform';
import { FakeSupabase } from '#testing';
import { testApi, type TestApi } from './api.fixture.js';
import { profileOf } from './customers.fixture.js';

let api: TestApi;
let supabase: FakeSupabase;
const COURSE = newId();

beforeAll(async () => {
  supabase = await FakeSupabase.start();
  api = await testApi({ SUPABASE_URL: supabase.url, SUPABASE_SERVICE_KEY: supabase.key });
  await api.call('POST', '/courses', { id: COURSE, title: 'Light' });
}, 120_000);
afterAll(() => api?.close());
beforeEach(() => void (supabase.calls.length = 0));

const act = (id: string, action: string, body: object = {}) =>
  api.call<any>('POST', `/contacts/${id}/actions/${action}`, body);
/** What became of each effect, by its name. */
const states = (answer: { body: any }) =>
  Object.fromEntries(answer.body.effects.map((effect: any) => [effect.name, effect.state]));
const student = async (email: string) => {
  const id = await profileOf(api, email);
  await api.call('POST', '/enrollments', { email, course_id: COURSE });
  return { id, account: supabase.user(email.toLowerCase()) };
};
const yearsUntil = (at: string | undefined) => (Date.parse(at ?? '') - Date.now()) / (365 * 24 * 3_600_000);

describe('customers who sign in at Supabase', () => {
  it('are banned there for good when access is revoked, and not any more when it is restored', async () => {
    // Others whose addresses hold this one are left alone.
    const near = supabase.user('not.ada@supabase.example');
    const { id, account } = await student('Ada@Supabase.example');
    const revoked = await act(id, 'revoke_access', { reason: 'Refunded' });
    expect([revoked.body.state, states(revoked).outside_sign_in]).toEqual(['done', 'done']);
    expect(yearsUntil(account.banned_until)).toBeGreaterThan(99);
    expect(near.banned_until).toBeUndefined();
    const restored = await act(id, 'restore_access');
    expect([restored.body.state, states(restored).outside_sign_in]).toEqual(['done', 'done']);
    expect(account.banned_until).toBeUndefined();
  });

  it('whose ban nobody saw the answer of are looked up, and one that was refused is tried again', async () => {
    const seen = await student('dropped@supabase.example');
    supabase.plan({ kind: 'done_and_dropped' });
    const first = await act(seen.id, 'revoke_access', { reason: 'Refunded' });
    expect([first.body.state, supabase.calls.filter((call) => call.startsWith('PUT'))]).toEqual([
      'done',
      [expect.stringContaining(seen.account.id)],
    ]);
    const refused = await student('refused@supabase.example');
    supabase.plan({ kind: 'status', status: 403 });
    const failed = await act(refused.id, 'revoke_access', { reason: 'Refunded' });
    expect([failed.body.state, states(failed)]).toMatchObject([
      'partly',
      { sign_in: 'done', enrollment: 'done', outside_sign_in: 'failed' },
    ]);
    expect(failed.body.effects.at(-1).detail).toContain('SUPABASE_SERVICE_KEY');
    const again = await api.call<any>('POST', `/actions/${failed.body.id}/retry`);
    expect([again.body.state, yearsUntil(refused.account.banned_until) > 99]).toEqual(['done', true]);
  });

  it('get its link for a new password and not ours; who has no account there gets ours', async () => {
    const { id, account } = await student('forgot@supabase.example');
    supabase.plan({ kind: 'done_and_dropped' });
    expect(states(await act(id, 'reset_password'))).toEqual({ outside_mail: 'done', mail: 'not_needed' });
    expect(account.recovery_sent_at).toBeDefined();
    const here = await profileOf(api, 'only.here@supabase.example');
    expect(states(await act(here, 'reset_password'))).toEqual({ outside_mail: 'not_needed', mail: 'done' });
    const other = await student('failing@supabase.example');
    supabase.plan({ kind: 'status', status: 429 });
    expect(states(await act(other.id, 'reset_password'))).toEqual({ outside_mail: 'failed', mail: 'failed' });
  });

  it('sign in there with the new address when theirs was changed', async () => {
    const { id, account } = await student('before@supabase.example');
    const done = await act(id, 'update_email', { email: 'after@supabase.example' });
    expect([done.body.state, states(done).outside_sign_in, account.email]).toEqual([
      ...['done', 'done', 'after@supabase.example'],
    ]);
    expect(api.logged()).not.toContain(supabase.key);
  });

  it('lose their access here also while Supabase is away', async () => {
    const { id } = await student('away@supabase.example');
    await supabase.close();
    const done = await act(id, 'revoke_access', { reason: 'Refunded' });
    expect([done.body.state, states(done)]).toMatchObject(['partly', { sign_in: 'done', outside_sign_in: 'failed' }]);
    expect(done.body.effects.at(-1).detail).toBe('Supabase could not be reached.');
  });
});
