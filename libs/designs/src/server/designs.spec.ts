import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chipsFromLiquid, liquidFromChips, type WordsNode } from '../chips.js';
import { productBrand } from '../brand.js';
import { designSchema, nodesOf, type Design } from '../design.js';
import { unescapeText } from '../escaping.js';
import { liquidTags, setLiquidAside } from '../liquid-tags.js';
import { readyDesigns, recipeMails } from '../ready/index.js';
import { toText } from '../to-text.js';
import { cleanDesign, cleanWords } from './clean.js';
import { hostile, randomDesign, words } from './random-design.fixture.js';
import { renderDesign } from './render.js';

// Later than what Jest requires it for.
const { parseDocument, Parser } = await import('htmlparser2');
const options = { brand: productBrand, stream: 'broadcast', base: 'https://mail.example' } as const;
const RUNS = 2_000;

/** htmlparser2's nodes as the browser's. */
interface Parsed {
  nodeType: number;
  nodeValue?: string | null;
  name?: string;
  attribs?: Record<string, string>;
  childNodes?: Parsed[];
}
const asDom = (node: Parsed): WordsNode => ({
  nodeType: node.nodeType,
  nodeValue: node.nodeValue ?? null,
  childNodes: (node.childNodes ?? []).map(asDom),
  localName: node.name,
  getAttribute: (name) => node.attribs?.[name] ?? null,
});
/** What the canvas reads of words that it was given. */
const throughCanvas = (html: string): string =>
  liquidFromChips(asDom(parseDocument(chipsFromLiquid(html), { decodeEntities: true }) as unknown as Parsed));

const liquidOf = (text: string): string[] => [...liquidTags(text)].map(({ tag }) => unescapeText(tag));

/** What is left open, closed too often, or not allowed in a mail. */
function flaws(html: string): string[] {
  const found: string[] = [];
  const open: string[] = [];
  const empty = new Set(['br', 'img', 'meta', 'hr', 'link', 'col', 'input', '!doctype']);
  new Parser(
    {
      onopentag: (name, attributes, implied) => {
        if (implied) return;
        if (['script', 'iframe', 'form', 'svg', 'object'].includes(name)) found.push(`<${name}>`);
        for (const [key, value] of Object.entries(attributes)) {
          if (/^on/.test(key)) found.push(key);
          if (/^(?:href|src)$/.test(key) && /^\s*(?:javascript|data|vbscript):/i.test(value))
            found.push(`${key}=${value}`);
        }
        if (!empty.has(name)) open.push(name);
      },
      onclosetag: (name, implied) => {
        if (empty.has(name)) return;
        if (implied) found.push(`</${name}> is missing`);
        else if (open.pop() !== name) found.push(`</${name}> closes another`);
      },
    },
    { decodeEntities: true },
  ).end(html);
  const opened = html.split('<!--[if').length;
  if (opened !== html.split('<![endif]').length) found.push('conditions for Outlook are not balanced');
  return found;
}

describe('random designs', () => {
  it('come back as they were saved, however often they are loaded and saved', () => {
    fc.assert(
      fc.property(randomDesign, (made) => {
        const saved = cleanDesign(designSchema.parse(made));
        expect(cleanDesign(designSchema.parse(JSON.parse(JSON.stringify(saved))))).toEqual(saved);
        for (const { node } of nodesOf(saved.rows))
          if (node.content !== undefined) expect(throughCanvas(node.content)).toBe(node.content);
      }),
      { numRuns: RUNS },
    );
  });

  it('lose no Liquid on the way to HTML and to text, and change none', async () => {
    await fc.assert(
      fc.asyncProperty(words, fc.webUrl(), async (content, url) => {
        const made: Design = {
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
                  children: [
                    { tagName: 'mj-text', attributes: {}, content },
                    {
                      tagName: 'mj-button',
                      attributes: { href: `${url}?x={{ contact.email | default: "a" }}` },
                      content: 'Go',
                    },
                  ],
                },
              ],
            },
          ],
        };
        const wanted = [...liquidOf(content), '{{ contact.email | default: "a" }}'].toSorted();
        const clean = cleanDesign(made);
        const inWords = liquidOf(JSON.stringify(clean.rows).replaceAll('\\"', '"')).map(sameQuotes);
        expect(inWords.toSorted()).toEqual(wanted.map(sameQuotes).toSorted());
        const { html, text } = await renderDesign(made, options);
        expect(liquidOf(html).map(sameQuotes).toSorted()).toEqual(wanted.map(sameQuotes).toSorted());
        expect(liquidOf(text).map(sameQuotes).toSorted()).toEqual(wanted.map(sameQuotes).toSorted());
      }),
      { numRuns: 300 },
    );
  });

  it('become well-formed HTML in which nothing runs, whoever wrote them', async () => {
    await fc.assert(
      fc.asyncProperty(randomDesign, async (made) => {
        const { html } = await renderDesign(designSchema.parse(made), options);
        expect(flaws(setLiquidAside(html).text)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  }, 300_000);

  it('have their words cleaned of what runs, and only of that', () => {
    fc.assert(
      fc.property(words, hostile, words, (before, bad, after) => {
        const clean = cleanWords(`${before}${bad}${after}`);
        expect(flaws(setLiquidAside(clean).text)).toEqual([]);
        expect(clean.startsWith(cleanWords(before))).toBe(true);
        expect(cleanWords(clean)).toBe(clean);
      }),
      { numRuns: RUNS },
    );
  });
});

/** In attributes Liquid stands in single quotes, which means the same. */
const sameQuotes = (code: string): string =>
  code.includes("'") && code.includes('"') ? code : code.replaceAll("'", '"');

it('a mail says in which language it is, where somebody said so, and nothing else can be said there', async () => {
  const lang = async (body: Record<string, string>) =>
    /<html lang="([^"]*)"/.exec(
      (await renderDesign({ v: 1, body, rows: [] }, { ...options, stream: 'broadcast' })).html,
    )?.[1];
  expect(await lang({ lang: 'pt-br' })).toBe('pt-BR');
  expect(await lang({})).toBe('und');
  for (const wrong of ['', 'de" onload="x', 'a language']) expect(await lang({ lang: wrong })).toBe('und');
});

describe('ready designs', () => {
  it.each([...readyDesigns, ...recipeMails].map((ready) => [ready.id, ready] as const))(
    '%s renders without a problem of its own',
    async (_id, ready) => {
      const made = ready.make(productBrand);
      expect(designSchema.parse(made)).toEqual(made);
      const { html, problems, bytes } = await renderDesign(made, { ...options, stream: ready.stream });
      // Where buttons lead only the shop knows.
      expect(problems.filter(({ code }) => code !== 'no_link')).toEqual([]);
      expect(flaws(setLiquidAside(html).text)).toEqual([]);
      expect(bytes).toBeLessThan(60_000);
      expect(html.includes('links.unsubscribe')).toBe(ready.stream === 'broadcast');
      expect(html).not.toMatch(/mailjet|googleapis/);
      expect(html).toContain('<html lang="en"');
      expect(toText(made, productBrand, ready.stream)).not.toMatch(/<[a-z]/);
    },
  );

  it.each(recipeMails.map((ready) => [ready.id, ready] as const))(
    '%s, which goes out with a recipe, leads nowhere but where the shop is',
    async (_id, ready) => {
      for (const brand of [productBrand, { ...productBrand, website: 'https://shop.test/' }]) {
        const { html, problems } = await renderDesign(ready.make(brand), { ...options, brand, stream: 'broadcast' });
        expect(problems).toEqual([]);
        expect(html).not.toMatch(/example\.(com|org)/);
      }
    },
  );
});
