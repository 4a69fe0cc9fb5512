import type { Utm } from '#contracts';
import { leavesSchemeOpen, unsafeLinks, withoutUnsafeLinks } from './link-schemes.js';
import { lineAndColumn, parseLiquid, parseMarked, TemplateError, type LiquidTemplate } from '../liquid/liquid.js';
import { readableLiquid } from '../liquid/liquid-source.js';
import { wrongName } from './personalisation.js';
import { TextShapes, textOfHtml } from '../liquid/text-part.js';
import { utmQuery } from './utm.js';

/** What a mail says, before anybody's data: Liquid in subject, preheader, HTML and text. */
export interface MailContent {
  subject: string;
  preheader?: string;
  html: string;
  /** Absent: made from the HTML. */
  text?: string | null;
  /** Where answers to it go; absent: to its sender. */
  reply_to?: string | null;
  /** What its links to the web carry, for the shop's own statistics of visits. */
  utm?: Utm | null;
}

/** One thing that keeps a template from being used, or that is worth a look. */
export interface TemplateProblem {
  severity: 'blocks' | 'look';
  /** JSON pointer into the content, e.g. `/subject`. */
  pointer: string;
  message: string;
  line?: number;
  column?: number;
}

export interface CompiledContent {
  subject: LiquidTemplate;
  preheader: LiquidTemplate | undefined;
  html: LiquidTemplate;
  /** The text part of one mail, whose HTML is rendered already: the author's own, else what that HTML says. */
  text(data: Record<string, unknown>, html: string): string;
  replyTo: string | undefined;
  /** As `utmQuery` writes it. */
  utm: string | undefined;
}

const sizeCap = 900_000;
/** Unknown names told of one part. */
const MOST_NAMES = 20;

/**
 * Parses every part once.
 * @throws TemplateError of the first part that does not parse.
 */
export function compileContent(content: MailContent): CompiledContent {
  const own = content.text ? parseLiquid(content.text, 'text') : undefined;
  return {
    subject: parseLiquid(content.subject, 'text'),
    preheader: content.preheader ? parseLiquid(content.preheader, 'html') : undefined,
    html: htmlOf(content.html),
    text: own ? (data) => own.render(data) : textFrom(content.html),
    replyTo: content.reply_to || undefined,
    utm: utmQuery(content.utm),
  };
}

function htmlOf(source: string): LiquidTemplate {
  const { render, variables } = parseLiquid(source, 'html');
  return { render: leavesSchemeOpen(source) ? (data) => withoutUnsafeLinks(render(data)) : render, variables };
}

/** Where the converter looks at more of a value than that it is there. */
const valuesCount = /<pre\b|<ol\b[^>]*\{/i;

function textFrom(html: string): CompiledContent['text'] {
  const marked = valuesCount.test(html) ? undefined : parseMarked(html);
  if (!marked) return (_data, rendered) => textOfHtml(rendered);
  const shapes = new TextShapes();
  return (data) => {
    const { shape, values } = marked(data);
    return shapes.text(shape, values);
  };
}

/**
 * What is wrong with a subject, an HTML part and a text part: parse errors with line and column, names
 * that nothing fills, an empty subject or body. An empty list means that it can be sent.
 */
export function checkTemplate(
  subject: string,
  html: string,
  text?: string | null,
  preheader?: string,
): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const parts = [
    { pointer: '/subject', source: subject, escaping: 'text' },
    { pointer: '/preheader', source: preheader ?? '', escaping: 'html' },
    { pointer: '/html', source: html, escaping: 'html' },
    { pointer: '/text', source: text ?? '', escaping: 'text' },
  ] as const;
  if (subject.trim() === '') {
    problems.push({
      severity: 'blocks',
      pointer: '/subject',
      message: 'Write a subject: a mail without one is not sent.',
    });
  }
  if (html.trim() === '') {
    problems.push({ severity: 'blocks', pointer: '/html', message: 'Write the text of the mail: it is empty.' });
  }
  for (const { pointer, source, escaping } of parts) {
    if (source.length > sizeCap) {
      const message = `This part has ${source.length} characters; at most ${sizeCap} can be sent. Shorten it.`;
      problems.push({ severity: 'blocks', pointer, message });
      continue;
    }
    if (pointer === '/html') problems.push(...unsafeIn(source));
    try {
      const { variables } = parseLiquid(source, escaping);
      const said = new Set<string>();
      for (const { path, at } of variables) {
        const message = wrongName(path);
        if (!message || said.has(message) || said.size >= MOST_NAMES) continue;
        said.add(message);
        const [line, column] = lineAndColumn(readableLiquid(source), at);
        problems.push({ severity: 'look', pointer, message, line, column });
      }
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const message = `Line ${error.line}, column ${error.column}: ${error.message}.`;
      problems.push({ severity: 'blocks', pointer, message, line: error.line, column: error.column });
    }
  }
  return problems;
}

/** Links that would run something, each scheme once. */
function unsafeIn(source: string): TemplateProblem[] {
  const found = new Map<string, number>();
  for (const { scheme, at } of unsafeLinks(source)) if (!found.has(scheme)) found.set(scheme, at);
  return [...found].map(([scheme, at]) => {
    const [line, column] = lineAndColumn(source, at);
    const message = `Line ${line}, column ${column}: a link or an image leads to “${scheme}:”. Links begin with https:, http:, mailto: or tel:.`;
    return { severity: 'blocks', pointer: '/html', message, line, column };
  });
}
