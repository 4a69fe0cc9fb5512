import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { productBrand, readyDesigns } from '#designs';
import { ADMIN, testApi, type CallOptions, type TestApi } from './api.fixture.js';

let api: TestApi;
let marketer: CallOptions;
beforeAll(async () => {
  api = await testApi();
  await api.call('POST', '/staff', {
    email: 'mara@example.com',
    name: 'Mara',
    role: 'marketer',
    password: 'a password for tests',
  });
  marketer = { cookie: await api.signIn('mara@example.com', 'a password for tests') };
}, 120_000);
afterAll(() => api?.close());

const design = (words: string) => ({
  v: 1,
  body: {},
  rows: [
    { tagName: 'cx-header', attributes: {} },
    {
      tagName: 'mj-section',
      attributes: {},
      children: [
        {
          tagName: 'mj-column',
          attributes: {},
          children: [{ tagName: 'mj-text', attributes: {}, content: words }],
        },
      ],
    },
    { tagName: 'cx-footer', attributes: {} },
  ],
});
const greeting = '<p>Hello {{ contact.first_name | default: "there" }}</p>';

describe('a topic of a template', () => {
  it('is kept by saves that do not name it, comes back with a version, and is refused for system mail', async () => {
    const topic = async (name: string) => (await api.call('POST', '/email/topics', { name })).body.id as string;
    const [news, offers] = [await topic('News'), await topic('Offers')];
    const fields = { name: 'Topical', subject: 'One', html: '<p>One</p>' };
    const made = await api.call('POST', '/email/templates', { ...fields, topic_id: news });
    expect(made.body).toMatchObject({ topic_id: news, version: 1 });
    const path = `/email/templates/${made.body.id}`;
    // A program’s saves are a version each.
    const put = (more: object) => api.call('PUT', path, { ...fields, ...more });
    expect((await put({ subject: 'Two' })).body.topic_id).toBe(news);
    expect((await api.call('DELETE', `/email/topics/${news}`)).body.code).toBe('still_used');
    expect((await put({ topic_id: offers })).body.topic_id).toBe(offers);
    expect((await api.call('GET', `${path}/versions/1`)).body.topic_id).toBe(news);
    expect((await api.call('POST', `${path}/restore`, { number: 1 })).body.topic_id).toBe(news);
    // A topic that is gone does not come back with an old version.
    await put({ topic_id: null });
    expect((await api.call('DELETE', `/email/topics/${news}`)).status).toBe(200);
    expect((await api.call('POST', `${path}/restore`, { number: 1 })).body.topic_id).toBeNull();
    const system = await put({ stream: 'transactional', topic_id: offers });
    expect(system).toMatchObject({
      status: 422,
      body: { code: 'invalid_template', errors: [{ pointer: '/topic_id' }] },
    });
    await put({ topic_id: offers });
    expect((await put({ stream: 'transactional' })).body.topic_id).toBeNull();
    const unknown = await put({ topic_id: randomUUID() });
    expect([unknown.status, unknown.body.code]).toEqual([422, 'unknown_topic']);
  });
});

describe('templates that are designed', () => {
  it('are rendered when they are saved, with a text, and cleaned', async () => {
    const made = await api.call('POST', '/email/templates', {
      name: 'Designed',
      subject: 'Hi',
      editor: 'mjml',
      design: design(`${greeting}<script>alert(1)</script>`),
    });
    expect(made.status).toBe(201);
    expect(made.body.html).toContain('{{ contact.first_name | default: "there" }}');
    expect(made.body.html).toContain('[if mso');
    expect(made.body.html).not.toContain('alert(1)');
    expect(JSON.stringify(made.body.design)).not.toContain('alert(1)');
    expect(made.body).toMatchObject({ text: null, version: 1, approved_at: null });
    expect(made.body.generated_text).toContain('Hello {{ contact.first_name | default: "there" }}');
    const preview = await api.call('POST', '/email/designs/render', {
      editor: 'mjml',
      design: made.body.design,
      subject: 'Hi',
      sample: true,
    });
    expect(preview.body.html).toContain('Hello Ada');
    expect(preview.body.text).toContain('Hello Ada');
    expect(preview.body.problems).toEqual([]);
  });

  it('are refused with the place where a design is none', async () => {
    const wrong = await api.call('POST', '/email/templates', {
      name: 'Wrong',
      editor: 'mjml',
      design: { ...design('x'), rows: [{ tagName: 'mj-raw', attributes: {} }] },
    });
    expect([wrong.status, wrong.body.code]).toEqual([422, 'unreadable_design']);
    expect(wrong.body.errors[0].pointer).toMatch(/^\/design\/rows\/0/);
    const unlayer = await api.call('POST', '/email/templates', {
      name: 'Wrong',
      editor: 'unlayer',
      design: { rows: 1 },
    });
    expect([unlayer.status, unlayer.body.code]).toEqual([422, 'unreadable_design']);
  });

  it('show a person what that person would get, and say what is wrong at the element', async () => {
    await api.call('POST', '/purchase-leads', { email: 'bo@example.com', first_name: 'Bo & Co' });
    const body = { editor: 'mjml', design: design(greeting), subject: 'Dear {{ contact.first_name }}' };
    const shown = await api.call('POST', '/email/designs/render', { ...body, contact_email: 'bo@example.com' });
    expect(shown.body.html).toContain('Hello Bo &amp; Co');
    expect(shown.body.subject).toBe('Dear Bo & Co');
    const wrong = await api.call('POST', '/email/designs/render', {
      ...body,
      design: design('{{ contact.frist_name }}'),
    });
    expect(wrong.body.problems).toMatchObject([
      { code: 'unknown_name', pointer: '/rows/1/children/0/children/0', severity: 'look' },
    ]);
    const broken = await api.call('POST', '/email/designs/render', {
      ...body,
      sample: true,
      design: design('{% if %}'),
    });
    expect(broken.status).toBe(200);
    expect(broken.body.problems).toMatchObject([{ code: 'liquid', severity: 'blocks' }]);
  });

  it('keep every version, who saved it, and come back', async () => {
    const fields = { name: 'Versions', subject: 'One', editor: 'mjml', design: design('<p>One</p>') };
    const { id } = (await api.call('POST', '/email/templates', fields, marketer)).body;
    await api.call('PUT', `/email/templates/${id}`, { ...fields, subject: 'Two', design: design('<p>Two</p>') });
    const { items } = (await api.call('GET', `/email/templates/${id}/versions`)).body;
    expect(items).toMatchObject([
      { number: 2, subject: 'Two' },
      { number: 1, subject: 'One', saved_by: 'mara@example.com' },
    ]);
    const first = (await api.call('GET', `/email/templates/${id}/versions/1`)).body;
    expect(first.html).toContain('One');
    const late = await api.call('POST', `/email/templates/${id}/restore`, { number: 1, version: 1 });
    expect([late.status, late.body.code]).toEqual([409, 'template_changed']);
    const back = await api.call('POST', `/email/templates/${id}/restore`, { number: 1, version: 2 });
    expect(back.body).toMatchObject({ version: 3, subject: 'One', design: first.design });
    expect((await api.call('GET', `/email/templates/${id}/versions/9`)).status).toBe(404);
    const page = (await api.call('GET', `/email/templates/${id}/versions?limit=1`)).body;
    expect(page.items).toHaveLength(1);
    const next = (await api.call('GET', `/email/templates/${id}/versions?limit=1&cursor=${page.next_cursor}`)).body;
    expect(next.items[0].number).toBe(2);
    expect((await api.call('GET', '/audit')).body.items[0]).toMatchObject({
      action: 'template.restored',
      target_id: id,
    });
  });

  it('go out as system mail once an administrator has approved this very version', async () => {
    const fields = {
      name: 'Receipt',
      subject: 'Receipt',
      editor: 'mjml',
      stream: 'transactional',
      design: design('<p>Paid</p>'),
    };
    const { id } = (await api.call('POST', '/email/templates', fields, marketer)).body;
    const automation = (await api.call('POST', '/automations', { name: 'Receipts', graph: drawing(id) })).body.id;
    const blocking = async () =>
      (await api.call('POST', `/automations/${automation}/validate`)).body.problems
        .filter(({ severity }: { severity: string }) => severity === 'blocks')
        .map(({ code }: { code: string }) => code);
    expect(await blocking()).toEqual(['template_not_approved']);
    expect((await api.call('POST', `/email/templates/${id}/approve`, { version: 1 }, marketer)).status).toBe(403);
    expect((await api.call('POST', `/email/templates/${id}/approve`, { version: 7 })).body.code).toBe(
      'template_changed',
    );
    const approved = await api.call('POST', `/email/templates/${id}/approve`, { version: 1 });
    expect(approved.body.approved_at).not.toBeNull();
    expect(await blocking()).toEqual([]);
    expect((await api.call('GET', `/email/templates/${id}/uses`)).body.items).toMatchObject([
      { kind: 'automation', id: automation, name: 'Receipts' },
    ]);
    // A change has to be approved again.
    await api.call('PUT', `/email/templates/${id}`, { ...fields, subject: 'Buy more' }, marketer);
    expect(await blocking()).toEqual(['template_not_approved']);
    const marketing = (await api.call('POST', '/email/templates', { ...fields, stream: 'broadcast' })).body;
    expect((await api.call('POST', `/email/templates/${marketing.id}/approve`, { version: 1 })).body.code).toBe(
      'not_transactional',
    );
    expect(marketing.html).toContain('links.unsubscribe');
  });

  it.each(readyDesigns.map((ready) => [ready.id, ready] as const))('takes the ready design %s', async (_id, ready) => {
    const { name, subject, preheader, stream } = ready;
    const made = await api.call('POST', '/email/templates', {
      ...{ name, subject, preheader, stream },
      editor: 'mjml',
      design: ready.make(productBrand),
    });
    expect([made.status, made.body.detail]).toEqual([201, undefined]);
    const shown = await api.call('POST', `/email/templates/${made.body.id}/preview`, {
      contact_email: 'bo@example.com',
    });
    expect(shown.status).toBe(200);
    expect(shown.body.html).not.toContain('{{');
    expect(shown.body.text).not.toContain('{{');
  });
});

const drawing = (template_id: string) => ({
  schema: 1,
  nodes: [
    { id: 'start', type: 'activity_received', config: { activity_type: 'order.paid' } },
    { id: 'mail', type: 'send_email', config: { template_id, stream: 'transactional' } },
  ],
  edges: [{ source: 'start', port: 'next', target: 'mail' }],
});

describe('imports, links and saved rows', () => {
  it('clean what comes in, and say what was removed', async () => {
    const html = await api.call('POST', '/email/designs/import', {
      format: 'html',
      source: '<html><body><p onclick="x()">Hi {{ contact.first_name }}</p><script>alert(1)</script></body></html>',
    });
    expect(html.body.html).toContain('Hi {{ contact.first_name }}');
    expect(html.body.html).not.toMatch(/onclick|alert/);
    expect(html.body.removed).toEqual(
      expect.arrayContaining([
        { what: '<script>', count: 1 },
        { what: 'a script in an attribute', count: 1 },
      ]),
    );
    const mjml = await api.call('POST', '/email/designs/import', {
      format: 'mjml',
      source:
        '<mjml><mj-body><mj-section><mj-column><mj-text color="red">Hi</mj-text></mj-column></mj-section></mj-body></mjml>',
    });
    expect(mjml.body.design.rows[0].children[0].children[0]).toEqual({
      tagName: 'mj-text',
      attributes: { color: '#ff0000' },
      content: 'Hi',
    });
    const none = await api.call('POST', '/email/designs/import', { format: 'unlayer', source: '{' });
    expect([none.status, none.body.code]).toEqual([422, 'unreadable_design']);
  });

  it('try links of the internet only', async () => {
    const { links } = (
      await api.call('POST', '/email/designs/check-links', {
        urls: [
          'http://127.0.0.1:1/',
          'http://[::1]/',
          'https://example.com/{{ contact.email }}',
          'mailto:a@example.com',
          'file:///etc/passwd',
        ],
      })
    ).body;
    expect(links.map(({ state }: { state: string }) => state)).toEqual([
      'refused',
      'refused',
      'personal',
      'answers',
      'refused',
    ]);
  });

  it('keep rows for other mails, clean', async () => {
    const row = { tagName: 'cx-footer', attributes: {}, content: '<p>Bye<script>1</script></p>' };
    const made = await api.call('POST', '/email/blocks', { name: 'Bye', row });
    expect([made.status, made.body.row.content]).toEqual([201, '<p>Bye</p>']);
    const changed = await api.call('PUT', `/email/blocks/${made.body.id}`, { name: 'Adieu', row });
    expect(changed.body.name).toBe('Adieu');
    expect((await api.call('GET', '/email/blocks')).body.items.map(({ name }: { name: string }) => name)).toEqual([
      'Adieu',
    ]);
    expect((await api.call('DELETE', `/email/blocks/${made.body.id}`)).status).toBe(200);
    expect((await api.call('DELETE', `/email/blocks/${made.body.id}`)).status).toBe(404);
    expect((await api.call('PUT', `/email/blocks/${randomUUID()}`, { name: 'x', row })).status).toBe(404);
  });

  it('draw in the colours of the brand, which is replaced as a whole', async () => {
    const { brand } = (await api.call('GET', '/settings')).body;
    expect(brand).toEqual(productBrand);
    const changed = await api.call('PATCH', '/settings', { brand: { accent: '#aa0011' } });
    expect(changed.body.brand).toEqual({ ...productBrand, accent: '#aa0011' });
    const shown = await api.call('POST', '/email/designs/render', {
      editor: 'mjml',
      design: {
        v: 1,
        body: {},
        rows: [
          {
            tagName: 'mj-section',
            attributes: {},
            children: [
              {
                tagName: 'mj-column',
                attributes: {},
                children: [{ tagName: 'mj-button', attributes: { href: 'https://example.com' }, content: 'Go' }],
              },
            ],
          },
        ],
      },
    });
    expect(shown.body.html).toContain('#aa0011');
    expect((await api.call('PATCH', '/settings', { brand: { accent: 'red' } })).status).toBe(400);
    await api.call('PATCH', '/settings', { brand: {} });
  });
});

it('lets only an administrator change the brand', async () => {
  expect((await api.call('PATCH', '/settings', { brand: {} }, marketer)).status).toBe(403);
  expect(
    (await api.call('PATCH', '/settings', { brand: {} }, { cookie: await api.signIn(ADMIN.email, ADMIN.password) }))
      .status,
  ).toBe(200);
});
