import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { productBrand } from '#designs';
import { createLog, readConfig, systemActor } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { DesignRenderer } from './design-renderer.js';
import { TemplateRedraw } from './redraw-templates.js';
import { TemplateVersions } from './template-versions.js';
import { Templates, type TemplateFields } from './templates.js';

const mara = systemActor('mara@example.com');
let db: TestDatabase;
let templates: Templates;
let versions: TemplateVersions;
let redraw: TemplateRedraw;

beforeAll(async () => {
  db = await testDatabase({ poolSize: 6 });
  const renderer = new DesignRenderer(db.database, readConfig({ DATABASE_URL: db.url }));
  versions = new TemplateVersions(db.database);
  templates = new Templates(db.database, renderer, versions);
  redraw = new TemplateRedraw(db.database, renderer, createLog('silent', 'test'));
}, 120_000);
afterAll(() => db.drop());
beforeEach(async () => {
  await db.database.run('delete from cortex.templates');
  await db.database.run("update cortex.settings set brand = '{}', drawn_brand = '{}'");
});

const design = (words: string) => ({
  v: 1,
  body: {},
  rows: [
    { tagName: 'cx-header', attributes: {} },
    {
      tagName: 'mj-section',
      attributes: {},
      children: [
        { tagName: 'mj-column', attributes: {}, children: [{ tagName: 'mj-text', attributes: {}, content: words }] },
      ],
    },
    { tagName: 'cx-footer', attributes: {} },
  ],
});
const fields = (more: Partial<TemplateFields> = {}): TemplateFields => ({
  name: 'Spring',
  subject: 'Hello',
  preheader: '',
  stream: 'broadcast',
  editor: 'mjml',
  design: design('<p>Hello {{ contact.first_name }}</p>'),
  html: '',
  ...more,
});
const paint = (paper: string) =>
  db.database.run('update cortex.settings set brand = $1::jsonb', [JSON.stringify({ ...productBrand, paper })]);
const numbers = async (id: string) => (await versions.list(id, { limit: 50 })).items.map(({ number }) => number);

describe('a changed brand', () => {
  it('makes a new version of each design, with the same design and words, and leaves what it does not change alone', async () => {
    const made = await templates.create(mara, fields());
    const html = await templates.create(mara, fields({ editor: 'html', html: '<p>Mine</p>', design: undefined }));
    await paint('#123456');
    await redraw.once();
    const now = await templates.get(made.id);
    expect(now.html).toContain('#123456');
    expect(made.html).not.toContain('#123456');
    expect(now).toMatchObject({
      version: 2,
      design: made.design,
      generated_text: made.generated_text,
      updated_at: made.updated_at,
    });
    expect((await versions.list(made.id, { limit: 1 })).items).toMatchObject([
      { number: 2, redrawn: true, saved_by: 'brand' },
    ]);
    expect(await numbers(html.id)).toEqual([1]);
    // The same brand, written in other words: every mail looks as before.
    await redraw.once();
    await db.database.run('update cortex.settings set brand = brand || \'{"website": ""}\', drawn_brand = \'{}\'');
    await redraw.once();
    expect(await numbers(made.id)).toEqual([2, 1]);
  });

  it('keeps the approval of system mail, and makes none', async () => {
    const one = await templates.create(mara, fields({ stream: 'transactional' }));
    const other = await templates.create(mara, fields({ stream: 'transactional' }));
    await templates.approve(systemActor('root@example.com'), one.id, 1);
    await paint('#223344');
    await redraw.once();
    expect(await templates.get(one.id)).toMatchObject({ version: 2, approved_by: 'root@example.com' });
    expect(await templates.get(other.id)).toMatchObject({ version: 2, approved_at: null });
  });

  it('lets whoever had a template open save on, but not over a colleague', async () => {
    const { id } = await templates.create(mara, fields());
    await paint('#334455');
    await redraw.once();
    const saved = await templates.change(mara, id, fields({ subject: 'Mine' }), 1);
    expect(saved).toMatchObject({ version: 3, subject: 'Mine' });
    expect(saved.html).toContain('#334455');
    await expect(templates.change(mara, id, fields({ subject: 'Late' }), 1)).rejects.toMatchObject({
      code: 'template_changed',
    });
    await expect(templates.change(mara, id, fields({ subject: 'Never' }), 9)).rejects.toMatchObject({
      code: 'template_changed',
    });
  });

  it('and people who save at the same time: nobody’s words are lost, and every template is in the new brand', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { id } = await templates.create(mara, fields());
      const paper = `#44556${round}`;
      const [, , fresh] = await Promise.all([
        paint(paper).then(() => redraw.once()),
        templates.change(mara, id, fields({ subject: `Mine ${round}` })),
        templates.create(mara, fields({ name: 'New' })),
        redraw.once(),
      ]);
      await redraw.once();
      expect(await templates.get(id)).toMatchObject({ subject: `Mine ${round}` });
      for (const each of [id, fresh.id]) expect((await templates.get(each)).html).toContain(paper);
    }
  }, 60_000);

  it('leaves a design that cannot be drawn as it is, and goes on to the others', async () => {
    const broken = await templates.create(mara, fields());
    await db.database.run(`update cortex.templates set design = '{"v": 1, "rows": 7}' where id = $1`, [broken.id]);
    const { id } = await templates.create(mara, fields());
    await paint('#667788');
    await redraw.once();
    expect((await templates.get(id)).html).toContain('#667788');
    expect(await templates.get(broken.id)).toMatchObject({ version: 1, html: broken.html });
    expect(await db.database.row('select brand = drawn_brand as done from cortex.settings')).toEqual({ done: true });
  });
});
