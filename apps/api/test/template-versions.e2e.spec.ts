import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pinTemplates } from '#emails';
import { until } from '#testing';
import { testApi, type CallOptions, type TestApi } from './api.fixture.js';

let api: TestApi;
let ada: CallOptions;
let bo: CallOptions;
const program: CallOptions = {};

beforeAll(async () => {
  api = await testApi();
  const sitDown = async (name: string): Promise<CallOptions> => {
    const [email, password] = [`${name.toLowerCase()}@example.com`, 'a password for tests'];
    await api.call('POST', '/staff', { email, name, role: 'admin', password });
    return { cookie: await api.signIn(email, password) };
  };
  [ada, bo] = [await sitDown('Ada'), await sitDown('Bo')];
}, 120_000);
afterAll(() => api?.close());

describe('the versions of a template', () => {
  let id: string;
  let saves: number;
  const fields = () => ({ name: 'Letter', stream: 'transactional', html: `<p>Save ${saves}</p>` });
  const save = async (who: CallOptions, more: object = {}) => {
    saves += 1;
    const { status, body } = await api.call(
      'PUT',
      `/email/templates/${id}`,
      { ...fields(), version: saves - 1, ...more },
      who,
    );
    // Each save counts, so that two colleagues notice each other.
    expect([status, body.version]).toEqual([200, saves]);
  };
  const pause = (minutes: number) => api.db.clock.advance({ minutes });
  const kept = async () =>
    (await api.call('GET', `/email/templates/${id}/versions`)).body.items.map((one: { number: number }) => one.number);
  const said = async (action: string) =>
    (await api.call('GET', '/audit')).body.items.filter(
      (line: { action: string; target_id: string }) => line.action === action && line.target_id === id,
    ).length;

  beforeEach(async () => {
    // The clock stands still from here on, so that pauses are as long as they are said to be.
    await pause(0);
    saves = 1;
    id = (await api.call('POST', '/email/templates', fields(), ada)).body.id;
  });
  afterAll(() => api.db.clock.reset());

  it('are one for all that a colleague saves in one sitting, and the audit has one line for it', async () => {
    await save(ada);
    await pause(14);
    await save(ada);
    expect(await kept()).toEqual([3]);
    await pause(15);
    await save(ada);
    await save(ada);
    expect(await kept()).toEqual([5, 3]);
    expect([await said('template.created'), await said('template.changed')]).toEqual([1, 1]);
    expect((await api.call('GET', `/email/templates/${id}/versions/3`)).body.html).toBe('<p>Save 3</p>');
    expect((await api.call('GET', `/email/templates/${id}/versions/2`)).status).toBe(404);
  });

  it('end after an hour without a pause', async () => {
    for (let minutes = 0; minutes < 70; minutes += 10) {
      await pause(10);
      await save(ada);
    }
    expect(await kept()).toEqual([8, 6]);
  });

  it('are apart for each colleague, each editor and each save of a program', async () => {
    await save(bo);
    await save(ada);
    await save(ada, { editor: 'mjml', html: '', design: { v: 1, body: {}, rows: [] } });
    await save(program);
    await save(program);
    expect(await kept()).toEqual([6, 5, 4, 3, 2, 1]);
  });

  it('stay as they were approved', async () => {
    await api.call('POST', `/email/templates/${id}/approve`, { version: 1 }, ada);
    await save(ada);
    await save(ada);
    expect(await kept()).toEqual([3, 1]);
    expect((await api.call('GET', `/email/templates/${id}`)).body.approved_at).toBeNull();
  });

  it('stay as they were used, also when they are used while somebody saves', async () => {
    await api.db.database.tx((tx) => pinTemplates(tx, [id]));
    await save(ada);
    expect(await kept()).toEqual([2, 1]);
    const { saved } = await api.db.database.tx(async (tx) => {
      await pinTemplates(tx, [id]);
      // In an object, or the end of the transaction would wait for it, and it for that end.
      const under = { saved: save(ada) };
      await until(async () => (await tx.row<{ waiting: boolean }>(waitsForUs))!.waiting);
      return under;
    });
    await saved;
    expect(await kept()).toEqual([3, 2, 1]);
  });

  it('are restored as a new version, and the one before stays', async () => {
    await save(bo);
    await save(ada);
    const back = await api.call('POST', `/email/templates/${id}/restore`, { number: 2, version: 3 }, ada);
    expect(back.body).toMatchObject({ version: 4, html: '<p>Save 2</p>' });
    expect(await kept()).toEqual([4, 3, 2, 1]);
    saves = 4;
    await save(ada);
    expect(await kept()).toEqual([5, 3, 2, 1]);
    expect(await said('template.restored')).toBe(1);
    expect((await api.call('POST', `/email/templates/${id}/restore`, { number: 4 }, ada)).status).toBe(404);
  });
});

/** Whether somebody waits for a lock of the transaction that asks. */
const waitsForUs =
  'select exists (select from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))) as waiting';
