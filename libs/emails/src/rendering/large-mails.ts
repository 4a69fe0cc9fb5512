import { inThreads } from '#platform';
import { checkTemplate, compileContent, type MailContent, type TemplateProblem } from '../content/content.js';
import { footerNote } from './footer-note.js';
import { TemplateError } from '../liquid/liquid.js';
import * as here from './mail.thread.js';
import { renderMail, withOwnTracking, type RenderedMail } from './render.js';

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

const isLarge = ({ subject, preheader, html, text }: MailContent): boolean =>
  subject.length + (preheader?.length ?? 0) + html.length + (text?.length ?? 0) > LARGE || loops.test(html);

/** `checkTemplate`, of a large mail in a thread. */
export async function checkAside({ subject, preheader, html, text }: MailContent): Promise<TemplateProblem[]> {
  const content = { subject, preheader, html, text };
  return isLarge(content) ? inThread('check', content) : checkTemplate(subject, html, text, preheader);
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
    return aside ? { ...mail, html: withOwnTracking(mail.html, parts.data, parts.facts, parts.links) } : mail;
  }
  throw new TemplateError(made.mistake.message, made.mistake.line, made.mistake.column);
}

/** Links are signed when they are read, which no thread can do. */
const asData = ({ content, links, ...parts }: here.MailParts): here.MailParts => ({
  ...parts,
  content: { subject: content.subject, preheader: content.preheader, html: content.html, text: content.text },
  links: {
    unsubscribe: links.unsubscribe,
    preferences: links.preferences,
    view: links.view,
    reset: links.reset,
    confirm: links.confirm,
  },
});

/** `footerNote`, of a large mail in a thread. */
export const footerNoteAside = async (
  content: MailContent,
  workspace: { name: string; postal_address: string },
): Promise<string | undefined> =>
  isLarge(content) ? inThread('footer', { content, workspace }) : footerNote(content, workspace);
