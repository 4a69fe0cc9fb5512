import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '#platform';
import { testApp, until as holds, type TestApp } from '#testing';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
}, 120_000);
afterAll(() => app.close());

const until = async <T>(ask: () => Promise<T | undefined | false>): Promise<T> => {
  let found: T | undefined | false;
  await holds(async () => Boolean((found = await ask())));
  return found as T;
};

const ended = (id: string) =>
  until(async () => {
    const { body } = await app.call('GET', `/jobs/${id}`);
    return body.status !== 'queued' && body.status !== 'running' && body;
  });

const rows = async (id: string): Promise<string[]> =>
  (await app.call('GET', `/jobs/${id}/file`)).body.trim().split('\r\n').slice(1);

it('says who would enter, lets them in, and takes out again who has not moved on', async () => {
  const emails = ['one', 'two', 'three', 'gone'].map((name) => `${name}@many.example`);
  const made = await app.call(
    'POST',
    '/purchase-leads',
    emails.map((email) => ({ email, first_name: 'Ann' })),
  );
  const ids = made.body.results.map(({ id }: { id: string }) => id) as string[];
  const graph = {
    nodes: [
      { id: 'start', type: 'activity_received', config: { activity_type: 'many.start' } },
      { id: 'wait', type: 'wait_until', config: { activity_type: 'many.go', timeout: { n: 7, unit: 'days' } } },
      { id: 'then', type: 'wait', config: { for: { n: 7, unit: 'days' } } },
      { id: 'end', type: 'exit', config: {} },
    ],
    edges: [
      { source: 'start', port: 'next', target: 'wait' },
      { source: 'wait', port: 'happened', target: 'then' },
      { source: 'wait', port: 'timed_out', target: 'end' },
      { source: 'then', port: 'next', target: 'end' },
    ],
  };
  const automation = (await app.call('POST', '/automations', { name: 'Many', graph })).body.id as string;
  const action = { type: 'enter_automation', automation_id: automation };
  expect(await app.call('POST', '/contacts/bulk/preview', { ids, action })).toMatchObject({
    status: 409,
    body: { code: 'automation_not_live' },
  });
  expect((await app.call('POST', '/contacts/bulk', { ids, action })).status).toBe(409);
  expect(await app.call('POST', `/automations/${automation}/publish`, {})).toMatchObject({ status: 200 });
  expect((await app.call('POST', `/automations/${automation}/enter`, { contact_email: emails[0] })).body).toMatchObject(
    {
      entered: true,
    },
  );
  await app.call('POST', `/contacts/${ids[3]}/erase`, { reason: 'They asked for it', confirm: emails[3] });

  const nobody = newId();
  const preview = await app.call('POST', '/contacts/bulk/preview', { ids: [...ids, nobody], action });
  expect(preview.body).toMatchObject({
    would_enter: 2,
    refused: [
      { reason: 'inside', count: 1, people: [{ email: emails[0], name: 'Ann' }] },
      { reason: 'gone', count: 2, people: [] },
    ],
  });

  const started = await app.call('POST', '/contacts/bulk', { ids: [...ids, nobody], action });
  expect(started).toMatchObject({ status: 202, body: { kind: 'contacts.enter', status: 'running' } });
  const job = await ended(started.body.id);
  expect(job).toMatchObject({
    status: 'completed',
    can_undo: true,
    progress: { done: 3, counts: { entered: 2, inside: 1, gone: 2 } },
  });
  expect((await rows(job.id)).sort()).toEqual(
    [
      `"${ids[0]}","one@many.example","refused","They are inside now, and it does not let them in again."`,
      `"${ids[1]}","two@many.example","entered",""`,
      `"${ids[2]}","three@many.example","entered",""`,
    ].sort(),
  );

  await app.call('POST', '/activities', { type: 'many.go', contact_email: emails[1] });
  await until(() =>
    app.database.row("select from cortex.automation_runs where automation_id = $1 and node_id = 'then'", [automation]),
  );
  const undone = await ended((await app.call('POST', `/jobs/${job.id}/undo`)).body.id);
  expect(undone).toMatchObject({ status: 'completed', progress: { counts: { removed: 1, kept: 1 } } });
  expect((await app.call('POST', `/jobs/${job.id}/undo`)).status).toBe(409);
  const open = await app.database.rows<{ email: string; status: string }>(
    `select p.address as email, r.status from cortex.automation_runs r join cortex.people p using (person_id)
     where r.automation_id = $1 order by 1`,
    [automation],
  );
  expect(open).toEqual([
    { email: 'one@many.example', status: 'waiting' },
    { email: 'three@many.example', status: 'exited' },
    { email: 'two@many.example', status: 'waiting' },
  ]);
}, 120_000);
