import { nodesOf, type Design } from './design.js';
import { unescapeText } from './escaping.js';
import { setLiquidAside } from './liquid-tags.js';

/** Where a link stands: the element of a design, or a line of HTML, both counted from 1. */
export interface LinkPlace {
  pointer: string;
  line?: number;
  column?: number;
}

interface Candidate {
  /** As it was written, with Liquid. */
  href: string;
  place: () => LinkPlace;
}

const attribute = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;
/** Characters besides Liquid from which a link can be told from others. */
const TELLING = 12;

/**
 * Finds the link of a mail that became this address when it was rendered for somebody.
 * @param website where the header of a design leads
 * @returns undefined where none of them can have become it
 */
export function linkPlace(
  url: string,
  { design, html, website }: { design?: Design | undefined; html: string; website?: string | undefined },
): LinkPlace | undefined {
  const all = design ? ofDesign(design, website) : ofHtml(html);
  let best: Candidate | undefined;
  let telling = TELLING - 1;
  for (const candidate of all) {
    if (candidate.href === url) return candidate.place();
    const parts = literals(candidate.href);
    const letters = parts.reduce((sum, part) => sum + part.length, 0);
    if (parts.length < 2 || letters <= telling || !becomes(parts, url)) continue;
    best = candidate;
    telling = letters;
  }
  return best?.place();
}

function* ofDesign(design: Design, website: string | undefined): Generator<Candidate> {
  for (const { node, pointer } of nodesOf(design.rows)) {
    const place = () => ({ pointer });
    if (node.attributes.href) yield { href: node.attributes.href, place };
    if (node.tagName === 'cx-header' && website) yield { href: website, place };
    for (const { href } of hrefsOf(node.content ?? '')) yield { href, place };
  }
}

function* ofHtml(html: string): Generator<Candidate> {
  for (const { href, at } of hrefsOf(html))
    yield {
      href,
      place: () => {
        const lines = html.slice(0, at()).split('\n');
        return { pointer: '/html', line: lines.length, column: lines.at(-1)!.length + 1 };
      },
    };
}

function* hrefsOf(html: string): Generator<{ href: string; at: () => number }> {
  const aside = setLiquidAside(html);
  for (const found of aside.text.matchAll(attribute)) {
    const value = found[1] ?? found[2]!;
    const start = found.index + found[0].length - 1 - value.length;
    yield {
      href: aside.restore(unescapeText(value), unescapeText).trim(),
      at: () => aside.restore(aside.text.slice(0, start)).length,
    };
  }
}

/** What a link says for everybody, around its Liquid. */
const literals = (href: string): string[] => setLiquidAside(href).text.split(/\ufdd0\d+\ufdd1/);

/** Whether these parts stand in the address in their order, the first at its beginning and the last at its end. */
function becomes(parts: readonly string[], url: string): boolean {
  const [first = '', ...rest] = parts;
  const last = rest.pop() ?? '';
  if (!url.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = url.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return url.length - last.length >= from && url.endsWith(last);
}
