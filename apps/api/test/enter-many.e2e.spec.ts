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

it('takes tags and members of a list back from those whom it made a difference for', async () => {
  const made = await app.call('POST', '/purchase-leads', [
    { email: 'a@undo.example', tags: ['vip'] },
    { email: 'b@undo.example', tags: ['old'] },
    { email: 'c@undo.example' },
  ]);
  const ids = made.body.results.map(({ id }: { id: string }) => id) as string[];
  const list = (await app.call('POST', '/smart-lists', { name: 'By hand', kind: 'static' })).body.id as string;
  await app.call('POST', `/smart-lists/${list}/members`, { contact_ids: [ids[0]] });
  const bulk = async (action: object) => ended((await app.call('POST', '/contacts/bulk', { ids, action })).body.id);
  const undo = async (id: string) =>
    (await ended((await app.call('POST', `/jobs/${id}/undo`)).body.id)).progress.counts;
  const tags = () =>
    app.database.rows(
      "select email::text, tags from purchase_leads where email::text like '%@undo.example' order by 1",
    );
  const members = () =>
    app.database.rows(
      `select p.address from cortex.list_members m join cortex.people p using (person_id)
       where m.smart_list_id = $1 order by 1`,
      [list],
    );
  const [tagsBefore, membersBefore] = [await tags(), await members()];

  const tagged = await bulk({ type: 'add_tags', tags: ['VIP', 'new'] });
  expect(tagged).toMatchObject({ result: { changed: 3 }, can_undo: true });
  await app.call('PATCH', `/contacts/${ids[2]}`, { tags: ['mine'] });
  expect(await undo(tagged.id)).toEqual({ restored: 2, kept: 1 });
  expect(await tags()).toEqual([...tagsBefore.slice(0, 2), { email: 'c@undo.example', tags: ['mine'] }]);

  const untagged = await bulk({ type: 'remove_tags', tags: ['vip', 'OLD'] });
  expect(await undo(untagged.id)).toEqual({ restored: 2 });
  expect((await tags()).slice(0, 2)).toEqual(tagsBefore.slice(0, 2));

  const added = await bulk({ type: 'add_to_list', smart_list_id: list });
  expect(added.result.changed).toBe(2);
  expect(await undo(added.id)).toEqual({ restored: 2 });
  expect(await members()).toEqual(membersBefore);
  const nothing = await bulk({ type: 'add_tags', tags: ['lead'] });
  expect(nothing).toMatchObject({ result: { changed: 0 }, can_undo: false });
}, 120_000);
