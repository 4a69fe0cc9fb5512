import type { MailNode } from '../design.js';
import { DesignError } from './design-error.js';
import { setLiquidAside } from '../liquid-tags.js';

/** Elements whose content is HTML, not MJML. */
const ending = new Set([
  'mj-text',
  'mj-button',
  'mj-raw',
  'mj-style',
  'mj-table',
  'mj-title',
  'mj-preview',
  'mj-social-element',
  'mj-navbar-link',
]);
const MOST_NODES = 5_000;
const DEEPEST = 40;

/**
 * MJML as its JSON, nothing included or run.
 * @throws DesignError for what is no MJML
 */
export async function readMjml(source: string): Promise<MailNode> {
  const { Parser } = await import('htmlparser2');
  const aside = setLiquidAside(source);
  const root: MailNode = { tagName: '', attributes: {}, children: [] };
  const open: MailNode[] = [root];
  let count = 0;
  let inside: { name: string; from: number; depth: number } | undefined;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (inside) {
          if (name === inside.name) inside.depth += 1;
          return;
        }
        count += 1;
        if (count > MOST_NODES || open.length > DEEPEST)
          throw new DesignError('This MJML has more elements than a mail can have.');
        const node: MailNode = {
          tagName: name,
          attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, aside.restore(value)])),
          children: [],
        };
        open.at(-1)!.children!.push(node);
        open.push(node);
        if (ending.has(name)) inside = { name, from: parser.endIndex + 1, depth: 0 };
      },
      onclosetag(name) {
        if (inside) {
          if (name !== inside.name) return;
          if (inside.depth > 0) {
            inside.depth -= 1;
            return;
          }
          const { from } = inside;
          inside = undefined;
          const node = open.pop()!;
          node.content = aside.restore(aside.text.slice(from, Math.max(from, parser.startIndex))).trim();
          return;
        }
        if (open.length > 1) open.pop();
      },
    },
    { xmlMode: true, recognizeSelfClosing: true, decodeEntities: true, lowerCaseTags: true },
  );
  parser.end(aside.text);
  const mjml = root.children!.find(({ tagName }) => tagName === 'mjml');
  if (!mjml) throw new DesignError('This is no MJML: it has no <mjml> element.');
  return mjml;
}
