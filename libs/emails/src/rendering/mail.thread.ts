import {
  checkTemplate,
  compileContent,
  type CompiledContent,
  type MailContent,
  type TemplateProblem,
} from '../content/content.js';
import { footerNote } from './footer-note.js';
import { TemplateError } from '../liquid/liquid.js';
import { renderMail, type MailData, type MailLinks, type RenderedMail, type SendFacts } from './render.js';
import { htmlProblems, type MailStream } from '../content/html-problems.js';
import { spamWords } from '../content/spam-words.js';
import { utmQuery } from '../content/utm.js';

/** All that a mail to one person is made of. */
export interface MailParts {
  content: MailContent;
  data: MailData;
  facts: SendFacts;
  links: MailLinks;
  from?: string | null;
}

export type Rendered = { mail: RenderedMail } | { mistake: { message: string; line: number; column: number } };

export const check = ({ subject, html, text, preheader }: MailContent): TemplateProblem[] =>
  checkTemplate(subject, html, text, preheader);

/** What to fix before it is sent, and what is worth a look while it is written. */
export const look = ({ content, stream }: { content: MailContent; stream: MailStream }): TemplateProblem[] => [
  ...check(content),
  ...htmlProblems(content.html, stream),
  ...spamWords(content),
];

export function render({ content, data, facts, links, from }: MailParts): Rendered {
  try {
    return { mail: renderMail(compiled(content), data, facts, links, from) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { mistake: { message: error.message, line: error.line, column: error.column } };
  }
}

/** Contents that were worked on last: of one many mails are made. */
const kept: { content: MailContent; compiled: CompiledContent }[] = [];
const MOST_KEPT = 3;

function compiled(content: MailContent): CompiledContent {
  const parts = ['subject', 'preheader', 'html', 'text', 'reply_to'] as const;
  const at = kept.findIndex(
    (one) =>
      parts.every((part) => one.content[part] === content[part]) && utmQuery(one.content.utm) === utmQuery(content.utm),
  );
  const found = at < 0 ? { content, compiled: compileContent(content) } : kept.splice(at, 1)[0]!;
  kept.unshift(found);
  kept.length = Math.min(kept.length, MOST_KEPT);
  return found.compiled;
}

/** What keeps each of these texts from being sent, by the text. */
export const mistakes = (texts: readonly string[]): Map<string, string> =>
  new Map(
    texts.flatMap((text): [string, string][] => {
      const blocks = checkTemplate('-', text).find(({ severity }) => severity === 'blocks');
      return blocks ? [[text, blocks.message]] : [];
    }),
  );

/** `footerNote` of each that says anything. */
export const footers = ({
  contents,
  workspace,
}: {
  contents: readonly MailContent[];
  workspace: { name: string; postal_address: string };
}): (string | undefined)[] =>
  contents.map((content) => (content.html.trim() === '' ? undefined : footerNote(content, workspace)));
