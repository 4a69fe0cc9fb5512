import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, testApi, type CallOptions, type TestApi } from './api.fixture.js';

let api: TestApi;
const staff = new Map<string, CallOptions>();
const as = (name: string) => staff.get(name)!;

beforeAll(async () => {
  api = await testApi();
  staff.set('admin', { cookie: await api.signIn(ADMIN.email, ADMIN.password) });
  for (const name of ['marketer', 'support', 'viewer']) {
    const email = `${name}@example.com`;
    const password = 'a password for tests';
    await api.call('POST', '/staff', { email, name, role: name, password });
    staff.set(name, { cookie: await api.signIn(email, password) });
  }
}, 120_000);
afterAll(() => api?.close());

async function person(email: string): Promise<string> {
  await api.call('POST', '/purchase-leads', { email });
  return (await api.call('GET', `/contacts?q=${email}`)).body.items[0].id;
}

describe('notes about a person', () => {
  it('say who wrote them and when, newest first and by pages; their author or an administrator changes them', async () => {
    const ann = await person('ann@example.com');
    const add = (text: string, who: string) => api.call('POST', `/contacts/${ann}/notes`, { text }, as(who));
    const first = (await add('  Called, wants an invoice. ', 'support')).body;
    expect(first).toMatchObject({
      text: 'Called, wants an invoice.',
      author: 'support@example.com',
      edited_at: null,
      may_change: true,
    });
    await api.db.clock.advance({ minutes: 1 });
    const second = (await add('Sent it.', 'marketer')).body;
    const page = async (who: string, cursor = '') =>
      (await api.call('GET', `/contacts/${ann}/notes?limit=1&cursor=${cursor}`, undefined, as(who))).body;
    const newest = await page('support');
    expect(newest.items).toMatchObject([{ id: second.id, may_change: false }]);
    const older = await page('support', newest.next_cursor);
    expect(older).toMatchObject({ items: [{ id: first.id, may_change: true }], next_cursor: null });

    expect(await api.call('PUT', `/notes/${first.id}`, { text: 'x' }, as('marketer'))).toMatchObject({ status: 403 });
    expect(await api.call('DELETE', `/notes/${first.id}`, undefined, as('marketer'))).toMatchObject({ status: 403 });
    const changed = await api.call('PUT', `/notes/${first.id}`, { text: 'Called twice.' }, as('support'));
    expect(changed.body).toMatchObject({ text: 'Called twice.', edited_at: expect.any(String) });
    expect((await page('admin', newest.next_cursor)).items).toMatchObject([{ may_change: true }]);
    expect((await api.call('DELETE', `/notes/${first.id}`, undefined, as('admin'))).status).toBe(200);
    expect((await api.call('DELETE', `/notes/${first.id}`, undefined, as('admin'))).status).toBe(404);
    expect((await add('x'.repeat(5001), 'support')).status).toBe(400);
    expect((await add('x', 'viewer')).status).toBe(403);

    const audit = (await api.call('GET', '/audit?limit=20')).body;
    // What was refused is written down too, a moment later.
    const noted = audit.items.filter(({ action }: { action: string }) => action.startsWith('note.'));
    expect(noted).toMatchObject([
      { action: 'note.deleted', target_id: ann, actor: ADMIN.email, before: { note_id: first.id } },
      { action: 'note.changed', target_id: ann, actor: 'support@example.com' },
      { action: 'note.added', actor: 'marketer@example.com' },
      { action: 'note.added', actor: 'support@example.com' },
    ]);
    expect(JSON.stringify(audit.items)).not.toMatch(/invoice|Called|Sent it/);
  });

  it('stand with a linked person too, and go along when two people become one', async () => {
    const ids = { old: await person('bea.old@example.com'), now: await person('bea@example.com') };
    await api.call('POST', `/contacts/${ids.old}/notes`, { text: 'From the old address' }, as('support'));
    const notes = async () => (await api.call('GET', `/contacts/${ids.now}/notes`)).body.items;
    const one = async (id: string) =>
      (await api.db.database.row<{ person_id: string }>('select person_id from cortex.people where id = $1', [id]))!
        .person_id;
    const [gone, stays] = [await one(ids.old), await one(ids.now)];
    await api.db.database.run('insert into cortex.person_links (person_id, into_person_id) values ($1, $2)', [
      gone,
      stays,
    ]);
    expect(await notes()).toMatchObject([{ text: 'From the old address' }]);
    await api.db.database.run('delete from cortex.person_links');
    expect(await notes()).toEqual([]);
    await api.db.database.run('select cortex.hand_over($1, $2)', [gone, stays]);
    expect(await notes()).toMatchObject([{ text: 'From the old address' }]);
  });
});

describe('views of the directory', () => {
  const rules = { operator: 'AND', conditions: [{ field: 'country', operator: 'eq', value: 'DE' }] };

  it('belong to their owner, are seen by others when they are shared, and changed by administrators then', async () => {
    const names = async (who: string) =>
      (await api.call('GET', '/views', undefined, as(who))).body.items.map(({ name }: { name: string }) => name);
    const fields = { name: 'Germany', rules, sort: 'name', columns: ['country', 'tags'] };
    const made = (await api.call('POST', '/views', fields, as('support'))).body;
    expect(made).toMatchObject({
      ...fields,
      q: '',
      type: null,
      shared: false,
      mine: true,
      owner: 'support@example.com',
    });
    expect(await names('marketer')).toEqual([]);
    for (const method of ['PUT', 'DELETE'])
      expect(
        (await api.call(method, `/views/${made.id}`, method === 'PUT' ? fields : undefined, as('admin'))).status,
      ).toBe(404);

    const shared = (await api.call('PUT', `/views/${made.id}`, { ...fields, shared: true }, as('support'))).body;
    expect(shared.shared).toBe(true);
    expect(await names('marketer')).toEqual(['Germany']);
    expect((await api.call('GET', '/views', undefined, as('viewer'))).body.items).toMatchObject([
      { mine: false, may_change: false },
    ]);
    expect((await api.call('PUT', `/views/${made.id}`, fields, as('marketer'))).status).toBe(403);
    const renamed = await api.call('PUT', `/views/${made.id}`, { ...fields, name: 'DE', shared: true }, as('admin'));
    expect(renamed.body).toMatchObject({ name: 'DE', owner: 'support@example.com', mine: false, may_change: true });

    await api.call('POST', '/views', { name: 'Own' }, as('support'));
    const { id } = (await api.call('GET', '/staff')).body.items.find(
      ({ email }: { email: string }) => email === 'support@example.com',
    );
    expect((await api.call('DELETE', `/staff/${id}`)).status).toBeLessThan(300);
    expect(await names('admin')).toEqual(['DE']);
    expect((await api.call('DELETE', `/views/${made.id}`, undefined, as('admin'))).status).toBe(200);
    expect(await names('admin')).toEqual([]);
  });

  it('are not for keys, and not without end', async () => {
    expect((await api.call('GET', '/views')).status).toBe(403);
    await api.db.database.run(
      `insert into cortex.directory_views (owner_id, owner, name, shared, q, sort, columns)
       select id, email, 'V' || n, false, '', 'name', '{}' from cortex_staff."user", generate_series(1, 100) n
       where email = 'viewer@example.com'`,
    );
    const refused = await api.call('POST', '/views', { name: 'One more' }, as('viewer'));
    expect([refused.status, (refused.body as { code?: string }).code]).toEqual([422, 'limit_reached']);
  });
});
