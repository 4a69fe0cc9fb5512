import { liquidTags, weightProblem } from '#designs';
import { lineAndColumn } from '../liquid/liquid.js';
import { tagsOf } from './html-links.js';
import type { TemplateProblem } from './content.js';

export type MailStream = 'broadcast' | 'transactional';

const elements = /<(?:img|a)[\s/>]/gi;
/** Places told of one kind. */
const MOST = 10;

/**
 * What is worth a look in HTML that somebody wrote: pictures without words, links that lead nowhere, no way out in
 * marketing mail, too much of it. Sending asks for none of it.
 */
export function htmlProblems(html: string, stream: MailStream): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  if (html.trim() === '') return problems;
  if (stream === 'broadcast' && !html.includes('links.unsubscribe'))
    problems.push({
      severity: 'look',
      pointer: '',
      message: 'This mail has no unsubscribe link of its own. Cortex adds one, with your address, at the end.',
    });
  const heavy = weightProblem(Buffer.byteLength(html));
  if (heavy) problems.push({ severity: 'look', pointer: '', message: heavy.message });
  const told = { img: 0, a: 0 };
  for (const { tag, at } of tagsOf(withoutLiquid(html), elements)) {
    const kind = /^<img/i.test(tag) ? 'img' : 'a';
    if (told[kind] >= MOST || !(kind === 'img' ? lacksWords(tag) : leadsNowhere(tag))) continue;
    told[kind] += 1;
    const [line, column] = lineAndColumn(html, at);
    const what =
      kind === 'img'
        ? 'say in alt="…" what this picture shows, for readers who do not see it; alt="" where it only decorates'
        : 'this link leads nowhere. Give it an address';
    problems.push({ severity: 'look', pointer: '/html', message: `Line ${line}: ${what}.`, line, column });
  }
  return problems;
}

const lacksWords = (tag: string): boolean => !/\salt(?:\s*=|[\s/>])/i.test(tag);
/** A link with a name is a place to go to. */
const leadsNowhere = (tag: string): boolean =>
  /\shref(?:\s*=\s*(?:""|''|"#"|'#'|#(?=[\s>])|>)|[\s/>](?!\s*=))/i.test(tag) || !/\s(?:href|name|id)\s*=/i.test(tag);

/** The same, of the same length, with letters in the place of what Liquid says, and nothing in that of its tags. */
function withoutLiquid(html: string): string {
  const parts: string[] = [];
  let done = 0;
  for (const { tag, index } of liquidTags(html)) {
    parts.push(html.slice(done, index), (tag.startsWith('{%') ? ' ' : 'x').repeat(tag.length));
    done = index + tag.length;
  }
  return parts.join('') + html.slice(done);
}
