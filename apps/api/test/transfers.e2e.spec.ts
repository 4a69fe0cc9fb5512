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
    expect((await fileOf(body.id)).split('\r\n')[1]).toBe(`"sum@out.example","'=1+1","7","a, b","unknown"`);
    const audit = (await app.call('GET', '/audit?action=contacts.exported')).body.items;
    expect(audit[0].after.columns).toContain('attributes.size');
  });
});
