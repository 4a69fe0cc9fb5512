import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seedLeads, testApp, until, type TestApp } from '#testing';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
}, 120_000);
afterAll(() => app.close());

const ended = async (id: string): Promise<any> => {
  let job: any;
  await until(async () => {
    job = (await app.call('GET', `/jobs/${id}`)).body;
    return job.status !== 'queued' && job.status !== 'running';
  });
  return job;
};
const fileOf = async (id: string): Promise<string> => String((await app.call('GET', `/jobs/${id}/file`)).body);
const emailIs = (operator: string, value: string) => ({
  operator: 'AND',
  conditions: [{ field: 'email', operator, value }],
});

describe('people out by file', () => {
  it('writes everybody whom rules find, page by page, each once', async () => {
    await seedLeads(
      app.database,
      Array.from({ length: 2_500 }, (_, n) => ({ email: `one${n}@many.example` })),
    );
    const started = await app.call('POST', '/contacts/export', {
      rules: { operator: 'AND', conditions: [{ field: 'type', operator: 'eq', value: 'lead' }] },
      columns: ['email', 'type'],
    });
    expect(started).toMatchObject({ status: 202, body: { status: 'running', can_undo: false, file: null } });
    const job = await ended(started.body.id);
    expect(job).toMatchObject({ status: 'completed', progress: { done: 2_500 }, file: { name: 'People' } });
    const [heading, ...lines] = (await fileOf(job.id)).trimEnd().split('\r\n');
    expect(heading).toBe('"email","type"');
    expect(new Set(lines).size).toBe(2_500);
  }, 120_000);

  it('makes formulas text, and gives an attribute a column of its own', async () => {
    await app.call('POST', '/profiles', [
      { email: 'sum@out.example', first_name: '=1+1', attributes: { size: 7 }, tags: ['a', 'b'] },
    ]);
    const { body } = await app.call('POST', '/contacts/export', {
      rules: emailIs('ends_with', '@out.example'),
      columns: ['email', 'first_name', 'attributes.size', 'tags', 'consent'],
    });
    await ended(body.id);
    const file = await fetch(`${app.url}/jobs/${body.id}/file`, {
      headers: { authorization: `Bearer ${app.adminKey}` },
    });
    // What reads a text skips the mark by which spreadsheets know UTF-8.
    expect(Buffer.from(await file.arrayBuffer()).toString('latin1', 0, 4)).toBe('\xef\xbb\xbf"');
    expect((await fileOf(body.id)).split('\r\n')[1]).toBe(`"sum@out.example","'=1+1","7","a, b","unknown"`);
    const audit = (await app.call('GET', '/audit?action=contacts.exported')).body.items;
    expect(audit[0].after.columns).toContain('attributes.size');
  });
});

describe('people in by file', () => {
  it('are looked at, imported, and taken out again', async () => {
    const csv = 'email,first name,plan\nin@in.example,Ina,gold\nwrong,Bob,\n';
    const file = await app.call('POST', '/contacts/import/files', csv, { headers: { 'content-type': 'text/csv' } });
    expect(file).toMatchObject({
      status: 201,
      body: { rows: 2, mapping: { email: 'email', 'first name': 'first_name', plan: null } },
    });
    const order = { media_id: file.body.media_id, mapping: { ...file.body.mapping, plan: 'attributes.plan' } };
    const dry = await ended((await app.call('POST', '/contacts/import', { ...order, dry_run: true })).body.id);
    expect(dry.progress).toMatchObject({ counts: { created: 1, refused: 1 }, problems: [{ row: 3, column: 'email' }] });
    const job = await ended((await app.call('POST', '/contacts/import', order)).body.id);
    expect(job).toMatchObject({ status: 'completed', can_undo: true, progress: { done: 2, total: 2 } });
    expect((await fileOf(job.id)).split('\r\n').slice(1, 3)).toEqual([
      '"2","in@in.example","created",""',
      expect.stringMatching(/^"3","wrong","refused",/),
    ]);
    const found = await app.call('GET', '/contacts?q=in@in.example');
    expect(found.body.items).toMatchObject([{ type: 'lead', first_name: 'Ina', attributes: { plan: 'gold' } }]);
    const undone = await ended((await app.call('POST', `/jobs/${job.id}/undo`)).body.id);
    expect(undone.progress.counts).toEqual({ removed: 1 });
    expect((await app.call('GET', '/contacts?q=in@in.example')).body.items).toEqual([]);
    expect((await app.call('POST', `/jobs/${job.id}/undo`)).body.code).toBe('cannot_undo');
  });

  it('start nothing, not even by a list that they come into', async () => {
    const rules = { operator: 'AND', conditions: [{ field: 'tags', operator: 'contains', value: 'fresh' }] };
    await app.call('POST', '/smart-lists', { name: 'Fresh', rules, keep_membership: true });
    await until(async () => !!(await app.database.row("select from cortex.list_keeping where state = 'kept'")));
    await ended(
      (await app.call('POST', '/contacts/import', { csv: 'email\nl@list.example\n', tags: ['fresh'] })).body.id,
    );
    const entered = () =>
      app.database.row<{ history: boolean }>(
        `select a.history from public.crm_activities a join cortex.people p on p.person_id = a.person_id
         where p.address = 'l@list.example' and a.type = 'smart_list.entered'`,
      );
    await until(async () => (await entered()) !== undefined);
    expect(await entered()).toEqual({ history: true });
  });

  it('need a column with the address, and a file that can be read', async () => {
    const wrong = await app.call('POST', '/contacts/import', { csv: 'name,age\nAnn,7\n' });
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ pointer: '/mapping' }] } });
    const unread = await app.call('POST', '/contacts/import', { csv: 'email\n"a' });
    expect(unread.body.code).toBe('unreadable_file');
    expect((await app.call('POST', '/contacts/import', { csv: 'a', media_id: crypto.randomUUID() })).status).toBe(400);
  });
});
