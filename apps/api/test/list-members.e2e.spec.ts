import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { seedLeads, testApp, type TestApp } from '#testing';

const PEOPLE = 100_000;
const tagged = { operator: 'AND', conditions: [{ field: 'tags', operator: 'contains', value: 'vip' }] };

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
}, 120_000);
afterAll(() => app.close());

const until = async <T>(ask: () => Promise<T | undefined | false>): Promise<T> => {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > deadline) throw new Error('It did not come about within a minute.');
    await pause(100);
  }
};
const csv = { headers: { 'content-type': 'text/csv' } };
const ended = (id: string) =>
  until(async () => {
    const { body } = await app.call('GET', `/jobs/${id}`);
    return body.status !== 'queued' && body;
  });

describe('lists over HTTP, with a worker', () => {
  it('starts automations for who enters and who leaves, and for nobody who was in already', async () => {
    await app.call('POST', '/purchase-leads', [
      { email: 'old@shop.example', tags: ['vip'] },
      { email: 'new@shop.example' },
    ]);
    const list = (await app.call('POST', '/smart-lists', { name: 'Important', rules: tagged })).body;
    const start = async (type: string) => {
      const graph = {
        nodes: [
          { id: 'start', type, config: { smart_list_id: list.id } },
          { id: 'end', type: 'exit', config: {} },
        ],
        edges: [{ source: 'start', port: 'next', target: 'end' }],
      };
      const made = await app.call('POST', '/automations', { name: type, graph });
      expect(await app.call('POST', `/automations/${made.body.id}/publish`, {})).toMatchObject({ status: 200 });
      return made.body.id as string;
    };
    const [entered, left] = [await start('smart_list_entered'), await start('smart_list_left')];
    await until(() => app.database.row("select from cortex.list_keeping where state = 'kept'"));
    expect((await app.call('DELETE', `/smart-lists/${list.id}`)).status).toBe(409);
    const runs = async (id: string) =>
      (await app.call('GET', `/automations/${id}/runs`)).body.items.map((run: any) => run.contact_email);

    await app.database.run("update public.purchase_leads set tags = '{vip}' where email = 'new@shop.example'");
    await until(async () => (await runs(entered)).length > 0);
    await app.database.run("update public.purchase_leads set tags = '{}' where email = 'old@shop.example'");
    await until(async () => (await runs(left)).length > 0);
    expect(await runs(entered)).toEqual(['new@shop.example']);
    expect(await runs(left)).toEqual(['old@shop.example']);
  }, 120_000);

  it('treats those who come in by new rules as entering when the editor says so, and only then', async () => {
    const from = (country: string) => ({
      operator: 'AND',
      conditions: [
        { field: 'email', operator: 'ends_with', value: '@edit.example' },
        { field: 'country', operator: 'in', value: country.split(' ') },
      ],
    });
    for (const country of ['DE', 'FR', 'IT']) {
      await app.call('POST', '/purchase-leads', [{ email: `${country.toLowerCase()}@edit.example`, country }]);
    }
    const made = await app.call('POST', '/smart-lists', { name: 'Edited', rules: from('DE') });
    expect(made.body.kept).toBe(false);
    const path = `/smart-lists/${made.body.id}`;
    const enter = (country: string) => app.call('PUT', path, { rules: from(country), newcomers: 'enter' });
    expect(await enter('FR')).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('keep_membership') },
    });
    const filled = () =>
      until(() =>
        app.database.row(
          `select from cortex.list_keeping k join public.crm_smart_lists l on l.id = k.smart_list_id
           where l.id = $1 and k.state = 'kept' and (select count(*) from cortex.list_members m where m.smart_list_id = l.id)
             = jsonb_array_length(l.rules->'conditions'->1->'value')`,
          [made.body.id],
        ),
      );
    const told = async () =>
      (
        await app.database.rows<{ told: string }>(
          `select contact_email || ' ' || type as told from public.crm_activities
           where metadata->>'smart_list_id' = $1 order by 1`,
          [made.body.id],
        )
      ).map((row) => row.told);

    await app.call('PUT', path, { keep_membership: true });
    await filled();
    expect((await app.call('GET', path)).body.kept).toBe(true);
    const graph = {
      nodes: [
        { id: 'start', type: 'smart_list_entered', config: { smart_list_id: made.body.id } },
        { id: 'end', type: 'exit', config: {} },
      ],
      edges: [{ source: 'start', port: 'next', target: 'end' }],
    };
    const automation = (await app.call('POST', '/automations', { name: 'Edited', graph })).body.id as string;
    await app.call('POST', `/automations/${automation}/publish`, {});

    expect((await app.call('PUT', path, { rules: from('DE FR') })).status).toBe(200);
    await filled();
    expect(await told()).toEqual([]);
    expect((await app.call('PUT', path, { newcomers: 'enter' })).status).toBe(400);
    expect((await enter('FR IT DE')).status).toBe(200);
    await filled();
    expect(await told()).toEqual(['it@edit.example smart_list.entered']);
    const runs = async () =>
      (await app.call('GET', `/automations/${automation}/runs`)).body.items.map((run: any) => run.contact_email);
    await until(async () => (await runs()).length > 0);
    expect(await runs()).toEqual(['it@edit.example']);
    // It was said of that edit only, and nobody is told who leaves by one.
    await app.call('PUT', path, { rules: from('FR') });
    await filled();
    await app.call('PUT', path, { rules: from('FR DE') });
    await filled();
    expect(await told()).toEqual(['it@edit.example smart_list.entered']);
  }, 120_000);

  it('duplicates lists, and names and renames folders', async () => {
    const made = await app.call('POST', '/smart-lists', { name: 'First', rules: tagged, folder: 'Spring' });
    const copy = await app.call('POST', `/smart-lists/${made.body.id}/duplicate`, {});
    expect(copy).toMatchObject({ status: 201, body: { name: 'Copy of First', folder: 'Spring', rules: tagged } });
    expect((await app.call('GET', '/smart-lists/folders')).body.items).toEqual([{ folder: 'Spring', lists: 2 }]);
    expect((await app.call('POST', '/smart-lists/folders/rename', { from: 'Spring', to: 'Fall' })).body.lists).toBe(2);
    expect((await app.call('GET', '/smart-lists?folder=Fall')).body.items).toHaveLength(2);
  });

  it('changes tags and static lists of many people as a job, by ids or by rules', async () => {
    await app.call('POST', '/purchase-leads', [
      { email: 'b1@bulk.example', country: 'NO', tags: ['Old'] },
      { email: 'b2@bulk.example', country: 'NO' },
    ]);
    await app.call('POST', '/profiles', { email: 'b3@bulk.example', country: 'NO', tags: ['new'] });
    const norway = { operator: 'AND', conditions: [{ field: 'country', operator: 'eq', value: 'no' }] };
    const done = async (body: unknown) => {
      const job = await app.call('POST', '/contacts/bulk', body);
      expect(job).toMatchObject({ status: 202, body: { status: 'queued', kind: 'contacts.bulk' } });
      return (await ended(job.body.id)).result;
    };
    const tagsOf = async () =>
      (await app.call('POST', '/contacts/search', { rules: norway, sort: 'email' })).body.items.map(
        (person: any) => person.tags,
      );

    const tag = { type: 'add_tags', tags: ['New', 'lead'] };
    expect(await done({ rules: norway, action: tag })).toMatchObject({ changed: 3, unknown_count: 0 });
    expect(await tagsOf()).toEqual([
      ['Old', 'New', 'lead'],
      ['New', 'lead'],
      ['new', 'lead'],
    ]);
    const { items } = (await app.call('POST', '/contacts/search', { rules: norway, sort: 'email' })).body;
    const unknown = '00000000-0000-7000-8000-0000000000ff';
    const old = { type: 'remove_tags', tags: ['OLD'] };
    expect(await done({ ids: [items[0].id, items[1].id, unknown], action: old })).toEqual({
      changed: 1,
      unknown_count: 1,
      unknown: [unknown],
    });
    expect((await tagsOf())[0]).toEqual(['New', 'lead']);
    const list = (await app.call('POST', '/smart-lists', { name: 'Norway', kind: 'static' })).body;
    const put = { type: 'add_to_list', smart_list_id: list.id };
    expect(await done({ rules: norway, action: put })).toMatchObject({ changed: 3 });
    expect(await done({ ids: [items[0].id], action: { ...put, type: 'remove_from_list' } })).toMatchObject({
      changed: 1,
    });
    expect((await app.call('GET', `/smart-lists/${list.id}`)).body.user_count).toBe(2);

    const rules = (await app.call('POST', '/smart-lists', { name: 'Follows', rules: norway })).body;
    for (const wrong of [
      { rules: norway },
      { action: tag },
      { rules: norway, ids: [unknown], action: tag },
      { rules: norway, action: { type: 'add_tags', tags: [] } },
      { rules: norway, action: { type: 'add_to_list', smart_list_id: rules.id } },
    ]) {
      expect((await app.call('POST', '/contacts/bulk', wrong)).status).toBe(400);
    }
    expect(
      (await app.call('POST', '/contacts/bulk', { rules: norway, action: { ...put, smart_list_id: unknown } })).status,
    ).toBe(404);
  }, 120_000);

  it('takes 100,000 members by file in one go, reports who is unknown, and takes them out again', async () => {
    await seedLeads(
      app.database,
      Array.from({ length: PEOPLE }, (_, n) => ({ email: `m${n + 1}@file.example` })),
    );
    await until(async () => !(await app.database.row('select from cortex.list_touched limit 1')));
    const list = (await app.call('POST', '/smart-lists', { name: 'By file', kind: 'static' })).body;
    const lines = Array.from({ length: PEOPLE }, (_, n) => `Somebody,M${n + 1}@file.example`);
    const file = ['name,email', ...lines, 'Nobody,nobody@file.example'].join('\n');
    const began = Date.now();
    const job = await app.call('POST', `/smart-lists/${list.id}/members`, file, csv);
    expect(job).toMatchObject({ status: 200, body: { status: 'queued', kind: 'smart_list.members' } });
    expect(await ended(job.body.id)).toMatchObject({
      status: 'completed',
      result: { changed: PEOPLE, unknown_count: 1, unknown: ['nobody@file.example'] },
    });
    process.stdout.write(`100,000 members by file: ${Date.now() - began} ms\n`);
    expect((await app.call('GET', `/smart-lists/${list.id}`)).body.user_count).toBe(PEOPLE);
    const rest = await app.call('DELETE', `/smart-lists/${list.id}/members`, 'm1@file.example\nm2@file.example', csv);
    expect(await ended(rest.body.id)).toMatchObject({ result: { changed: 2, unknown_count: 0 } });
    const rules = { operator: 'AND', conditions: [{ field: 'smart_list', operator: 'in', value: [list.id] }] };
    expect((await app.call('POST', '/smart-lists/preview', { rules, exact: true })).body.count).toBe(PEOPLE - 2);
    const bad = await app.call('POST', `/smart-lists/${list.id}/members`, 'name,email\n', csv);
    expect(bad).toMatchObject({ status: 400, body: { detail: expect.stringContaining('nobody in this file') } });
  }, 120_000);

  it('counts again after the process that counted was killed', async () => {
    const list = (await app.call('POST', '/smart-lists', { name: 'Counted', rules: tagged })).body;
    await app.database.run('update public.crm_smart_lists set user_count = 99, counted_at = null where id = $1', [
      list.id,
    ]);
    // What a killed worker leaves behind: a job in hand, and no more signs of life.
    await app.database.run(
      `insert into pgboss.job (name, state, data, started_on, heartbeat_on, heartbeat_seconds, retry_limit, retry_delay, expire_seconds)
       values ('smart_lists.count', 'active', '{}', now() - interval '1 minute', now() - interval '1 minute', 10, 3, 1, 3600)`,
    );
    await until(async () => (await app.call('GET', `/smart-lists/${list.id}`)).body.user_count !== 99);
    expect((await app.call('GET', `/smart-lists/${list.id}`)).body).toMatchObject({ user_count: 1 });
  }, 120_000);
});
