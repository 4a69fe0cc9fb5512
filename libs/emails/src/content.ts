import { htmlToText } from 'html-to-text';
import { parseLiquid, TemplateError, type LiquidTemplate } from './liquid.js';

/** What a mail says, before anybody's data: Liquid in subject, preheader, HTML and text. */
export interface MailContent {
  subject: string;
  preheader?: string;
  html: string;
  /** Absent: made from the HTML. */
  text?: string | null;
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
  text: LiquidTemplate;
  /** Whether the author placed the link or address; otherwise a footer carries it. */
  placesUnsubscribe: boolean;
  placesAddress: boolean;
}

const rootsKnown = new Set(['contact', 'activity', 'lead', 'links', 'workspace']);
const sizeCap = 900_000;

/**
 * Parses every part once.
 * @throws TemplateError of the first part that does not parse.
 */
export function compileContent(content: MailContent): CompiledContent {
  const html = parseLiquid(content.html, 'html');
  return {
    subject: parseLiquid(content.subject, 'text'),
    preheader: content.preheader ? parseLiquid(content.preheader, 'html') : undefined,
    html,
    text: content.text ? parseLiquid(content.text, 'text') : textFromHtml(content.html),
    placesUnsubscribe: /links\s*\.\s*unsubscribe/.test(content.html),
    placesAddress: /workspace\s*\.\s*postal_address/.test(content.html),
  };
}

const toText = (html: string): string =>
  htmlToText(html, {
    wordwrap: false,
    limits: { maxInputLength: 1_500_000 },
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['(', ')'] } },
      ...['h1', 'h2', 'h3', 'h4'].map((selector) => ({ selector, options: { uppercase: false } })),
    ],
  });

/** Converts the template, Liquid and all; where the conversion tears Liquid apart, each rendered mail instead. */
function textFromHtml(html: string): LiquidTemplate {
  try {
    return parseLiquid(toText(html), 'text');
  } catch {
    const rendered = parseLiquid(html, 'html');
    return { roots: rendered.roots, render: (data) => toText(rendered.render(data)) };
  }
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
    try {
      for (const root of parseLiquid(source, escaping).roots) {
        if (rootsKnown.has(root)) continue;
        const known = [...rootsKnown].join(', ');
        const message = `Nothing fills {{ ${root} }}: it will stay empty. Known are ${known}.`;
        problems.push({ severity: 'look', pointer, message });
      }
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const message = `Line ${error.line}, column ${error.column}: ${error.message}.`;
      problems.push({ severity: 'blocks', pointer, message, line: error.line, column: error.column });
    }
  }
  return problems;
}
