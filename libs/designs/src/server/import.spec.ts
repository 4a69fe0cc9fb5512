import { describe, expect, it } from '@jest/globals';
import { productBrand } from '../brand.js';
import type { Design } from '../design.js';
import { readyDesigns } from '../ready/index.js';
import { mjmlText, toMjml } from '../to-mjml.js';
import { cleanHtml } from './clean-html.js';
import { importMail } from './import.js';
import { RemovedCount } from './removed.js';
import { renderDesign } from './render.js';
import { renderUnlayer } from './unlayer.js';
import { customTool, hostileText, unlayerDesign } from './unlayer.fixture.js';

const conditions = (html: string) => [html.split('<!--[if').length - 1, html.split('<![endif]').length - 1];

describe('HTML from elsewhere', () => {
  it('keeps its tables, Liquid and Outlook’s conditions, and loses what runs', () => {
    const source = `<!DOCTYPE html><html lang="en"><head><style>.a{color:red}@import url(https://evil.example/a.css);</style><meta http-equiv="refresh" content="0;url=https://evil.example"></head>
      <body><!-- a note --><!--[if mso]><table><tr><td width="300"><![endif]--><div class="a" style="color:red">Hi {{ contact.first_name | default: "you" }}</div><!--[if mso]></td></tr></table><![endif]-->
      <!--[if !mso]><!--><p>Others</p><!--<![endif]--><a href="https://example.com/?a={{ contact.id }}&amp;b=1">x</a><img src="cid:x" onerror="x()"><script>x</script></body></html>`;
    const removed = new RemovedCount();
    const html = cleanHtml(source, removed);
    expect(html).toContain('{{ contact.first_name | default: "you" }}');
    expect(html).toContain('<!--[if mso]><table><tr><td width="300"><![endif]-->');
    expect(html).toContain('<!--[if !mso]><!--><p>Others</p><!--<![endif]-->');
    expect(html).toContain('href="https://example.com/?a={{ contact.id }}&amp;b=1"');
    expect(html).toContain('.a{color:red}');
    expect(html).not.toMatch(/a note|evil\.example|onerror|script|cid:/);
    expect(html.toLowerCase().startsWith('<!doctype html>')).toBe(true);
    expect(cleanHtml(html)).toBe(html);
  });

  it.each([
    ['one that is not closed', '<!--[if mso]><table><![endif]--><p>a</p><!--[if mso]></table>'],
    ['one that holds a script', '<!--[if mso]><script>x</script><![endif]--><p>a</p>'],
    ['one end too many', '<p>a</p><!--<![endif]-->'],
    ['one that is opened only', '<!--[if !mso]><!--><p>a</p>'],
  ])('loses all of Outlook’s conditions for %s', (_name, source) => {
    const html = cleanHtml(source);
    expect(conditions(html)).toEqual([0, 0]);
    expect(html).not.toContain('script');
  });
});

describe('MJML from elsewhere', () => {
  it.each(readyDesigns.map((ready) => [ready.id, ready] as const))(
    'says the same as before it was exported: %s',
    async (_id, ready) => {
      const options = { brand: productBrand, stream: ready.stream, base: '' };
      const made = ready.make(productBrand);
      const { design } = await importMail('mjml', mjmlText(toMjml(made, productBrand, options)));
      const words = (html: string) =>
        html
          .replace(/<style[\s\S]*?<\/style>|<!--[\s\S]*?-->/g, '')
          .replace(/<[^>]*>/g, ' ')
          .replace(/\s+/g, ' ');
      const [before, after] = await Promise.all([renderDesign(made, options), renderDesign(design as Design, options)]);
      expect(words(after.html)).toBe(words(before.html));
      expect((design as Design).body.lang).toBe(made.body.lang);
    },
  );

  it('takes settings that a kind or class gives, and says what has no place here', async () => {
    const { design, removed } = await importMail(
      'mjml',
      `<mjml><mj-head><mj-attributes><mj-all font-family="Arial" /><mj-text color="rgb(255,0,0)" /><mj-class name="big" font-size="20px" /></mj-attributes></mj-head>
       <mj-body><mj-wrapper><mj-section><mj-group><mj-column width="50%"><mj-text mj-class="big">{% if contact.first_name %}<b>Hi</b>{% endif %}</mj-text><mj-carousel /></mj-column></mj-group></mj-section></mj-wrapper>
       <mj-include path="/etc/passwd" /></mj-body></mjml>`,
    );
    expect((design as Design).rows[0]!.children![0]!.children).toEqual([
      {
        tagName: 'mj-text',
        attributes: { 'font-family': expect.stringContaining('Arial'), color: '#ff0000', 'font-size': '20px' },
        content: '{% if contact.first_name %}<b>Hi</b>{% endif %}',
      },
    ]);
    expect(removed).toEqual(
      expect.arrayContaining([
        { what: '<mj-carousel>', count: 1 },
        { what: '<mj-include>', count: 1 },
      ]),
    );
    await expect(importMail('mjml', '<p>x</p>')).rejects.toThrow(/no MJML/);
    await expect(importMail('mjml', '<mj-column>'.repeat(10_000))).rejects.toThrow(/more elements/);
  });
});

describe('designs of Unlayer', () => {
  it('become the same mail as in its editor, cleaned', async () => {
    const { html, unknown } = await renderUnlayer(unlayerDesign([hostileText]));
    expect(unknown).toEqual([]);
    expect(html).toContain('Hello {{ contact.first_name | default: "there" }}');
    expect(html).toContain('{% if contact.type == "customer" %}');
    expect(html).toMatch(/href="https:\/\/example\.com\/\?c=\{\{ contact\.id \}\}"/);
    expect(html).not.toMatch(/undefined|\[object|onclick|alert|javascript:/);
    const [opened, closed] = conditions(html);
    expect(opened).toBeGreaterThan(0);
    expect(opened).toBe(closed);
    expect(html).toContain('.u-col-50');
  });

  it('say what only the editor can draw, and use what it exported', async () => {
    const composed = await renderUnlayer(unlayerDesign([customTool]));
    expect(composed).toMatchObject({ unknown: ['custom:countdown'], exported: false });
    const exported = await renderUnlayer(unlayerDesign([customTool]), '<p>From the editor</p><script>x</script>');
    expect(exported).toMatchObject({ exported: true, html: '<p>From the editor</p>' });
  });

  it('are drawn without the ids that only its editor gives, and get ids of their own', async () => {
    const made = JSON.parse(
      JSON.stringify(unlayerDesign([hostileText]), (key, value: unknown) => (key === '_meta' ? undefined : value)),
    ) as ReturnType<typeof unlayerDesign>;
    const [text] = made.body.rows[1]!.columns[0]!.contents as { values: object }[];
    Object.assign(text!.values, { linkStyle: { inherit: false, linkColor: '#aa0011', linkUnderline: true } });
    const { html } = await renderUnlayer(made);
    expect(html).toContain('Hello {{ contact.first_name | default: "there" }}');
    expect(html).not.toMatch(/undefined|\[object/);
    expect(html).toMatch(/#u_content_text_\d+ a/);
    const ids = [...html.matchAll(/\sid="(u_content_\w+)"/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(3);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([
    ['de', { language: 'de' }, '<p></p>'],
    ['pt-BR', { language: { label: 'Português', value: 'pt-br' } }, ''],
    ['fr', {}, '<!DOCTYPE html><html xmlns="x" lang="fr"><body></body></html>'],
    ['und', { language: {} }, ''],
    ['und', { language: 'de" onload="x' }, ''],
  ])('are in the language that somebody said: %s', async (lang, values, exported) => {
    const made = unlayerDesign();
    Object.assign(made.body.values, values);
    expect(/<html lang="([^"]*)"/.exec((await renderUnlayer(made, exported)).html)?.[1]).toBe(lang);
  });

  it.each([null, 3, {}, { body: { rows: 'x' } }, { body: { rows: [{ cells: [1], columns: [{ contents: [3] }] }] } }])(
    'are refused where they are none: %j',
    async (given) => {
      await expect(renderUnlayer(given)).rejects.toThrow(/no Unlayer design/);
    },
  );
});
