import { inThreads } from '#platform';
import { compileContent, type MailContent, type TemplateProblem } from '../content/content.js';
import type { MailStream } from '../content/html-problems.js';
import { TemplateError } from '../liquid/liquid.js';
import * as here from './mail.thread.js';
import { renderMail, withOwnLinks, type RenderedMail } from './render.js';

const inThread = inThreads<typeof here>(new URL('./mail.thread.js', import.meta.url));

/**
 * Characters from which a mail is worked on in a thread. So many take some 20 ms here, most of it for the text part,
 * and many times that with loops.
 */
const LARGE = 30_000;
const loops = /\{%-?\s*(for|assign)\b/;

/** Makes the mails of one content, of a small one at once. @throws TemplateError, as `renderAside` */
export type MailMaker = (parts: Omit<here.MailParts, 'content'>) => RenderedMail | Promise<RenderedMail>;

/** @throws TemplateError when a part of a small content does not parse */
export function mailMaker(content: MailContent): MailMaker {
  if (isLarge(content)) return (parts) => renderAside({ ...parts, content });
  const compiled = compileContent(content);
  return ({ data, facts, links, from }) => renderMail(compiled, data, facts, links, from);
}

const isLarge = (...contents: readonly MailContent[]): boolean =>
  contents.some(({ html }) => loops.test(html)) ||
  contents.reduce(
    (sum, { subject, preheader, html, text }) =>
      sum + subject.length + (preheader?.length ?? 0) + html.length + (text?.length ?? 0),
    0,
  ) > LARGE;

/** `checkTemplate`, of a large mail in a thread. */
export async function checkAside(content: MailContent): Promise<TemplateProblem[]> {
  return isLarge(content) ? inThread('check', asContent(content)) : here.check(content);
}

/** `checkAside`, and what is worth a look besides: for those who write it. */
export async function lookAside(content: MailContent, stream: MailStream): Promise<TemplateProblem[]> {
  const asked = { content: asContent(content), stream };
  return isLarge(content) ? inThread('look', asked) : here.look(asked);
}

/**
 * One person's mail as `renderMail` makes it, a large one in a thread.
 * @throws TemplateError when a part does not parse or a limit is reached
 */
export async function renderAside(parts: here.MailParts): Promise<RenderedMail> {
  const aside = isLarge(parts.content);
  const made = aside ? await inThread('render', asData(parts)) : here.render(parts);
  if ('mail' in made) {
    const { mail } = made;
    return aside ? withOwnLinks(mail, parts.data, parts.facts, parts.links) : mail;
  }
  throw new TemplateError(made.mistake.message, made.mistake.line, made.mistake.column);
}

const asContent = ({ subject, preheader, html, text, reply_to, utm }: MailContent): MailContent => ({
  subject,
  preheader,
  html,
  text,
  reply_to,
  utm,
});

/** Links are signed when they are read, which no thread can do. */
const asData = ({ content, links, ...parts }: here.MailParts): here.MailParts => ({
  ...parts,
  content: asContent(content),
  links: {
    unsubscribe: links.unsubscribe,
    preferences: links.preferences,
    view: links.view,
    reset: links.reset,
    confirm: links.confirm,
    password: links.password,
  },
});

/** What keeps each of these texts from being sent as HTML, by the text; much text in a thread. */
export async function mistakesAside(texts: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const aside = isLarge(...texts.map((html) => ({ subject: '', html })));
  return aside ? inThread('mistakes', texts) : here.mistakes(texts);
}

/** `footerNote` of each mail, undefined of an empty one; of large mails or many in a thread. */
export async function footerNotesAside(
  contents: readonly MailContent[],
  workspace: { name: string; postal_address: string },
): Promise<(string | undefined)[]> {
  const parts = { contents: contents.map(asContent), workspace };
  return isLarge(...contents) ? inThread('footers', parts) : here.footers(parts);
}
