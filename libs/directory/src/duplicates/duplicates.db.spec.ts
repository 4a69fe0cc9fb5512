import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemActor } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { Duplicates } from './duplicates.js';

const actor = systemActor('test');

describe('possible duplicates', () => {
  let db: TestDatabase;
  let duplicates: Duplicates;
  const sql = (text: string, values: unknown[] = []) => db.database.rows<any>(text, values);
  const lead = async (email: string, first: string, last: string, phone: string | null = null) =>
    (
      await sql(
        'insert into purchase_leads (email, first_name, last_name, phone) values ($1, $2, $3, $4) returning id',
        [email, first, last, phone],
      )
    )[0].id as string;
  const of = async (id: string) =>
    (await duplicates.of(id)).items.map(({ contact, because }) => `${contact.email}: ${because}`).sort();
  const pairs = async () => {
    const all: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await duplicates.list(cursor);
      for (const { contacts } of page.items)
        all.push(
          contacts
            .map(({ email }) => email)
            .sort()
            .join(' '),
        );
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    return all.sort();
  };

  const pairsOf = async (part: string, has: boolean) => (await pairs()).filter((pair) => pair.includes(part) === has);

  beforeAll(async () => {
    db = await testDatabase();
    duplicates = new Duplicates(db.database);
  });
  afterAll(() => db.drop());

  it('are listed over several pages, and a name on two pages is not torn apart', async () => {
    await sql(
      `insert into purchase_leads (email, first_name, last_name, phone)
       select 'p' || n || '@pages.example', 'N' || lpad((n / 2)::text, 5, '0'), 'Page',
         case when n % 1000 < 2 then '555 00' || (n / 1000)::text || '0000' end
       from generate_series(0, 3499) n`,
    );
    const first = await duplicates.list(undefined);
    expect(first.next_cursor).not.toBeNull();
    expect(await pairs()).toHaveLength(4);
  });

  it('are of one name and a phone or an address that is nearly the same, until somebody tells them apart', async () => {
    const ann = await lead('ann.lee@gmail.com', 'Ann', 'Lee', '+49 171 1234567');
    const tagged = await lead('annlee+news@gmail.com', 'ANN', 'Lee');
    await lead('ann.lee@gmial.com', 'Ann', 'Lée');
    await lead('work@office.example', 'Ann', 'Lee', '0049 (171) 123 4567');
    await lead('other@office.example', 'Ann', 'Lee', '+49 171 7654321');
    await lead('ann.lee@gmail.co', 'Bob', 'Lee', '+49 171 1234567');
    await lead('x@nameless.example', '', '', '+49 171 1234567');
    expect(await of(ann)).toEqual([
      'annlee+news@gmail.com: same name, addresses that differ only by dots or a +tag',
      'work@office.example: same name, same phone',
    ]);
    expect(await of(await lead('ann.lee@gmaill.com', 'Ann', 'Lee'))).toEqual([
      'ann.lee@gmail.com: same name, addresses that differ by one letter of the domain',
      'annlee+news@gmail.com: same name, addresses that differ by one letter of the domain',
    ]);
    expect(await pairsOf('@pages', false)).toEqual([
      'ann.lee@gmail.com ann.lee@gmaill.com',
      'ann.lee@gmail.com annlee+news@gmail.com',
      'ann.lee@gmail.com work@office.example',
      'ann.lee@gmaill.com annlee+news@gmail.com',
    ]);

    await duplicates.tellApart(actor, tagged, ann);
    await duplicates.tellApart(actor, ann, tagged);
    expect(await of(ann)).toEqual([
      'ann.lee@gmaill.com: same name, addresses that differ by one letter of the domain',
      'work@office.example: same name, same phone',
    ]);
    expect(await of(tagged)).toEqual([
      'ann.lee@gmaill.com: same name, addresses that differ by one letter of the domain',
    ]);
    expect(await pairsOf('@pages', false)).toHaveLength(3);
    expect(await sql("select action from cortex.audit where action = 'contact.told_apart'")).toHaveLength(1);

    // Who moves to another's address takes along from whom they differ.
    await lead('annlee@gmail.com', 'Ann', 'Lee');
    await sql("update purchase_leads set email = 'annlee@gmail.com' where id = $1", [tagged]);
    expect((await of(ann)).filter((one) => one.startsWith('annlee'))).toEqual([]);
  });

  it('are not accounts that are linked, nor themselves', async () => {
    const one = await lead('eve@linked.example', 'Eve', 'Link', '123456789');
    const other = await lead('eva@linked.example', 'Eve', 'Link', '123456789');
    await sql(
      `insert into cortex.person_links (person_id, into_person_id, created_by)
       select (select person_id from cortex.people where id = $1), (select person_id from cortex.people where id = $2), 'test'`,
      [other, one],
    );
    expect(await of(one)).toEqual([]);
    expect(await pairsOf('linked', true)).toEqual([]);
    await expect(duplicates.tellApart(actor, one, other)).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
