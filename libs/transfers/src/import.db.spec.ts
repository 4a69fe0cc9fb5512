import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { setConsent, addressOf, findOrCreatePeople } from '#directory';
import { upsertLead, upsertProfile } from '#enrollments';
import { createLog, systemActor } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { partsOfFile } from './files.js';
import { ImportPeople } from './import-people.js';
import { SteppedJobs } from './stepped-jobs.js';
import { UndoImport } from './undo-import.js';

const actor = systemActor('anna@shop.example');
let db: TestDatabase;
let imports: ImportPeople;
let undo: UndoImport;
let jobs: SteppedJobs;
beforeAll(async () => {
  db = await testDatabase();
  imports = new ImportPeople(db.database);
  undo = new UndoImport(db.database);
  jobs = new SteppedJobs(db.database, [imports, undo], createLog('warn', 'test'));
}, 120_000);
afterAll(() => db.drop());

const run = async (started: Promise<string>) => {
  const id = await started;
  while (await jobs.once());
  const job = await db.database.row<any>('select status, error, progress, can_undo from cortex.jobs where id = $1', [
    id,
  ]);
  return { id, ...job, ...job.progress };
};
const order = (csv: string, more: object = {}) =>
  imports.start(actor, { csv, dry_run: false, unknown: 'lead', tags: [], ...more });
/** Everybody as the directory has them, and what they said about mail. */
const everybody = (of = '%') =>
  db.database.rows(
    `select p.address, p.type, p.first_name, p.last_name, p.country, p.tags, p.attributes, p.consent_status, p.consent_at,
       p.consent_by, p.consent_text
     from cortex.people p where p.type is not null and p.address like $1 order by p.address`,
    [of],
  );
const resultOf = async (id: string) => {
  const { file_id } = (await db.database.row<{ file_id: string }>('select file_id from cortex.jobs where id = $1', [
    id,
  ]))!;
  let text = '';
  for await (const part of partsOfFile(db.database, file_id)) text += part;
  return text;
};
const made = (email: string, fields: object = {}) => db.database.tx((tx) => upsertLead(tx, { email, ...fields }));
const say = (email: string, status: 'subscribed' | 'unsubscribed') =>
  db.database.tx(async (tx) => {
    const address = addressOf(email)!;
    const people = await findOrCreatePeople(tx, [address]);
    await setConsent(tx, people.get(address)!.person_id, status, 'person');
  });

describe('an import', () => {
  it('creates, changes and leaves people, names wrong rows, and adds tags and attributes', async () => {
    await made('known@a.example', { first_name: 'Kim', tags: ['Old'] });
    await db.database.tx((tx) => upsertProfile(tx, { email: 'same@a.example', first_name: 'Sam' }));
    const csv = [
      'E-Mail;Vorname;Tags;attributes.size;Note',
      'known@a.example;;new, OLD;42;x',
      'same@a.example;Sam;;;',
      'nobody;Ann;;;',
      '"fresh@a.example";"Fr;ed";;007;',
      ';Bob;;;',
    ].join('\r\n');
    const job = await run(order(csv));
    expect(job).toMatchObject({
      status: 'completed',
      can_undo: true,
      counts: { changed: 1, unchanged: 1, created: 1, refused: 2 },
    });
    expect(job.problems).toEqual([
      { row: 4, column: 'E-Mail', message: expect.stringContaining('not an email address') },
      { row: 6, column: 'E-Mail', message: expect.stringContaining('no email address') },
    ]);
    expect(await everybody('%@a.example')).toMatchObject([
      { address: 'fresh@a.example', type: 'lead', first_name: 'Fr;ed', attributes: { size: '007' } },
      { address: 'known@a.example', first_name: 'Kim', tags: ['Old', 'new', 'lead'], attributes: { size: 42 } },
      { address: 'same@a.example', type: 'customer', first_name: 'Sam' },
    ]);
  });

  it('reads UTF-16 and Windows-1252, and says nothing of what a dry run would have written', async () => {
    const text = 'Email\tFirst Name\r\nz@b.example\tZoë\r\n';
    for (const file of [Buffer.from(`\uFEFF${text}`, 'utf16le'), Buffer.from(text, 'latin1')]) {
      const kept = await imports.keep(file);
      expect(kept).toMatchObject({
        preview: [['z@b.example', 'Zoë']],
        mapping: { Email: 'email', 'First Name': 'first_name' },
      });
    }
    for (const file of ['89504e470d0a1a0a0000000d49484452', '504b03041400060008000000'])
      await expect(imports.keep(Buffer.from(file, 'hex'))).rejects.toThrow('save the sheet as CSV');
    const dry = await run(order(text, { dry_run: true }));
    expect(dry).toMatchObject({ counts: { created: 1 }, can_undo: false });
    expect(await everybody('%@b.example')).toEqual([]);
    await run(order(text, { mapping: { Email: 'email', 'First Name': 'last_name' } }));
    expect(await imports.keep(Buffer.from(text))).toMatchObject({
      mapping: { 'First Name': 'last_name' },
      remembered: true,
    });
  });

  it('subscribes nobody who said no, and nobody without a source', async () => {
    await made('no@c.example');
    await made('open@c.example');
    await made('yes@c.example');
    await say('no@c.example', 'unsubscribed');
    await say('yes@c.example', 'subscribed');
    const csv = 'email,consent\nno@c.example,yes\nopen@c.example,yes\nyes@c.example,no\nnew@c.example,yes\n';
    const statuses = async () => (await everybody('%@c.example')).map((row: any) => row.consent_status);
    const before = await statuses();
    expect(before).toEqual(['unsubscribed', 'unknown', 'subscribed']);
    await run(order('email,consent\nopen@c.example,yes\n'));
    expect(await statuses()).toEqual(before);
    const job = await run(order(csv, { consent_source: 'Newsletter form of the old shop' }));
    expect(await everybody('%@c.example')).toMatchObject([
      { address: 'new@c.example', consent_status: 'subscribed', consent_text: 'Newsletter form of the old shop' },
      { address: 'no@c.example', consent_status: 'unsubscribed' },
      { address: 'open@c.example', consent_status: 'subscribed' },
      { address: 'yes@c.example', consent_status: 'unsubscribed' },
    ]);
    await run(undo.start(actor, job.id));
    expect(await statuses()).toEqual(before);
  });

  it('dates new people by a date in the zone of the workspace or an instant, and nobody who is known', async () => {
    await db.database.run("update cortex.settings set timezone = 'America/New_York'");
    await made('known@g.example', { created_at: '2025-05-05T05:05:05Z' });
    const rows = [
      'day@g.example,2024-03-01',
      'instant@g.example,2024-03-01 09:30:00+02:00',
      'known@g.example,2020-01-01',
      'none@g.example,',
      'later@g.example,2999-01-01',
      'wrong@g.example,03/01/2024',
      'old@g.example,0024-03-01',
    ];
    const job = await run(order(`email,Created at\n${rows.join('\n')}\n`));
    await db.database.run("update cortex.settings set timezone = 'UTC'");
    expect(job.counts).toEqual({ created: 3, unchanged: 1, refused: 3 });
    expect(job.problems.map(({ row, message }: any) => [row, message.split('.')[0]])).toEqual([
      [6, 'This date is in the future'],
      [7, expect.stringMatching(/^Write a date as 2024-03-01/)],
      [8, expect.stringMatching(/^Write a date/)],
    ]);
    const dates = await db.database.rows<any>(
      `select p.address, p.created_at, a.occurred_at from cortex.people p
       join public.crm_activities a on a.person_id = p.person_id and a.type = 'lead.created'
       where p.address like '%@g.example' order by 1`,
    );
    expect(dates.slice(0, 3).map((one) => [one.created_at.toISOString(), one.occurred_at.toISOString()])).toEqual(
      ['2024-03-01T05:00:00.000Z', '2024-03-01T07:30:00.000Z', '2025-05-05T05:05:05.000Z'].map((at) => [at, at]),
    );
    expect(await resultOf(job.id)).toContain(
      '"4","known@g.example","unchanged","They are known already, so their date stayed as it was."',
    );
  });

  it('starts nothing: what it causes is history', async () => {
    await made('old@d.example');
    await run(order('email,first_name\nold@d.example,Olga\nnew@d.example,Nora\n'));
    const told = await db.database.rows(
      `select type, history from public.crm_activities
       where contact_email like '%@d.example' and metadata ? 'import_id' order by type`,
    );
    expect(told).toEqual([
      { type: 'contact.updated', history: true },
      { type: 'lead.created', history: true },
    ]);
  });

  it('goes on where a killed step left it, with nothing twice', async () => {
    const lines = Array.from({ length: 1_200 }, (_, n) => `k${n}@e.example,T${n}`);
    const id = await order(`email,first_name\n${lines.join('\n')}\n`);
    await jobs.once();
    // A worker that dies takes its transaction with it, after all was written and before it was committed.
    const dying = new Error('killed');
    await expect(
      db.database.tx(async (tx) => {
        const job = await tx.row<any>(
          'select id, kind, input, position, progress, file_id, actor from cortex.jobs where id = $1 for update',
          [id],
        );
        await imports.step(tx, job);
        throw dying;
      }),
    ).rejects.toThrow('killed');
    const job = await run(Promise.resolve(id));
    expect(job).toMatchObject({ status: 'completed', done: 1_200, counts: { created: 1_200 } });
    const sums = await db.database.row(
      `select (select count(*)::int from public.purchase_leads where email like '%@e.example') as leads,
         (select count(*)::int from cortex.import_changes where job_id = $1) as changes`,
      [id],
    );
    expect(sums).toEqual({ leads: 1_200, changes: 1_200 });
  });

  it('leaves at undoing what somebody changed since, and who did something', async () => {
    await made('touched@f.example', { first_name: 'A', country: 'DE' });
    const { id } = await run(
      order(
        'email,first_name,country\ntouched@f.example,B,FR\nactive@f.example,C,IT\nidle@f.example,D,ES\nsaid@f.example,E,NL\n',
      ),
    );
    await db.database.run("update public.purchase_leads set country = 'PT' where email = 'touched@f.example'");
    await db.database.run(
      `insert into public.crm_activities (contact_email, type, metadata, occurred_at, source)
       values ('active@f.example', 'page_view', '{}', cortex.now(), 'shop')`,
    );
    await say('said@f.example', 'unsubscribed');
    const undone = await run(undo.start(actor, id));
    expect(undone.counts).toEqual({ kept: 3, removed: 1 });
    expect(await everybody('%@f.example')).toMatchObject([
      { address: 'active@f.example', first_name: 'C' },
      { address: 'said@f.example', consent_status: 'unsubscribed' },
      { address: 'touched@f.example', first_name: 'A', country: 'PT' },
    ]);
    await expect(undo.start(actor, id)).rejects.toMatchObject({ code: 'cannot_undo' });
  });
});

describe('any file', () => {
  const name = fc.constantFrom('', 'Ada', 'Bo', 'Żoë', '=1');
  const row = fc.record({
    who: fc.integer({ min: 0, max: 7 }),
    name,
    tags: fc.constantFrom('', 'a', 'A,b', 'lead'),
    size: fc.constantFrom('', '1', 'true', 'x'),
    consent: fc.constantFrom('', 'yes', 'no'),
  });

  it('changes nothing the second time, and undone leaves everybody as they were', async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 12 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { maxLength: 6 }),
        fc.constantFrom('lead' as const, 'customer' as const),
        async (rows, known, unknown) => {
          const host = `p${(round += 1)}.example`;
          for (const who of known) {
            if (who % 2 === 0)
              await made(`w${who}@${host}`, { first_name: 'Old', tags: ['a'], attributes: { size: 9 } });
            else await db.database.tx((tx) => upsertProfile(tx, { email: `w${who}@${host}`, first_name: 'Old' }));
            if (who % 3 === 0) await say(`w${who}@${host}`, 'unsubscribed');
          }
          const before = await everybody(`%@${host}`);
          const csv = ['email,first_name,tags,attributes.size,consent']
            .concat(rows.map((each) => `W${each.who}@${host},${each.name},"${each.tags}",${each.size},${each.consent}`))
            .join('\n');
          const first = await run(order(csv, { unknown, consent_source: 'form' }));
          const after = await everybody(`%@${host}`);
          const byAddress = new Set(rows.map((each) => each.who));
          // Where rows of one address differ, the last one counts, and the first one changes them again.
          if (byAddress.size === rows.length) {
            const second = await run(order(csv, { unknown, consent_source: 'form' }));
            expect(second.counts).toEqual({ unchanged: rows.length });
            expect(await everybody(`%@${host}`)).toEqual(after);
          }
          const undone = first.can_undo ? await run(undo.start(actor, first.id)) : { counts: {} };
          expect(undone.counts.kept).toBeUndefined();
          expect(await everybody(`%@${host}`)).toEqual(before);
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);
});
