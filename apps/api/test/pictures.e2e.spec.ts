import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { testApi, type TestApi } from './api.fixture.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
}, 120_000);
afterAll(() => api?.close());

describe('pictures', () => {
  let png: Buffer;
  beforeAll(async () => {
    const background = { r: 200, g: 30, b: 30, alpha: 0.5 };
    png = await sharp({ create: { width: 20, height: 20, channels: 4, background } })
      .png()
      .toBuffer();
  });
  const upload = (bytes: Buffer | string, type = 'image/png') =>
    api.call('POST', '/media?title=Dot&alt=A%20dot', bytes, { headers: { 'content-type': type } });

  it('are kept under a name that nobody guesses, and shown to whoever knows it', async () => {
    const made = await upload(png);
    expect([made.status, made.text]).toMatchObject([201, expect.anything()]);
    expect(made.body).toMatchObject({ title: 'Dot', alt: 'A dot', uses: 0, width: 20, height: 20 });
    expect(made.body.url).toMatch(/^\/media\/[\w-]{24}\.(png|jpg)$/);
    const shown = await api.call('GET', made.body.url, undefined, { anonymous: true });
    expect(shown.status).toBe(200);
    expect(shown.headers).toMatchObject({
      'content-type': made.body.content_type,
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect((await api.call('GET', '/media/aaaaaaaaaaaaaaaaaaaaaaaa.png', undefined, { anonymous: true })).status).toBe(
      404,
    );
    expect((await api.call('PATCH', `/media/${made.body.id}`, { alt: 'A red dot' })).body.alt).toBe('A red dot');
    expect((await api.call('GET', '/media?q=red')).body.items).toMatchObject([{ id: made.body.id }]);
    expect((await api.call('DELETE', `/media/${made.body.id}`)).status).toBe(200);
    expect((await api.call('GET', made.body.url, undefined, { anonymous: true })).status).toBe(404);
  });

  it('are refused with a sentence where they are none', async () => {
    const svg = await upload('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', 'image/svg+xml');
    expect([svg.status, svg.body.code]).toEqual([422, 'not_a_picture']);
    expect(svg.body.detail).toMatch(/SVG/);
    expect((await upload('hello')).body.code).toBe('not_a_picture');
    expect((await upload(png.subarray(0, 60))).body.code).toBe('not_a_picture');
    expect((await api.call('POST', '/media', { a: 1 })).status).toBe(400);
    expect((await upload(Buffer.alloc(16 * 1024 * 1024))).status).toBe(413);
  });

  it('stay while the draft of a broadcast shows them, and go with it', async () => {
    const [shown, other] = [(await upload(png)).body, (await upload(png)).body];
    const html = (one: { url: string }) => `<p><img src="http://localhost:3000${one.url}" alt="A dot"></p>`;
    const draft = (await api.call('POST', '/email/broadcasts', { name: 'Picture', html: html(shown) })).body;
    const usesOf = async ({ id }: { id: string }) =>
      ((await api.call('GET', '/media')).body.items as { id: string; uses: number }[]).find((one) => one.id === id)!
        .uses;
    expect([await usesOf(shown), await usesOf(other)]).toEqual([1, 0]);
    const refused = await api.call('DELETE', `/media/${shown.id}`);
    expect([refused.status, refused.body.code]).toEqual([409, 'still_used']);
    await api.call('PUT', `/email/broadcasts/${draft.id}`, { html: html(other) });
    expect([await usesOf(shown), await usesOf(other)]).toEqual([0, 1]);
    expect((await api.call('DELETE', `/media/${shown.id}`)).status).toBe(200);
    expect((await api.call('DELETE', `/email/broadcasts/${draft.id}`)).status).toBe(204);
    expect((await api.call('DELETE', `/media/${other.id}`)).status).toBe(200);
  });

  it('stay while a template shows them, and go 30 days after they came where nothing does', async () => {
    const used = (await upload(png)).body;
    const spare = (await upload(png)).body;
    const picture = { tagName: 'mj-image', attributes: { src: used.url, alt: 'A dot' } };
    const column = { tagName: 'mj-column', attributes: {}, children: [picture] };
    const row = { tagName: 'mj-section', attributes: {}, children: [column] };
    const shows = { v: 1, body: {}, rows: [row, { tagName: 'cx-footer', attributes: {} }] };
    const template = (await api.call('POST', '/email/templates', { name: 'Picture', editor: 'mjml', design: shows }))
      .body;
    expect(template.html).toContain(`http://localhost:3000${used.url}`);
    const items = (await api.call('GET', '/media')).body.items as { id: string; uses: number }[];
    expect(items.find(({ id }) => id === used.id)!.uses).toBe(1);
    const refused = await api.call('DELETE', `/media/${used.id}`);
    expect([refused.status, refused.body.code]).toEqual([409, 'still_used']);
    const { Media } = await import('#emails');
    const media = api.app.get(Media);
    expect(await media.removeUnused()).toBe(0);
    await api.db.database.run("update cortex.media set created_at = cortex.now() - interval '31 days'");
    expect(await media.removeUnused()).toBe(1);
    expect((await api.call('GET', spare.url, undefined, { anonymous: true })).status).toBe(404);
    expect((await api.call('GET', used.url, undefined, { anonymous: true })).status).toBe(200);
  });
});
