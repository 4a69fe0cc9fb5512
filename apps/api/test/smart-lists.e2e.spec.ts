import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testApp, type TestApp } from '#testing';

const and = (...conditions: unknown[]) => ({ operator: 'AND', conditions });
const tagged = (value: string) => ({ field: 'tags', operator: 'contains', value });
const inList = (id: string) => ({ field: 'smart_list', operator: 'in', value: [id] });

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ worker: false });
  const people = Array.from({ length: 12 }, (_, n) => ({
    email: `p${n}@shop.example`,
    first_name: n % 2 ? 'Anna' : 'Ben',
    country: n < 4 ? 'DE' : 'AT',
    tags: n < 6 ? ['Abandoned'] : [],
  }));
  expect((await app.call('POST', '/purchase-leads', people)).status).toBeLessThan(300);
}, 120_000);
afterAll(() => app.close());

describe('smart lists over HTTP', () => {
  it('saves a question, says it in English, counts it and shows its people', async () => {
    const made = await app.call('POST', '/smart-lists', {
      name: 'Abandoned checkout',
      rules: and(
        { field: 'type', operator: 'eq', value: 'lead' },
        { field: 'created_at', operator: 'gt', value: '7 days ago' },
        tagged('abandoned'),
      ),
    });
    expect(made).toMatchObject({
      status: 201,
      body: {
        kind: 'rules',
        user_count: 6,
        used_by: [],
        sentence: 'Leads whose first day with us was within the last 7 days and who are tagged “abandoned”',
        rules: { conditions: [{}, { value: { ago: { n: 7, unit: 'days' } } }, {}] },
      },
    });
    const first = await app.call('GET', `/smart-lists/${made.body.id}/contacts?limit=4&sort=email`);
    expect(first.body.items.map((each: { email: string }) => each.email)).toEqual([
      'p0@shop.example',
      'p1@shop.example',
      'p2@shop.example',
      'p3@shop.example',
    ]);
    const second = await app.call(
      'GET',
      `/smart-lists/${made.body.id}/contacts?limit=4&sort=email&cursor=${first.body.next_cursor}`,
    );
    expect(second.body.items).toHaveLength(2);
    expect((await app.call('GET', `/contacts?smart_list_id=${made.body.id}`)).body.items).toHaveLength(6);
    const [row] = await app.database.rows<{ n: number }>('select count(*)::int as n from resolve_smart_list($1)', [
      made.body.id,
    ]);
    expect(row!.n).toBe(6);

    const changed = await app.call('PUT', `/smart-lists/${made.body.id}`, { rules: and(tagged('nobody')) });
    expect(changed.body).toMatchObject({ name: 'Abandoned checkout', user_count: 0 });
    expect((await app.call('POST', `/smart-lists/${made.body.id}/refresh`)).body.user_count).toBe(0);
    expect((await app.call('DELETE', `/smart-lists/${made.body.id}`)).status).toBe(204);
    expect((await app.call('GET', `/smart-lists/${made.body.id}`)).status).toBe(404);
  });

  it('counts rows of groups too, and says which condition leaves nobody', async () => {
    const either = { operator: 'OR', conditions: [tagged('abandoned'), tagged('nobody')] };
    const { body } = await app.call('POST', '/smart-lists/preview', {
      rules: and(tagged('abandoned'), { field: 'country', operator: 'eq', value: 'fr' }, either),
    });
    expect(body).toMatchObject({ count: 0, exact: true, of: { count: 12, exact: true }, emptied_by: '/conditions/1' });
    expect(body.per_condition.map((row: any) => [row.pointer, row.count])).toEqual([
      ['/conditions/0', 6],
      ['/conditions/1', 0],
      ['/conditions/2', 6],
      ['/conditions/2/conditions/0', 6],
      ['/conditions/2/conditions/1', 0],
    ]);
  });

  it('offers values that were seen, of people and of what came with activities', async () => {
    await app.call('POST', '/activities', [
      { contact_email: 'p0@shop.example', type: 'page_view', metadata: { page: '/pricing', items: [{ sku: 'A1' }] } },
      {
        contact_email: 'p1@shop.example',
        type: 'page_view',
        metadata: { page: '/pricing', n: 3, items: [{ sku: 'B2' }] },
      },
      { contact_email: 'p1@shop.example', type: 'page_view', metadata: { page: '/about', items: 'none' } },
    ]);
    const values = async (query: string) => (await app.call('GET', `/smart-lists/fields/values?${query}`)).body.items;
    expect(await values('field=country')).toEqual(['AT', 'DE']);
    expect(await values('field=tags&q=ABAND')).toEqual(['Abandoned']);
    expect(await values('field=metadata.page&activity_type=page_view')).toEqual(['/pricing', '/about']);
    expect(await values('field=metadata.items.sku&activity_type=page_view')).toEqual(['A1', 'B2']);
    expect(await values('field=metadata.n&activity_type=page_view')).toEqual([3]);
    expect(await values('field=metadata.page')).toEqual([]);
    expect((await app.call('GET', '/smart-lists/fields/values?field=nonsense')).status).toBe(400);
  });

  it('previews with counts for each condition, and searches by rules', async () => {
    const rules = and(tagged('abandoned'), { field: 'country', operator: 'eq', value: 'de' });
    const preview = await app.call('POST', '/smart-lists/preview', { rules });
    expect(preview).toMatchObject({
      status: 200,
      body: {
        count: 4,
        exact: true,
        sentence: 'People who are tagged “abandoned” and whose country is “de”',
        per_condition: [
          { pointer: '/conditions/0', count: 6, exact: true },
          { pointer: '/conditions/1', count: 4, exact: true },
        ],
      },
    });
    expect(preview.body.sample).toHaveLength(4);
    const found = await app.call('POST', '/contacts/search', { rules, q: 'p3', sort: 'email' });
    expect(found.body.items).toHaveLength(1);
  });

  it('shows why rules hold for a person', async () => {
    const rules = and(tagged('abandoned'), { field: 'country', operator: 'eq', value: 'AT' });
    const { body } = await app.call('POST', '/smart-lists/check', { rules, contact_email: 'P0@shop.example' });
    expect(body).toEqual({
      operator: 'AND',
      result: false,
      children: [
        { operator: 'contains', field: 'tags', result: true, value_seen: ['abandoned', 'lead'], wanted: 'abandoned' },
        { operator: 'eq', field: 'country', result: false, value_seen: 'de', wanted: 'at' },
      ],
    });
    const nobody = await app.call('POST', '/smart-lists/check', { rules, contact_email: 'nobody@shop.example' });
    expect(nobody.status).toBe(404);
  });

  it('refuses bad rules with a pointer, circles by name, and deleting what is used', async () => {
    const bad = await app.call('POST', '/smart-lists', {
      name: 'x',
      rules: and({ field: 'country', operator: 'eq', value: 5 }),
    });
    expect(bad).toMatchObject({ status: 400, body: { errors: [{ pointer: '/rules/conditions/0/value' }] } });
    const a = (await app.call('POST', '/smart-lists', { name: 'A', rules: and(tagged('abandoned')) })).body;
    const b = (await app.call('POST', '/smart-lists', { name: 'B', rules: and(inList(a.id)) })).body;
    expect(b.sentence).toBe('People who are in the smart list “A”');
    expect(b.user_count).toBe(6);
    const circle = await app.call('PUT', `/smart-lists/${a.id}`, { rules: and(inList(b.id)) });
    expect(circle).toMatchObject({ status: 400, body: { detail: expect.stringContaining('A → B → A') } });
    const refused = await app.call('DELETE', `/smart-lists/${a.id}`);
    expect(refused).toMatchObject({ status: 409, body: { used_by: [{ kind: 'smart_list', id: b.id, name: 'B' }] } });
    const nowhere = '00000000-0000-7000-8000-000000000000';
    expect((await app.call('POST', '/smart-lists', { name: 'C', rules: and(inList(nowhere)) })).status).toBe(400);
    expect((await app.call('POST', '/smart-lists/preview', { rules: and(inList(nowhere)) })).status).toBe(400);
    const names = (await app.call('GET', '/smart-lists?limit=1')).body;
    expect(names.items[0].name).toBe('A');
    expect((await app.call('GET', `/smart-lists?limit=5&cursor=${names.next_cursor}`)).body.items[0].name).toBe('B');
  });

  it('keeps static lists by hand', async () => {
    const { body: list } = await app.call('POST', '/smart-lists', { name: 'By hand', kind: 'static' });
    const [someone] = (await app.call('GET', '/contacts?q=p7@')).body.items;
    const added = await app.call('POST', `/smart-lists/${list.id}/members`, {
      emails: ['P8@shop.example', 'nobody@shop.example'],
    });
    expect(added).toMatchObject({ status: 200, body: { changed: 1, unknown: ['nobody@shop.example'] } });
    expect(
      (await app.call('POST', `/smart-lists/${list.id}/members`, { contact_ids: [someone.id] })).body.changed,
    ).toBe(1);
    expect((await app.call('GET', `/smart-lists/${list.id}`)).body.user_count).toBe(2);
    const preview = await app.call('POST', '/smart-lists/preview', { rules: and(inList(list.id)) });
    expect(preview.body.count).toBe(2);
    const removed = await app.call('DELETE', `/smart-lists/${list.id}/members`, { contact_ids: [someone.id] });
    expect(removed.body).toEqual({ changed: 1, unknown: [] });
  });

  it('notes in the audit who changed lists and people', async () => {
    const done = async (target: string) =>
      (await app.call('GET', `/audit?target_id=${target}`)).body.items.map(
        ({ action, target_kind, before, after }: Record<string, unknown>) => ({ action, target_kind, before, after }),
      );
    const { body: list } = await app.call('POST', '/smart-lists', { name: 'Told', kind: 'static' });
    const path = `/smart-lists/${list.id}`;
    const members = { emails: ['p8@shop.example', 'p9@shop.example'] };
    await app.call('POST', `${path}/members`, members);
    await app.call('POST', `${path}/members`, members);
    await app.call('DELETE', `${path}/members`, { emails: ['p9@shop.example'] });
    await app.call('PUT', path, { name: 'Told again' });
    await app.call('DELETE', path);
    const target_kind = 'smart_list';
    expect(await done(list.id)).toEqual([
      {
        action: 'smart_list.deleted',
        target_kind,
        before: { name: 'Told again', kind: 'static', rules: null, folder: null },
        after: null,
      },
      { action: 'smart_list.changed', target_kind, before: { name: 'Told' }, after: { name: 'Told again' } },
      { action: 'smart_list.members_removed', target_kind, before: null, after: { name: 'Told', people: 1 } },
      { action: 'smart_list.members_added', target_kind, before: null, after: { name: 'Told', people: 2 } },
      { action: 'smart_list.created', target_kind, before: null, after: { name: 'Told', kind: 'static' } },
    ]);
    const [someone] = (await app.call('GET', '/contacts?q=p7@')).body.items;
    await app.call('PATCH', `/contacts/${someone.id}`, { country: 'DE', attributes: { plan: 'pro' } });
    expect(await done(someone.id)).toEqual([
      {
        action: 'contact.changed',
        target_kind: 'contact',
        before: { country: 'AT', attributes: {} },
        after: { country: 'DE', attributes: { plan: 'pro' } },
      },
    ]);
    expect(Object.keys((await app.call('GET', '/smart-lists?limit=1')).body.items[0])).not.toContain('sort_key');
  });

  it('refuses rules however deep, and takes the last of a key that comes twice', async () => {
    const preview = (rules: string) => app.call('POST', '/smart-lists/preview', `{"rules":${rules}}`);
    const group = '{"operator":"AND","conditions":[';
    const mine = '{"field":"email","operator":"neq","operator":"eq","value":"x","value":"p7@shop.example"}';
    const deep = await preview(`${group.repeat(20_000)}${mine}${']}'.repeat(20_000)}`);
    expect(deep).toMatchObject({ status: 400, body: { detail: expect.any(String) } });
    const twice = await preview(`{"operator":"OR",${group.slice(1)}${mine}]}`);
    expect(twice).toMatchObject({ status: 200, body: { count: 1 } });
    const polluted = await preview(`{"__proto__":{"admin":true},${group.slice(1)}${mine}]}`);
    expect(polluted.status).toBe(400);
  });

  it('tells the builder what it can ask about', async () => {
    const { body } = await app.call('GET', '/smart-lists/fields');
    expect(body.tags).toContain('Abandoned');
    expect(body.countries).toEqual(['AT', 'DE']);
    expect(
      body.fields
        .find((field: { id: string }) => field.id === 'tags')
        .operators.map((each: { name: string }) => each.name),
    ).toEqual(['contains', 'not_contains', 'has_any', 'has_all', 'has_none', 'is_set', 'is_empty']);
  });
});
