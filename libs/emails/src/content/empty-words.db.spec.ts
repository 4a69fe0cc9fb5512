import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#platform';
import { growth, seedLeads, testDatabase, type TestDatabase } from '#testing';
import { emptyWords, wordPlaces } from './empty-words.js';

const mail = (more: Partial<Parameters<typeof wordPlaces>[0]> = {}) => ({
  subject: '',
  preheader: '',
  html: '',
  ...more,
});

describe('places that may be empty', () => {
  it('are personal words without a fallback, outside of conditions, with line and column in code', () => {
    const found = wordPlaces(
      mail({
        subject: 'Hi {{ contact.first_name }}',
        preheader: '{{ contact.first_name | default: "you" }} {{ contact.last_name | upcase }}',
        html: '<p>\n{{contact.attributes.plan}} {{ activity.metadata.x }} {{ links.view }}</p>{% if contact.country %}{{ contact.country }}{% endif %}{{ contact.phone | default: &quot;-&quot; }}',
      }),
    );
    expect(found).toEqual([
      { pointer: '/subject', path: 'contact.first_name' },
      { pointer: '/preheader', path: 'contact.last_name' },
      { pointer: '/html', path: 'contact.attributes.plan', line: 2, column: 1 },
    ]);
  });

  it('of a design are named by their element; parts for some people only are left out', () => {
    const part = (content: string, only?: string) => ({
      tagName: 'mj-column' as const,
      attributes: {},
      children: [{ tagName: 'mj-text' as const, attributes: {}, content, ...(only ? { only } : {}) }],
    });
    const rows = [
      { tagName: 'mj-section', attributes: {}, children: [part('<p>{{ contact.first_name }}</p>')] },
      {
        tagName: 'mj-section',
        attributes: {},
        only: 'contact.type == "customer"',
        children: [part('{{ contact.last_name }}')],
      },
    ];
    const design = { v: 1, body: {}, rows } as unknown as NonNullable<Parameters<typeof wordPlaces>[0]['design']>;
    expect(wordPlaces(mail({ design, html: '{{ contact.phone }}' }))).toEqual([
      { pointer: '/rows/0/children/0/children/0', path: 'contact.first_name' },
    ]);
  });

  it('are bounded, and found in time', async () => {
    const many = (size: number) => mail({ html: '{{ contact.phone }}'.repeat(size) });
    expect(wordPlaces(many(40_000))).toHaveLength(200);
    expect(await growth(10_000, many, wordPlaces)).toBeLessThan(3);
  });
});

describe('of how many people a word is empty', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
    await seedLeads(db.database, [
      { email: 'ada@example.com', first_name: 'Ada', consent: 'subscribed' },
      { email: 'bob@example.com', first_name: '  ', consent: 'subscribed' },
      { email: 'cem@example.com', consent: 'subscribed' },
      { email: 'out@example.com', consent: 'unsubscribed' },
    ]);
    await db.database.run(`update cortex.people set attributes = '{"plan": "pro"}' where address = 'ada@example.com'`);
  });
  afterAll(() => db.drop());

  const words = mail({
    subject: '{{ contact.first_name }} {{ contact.email }}',
    html: '{{ contact.attributes.plan }} {{ contact.constructor }} {{ contact.attributes }}',
  });

  it('is counted for those whom the mail may go to, most people first', async () => {
    const found = await emptyWords(db.database, words, 'broadcast');
    expect(found.people).toBe(3);
    expect(found.words.map(({ path, pointer, empty }) => [path, pointer, empty])).toEqual([
      ['contact.first_name', '/subject', 2],
      ['contact.attributes.plan', '/html', 2],
      ['contact.attributes', '/html', 2],
    ]);
    expect((await emptyWords(db.database, words, 'transactional')).people).toBe(4);
  });

  it('or for a list, which has to exist', async () => {
    const list = newId();
    const rules = { operator: 'AND', conditions: [{ field: 'first_name', operator: 'eq', value: 'Ada' }] };
    await db.database.run(
      "insert into public.crm_smart_lists (id, name, kind, rules) values ($1, 'Adas', 'rules', $2)",
      [list, JSON.stringify(rules)],
    );
    expect(await emptyWords(db.database, words, 'broadcast', list)).toEqual({ people: 1, words: [] });
    await expect(emptyWords(db.database, words, 'broadcast', newId())).rejects.toMatchObject({ code: 'not_found' });
  });
});
