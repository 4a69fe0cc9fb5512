import { hash } from 'node:crypto';
import type { RehearsalProblem } from '#contracts';
import { CLIPPED_AT } from '#designs';
import type { MailContent, RenderedMail, SendFacts } from '#emails';

const greeting = '\\b(hi|hello|hey|dear|hallo|liebe[rs]?|bonjour|hola|ciao)';
const greetsSomebody = new RegExp(`${greeting}\\s*\\{\\{`, 'i');
const greetsNobody = new RegExp(`${greeting}\\s*[,!.:]`, 'i');
/** Of the text, where a greeting stands. */
const BEGINNING = 400;

/** Links to somewhere else, as they stand in attributes; at most `most`. */
export function linksIn(html: string, most: number): string[] {
  const found = new Set<string>();
  for (const [, url] of html.matchAll(/\shref\s*=\s*"(https?:\/\/[^"\s]{1,2000})"/gi)) {
    if (found.size >= most) break;
    found.add(url!.replaceAll('&amp;', '&'));
  }
  return [...found];
}

/**
 * What is wrong with a rendered mail.
 * @param own how the links begin that every mail has: ways out, and the view in the browser
 * @param facts of the stream it takes: only marketing mail has to name the workspace's postal address
 */
export function problemsOf(
  content: MailContent,
  mail: RenderedMail,
  own: string,
  facts: SendFacts,
): RehearsalProblem[] {
  const found: RehearsalProblem[] = [];
  if (mail.subject === '') found.push('empty_subject');
  const greets = greetsSomebody.test(content.html) || greetsSomebody.test(content.text ?? '');
  if (greets && greetsNobody.test(mail.text.slice(0, BEGINNING))) found.push('greets_nobody');
  if ([mail.subject, mail.text, mail.html].some((part) => /\{\{|\{%/.test(part))) found.push('raw_variable');
  if (Buffer.byteLength(mail.html) > CLIPPED_AT) found.push('too_heavy');
  if (linksIn(mail.html, 50).every((url) => url.startsWith(own))) found.push('no_link');
  if (facts.stream === 'broadcast' && facts.workspace.postal_address === '') found.push('no_address');
  return found;
}

/** A number for what a mail says: mails that say the same have the same. */
export const mailHash = ({ subject, html, text }: RenderedMail): string =>
  Buffer.from(hash('sha256', JSON.stringify([subject, html, text]), 'hex').slice(0, 16), 'hex')
    .readBigInt64BE()
    .toString();
