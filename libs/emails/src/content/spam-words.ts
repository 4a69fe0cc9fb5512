import type { TemplateProblem } from './content.js';

/**
 * Phrases that filters weigh and readers distrust, in English and German. Few and whole, so that honest wording is seldom
 * flagged.
 */
const phrases = [
  ...['100% free', 'act now', 'buy now', 'cash bonus', 'congratulations, you', 'dear friend', 'double your income'],
  ...['earn extra cash', 'guaranteed winner', 'make money fast', 'no catch', 'no obligation', 'once in a lifetime'],
  ...['risk-free', 'risk free', 'this is not spam', 'urgent response', 'winner!', 'you have been selected'],
  ...['100% gratis', '100 % kostenlos', 'jetzt zuschlagen', 'schnelles geld', 'sie haben gewonnen', 'ohne risiko'],
];
const NAMED = 5;
/** Letters from which a subject in capitals looks like shouting. */
const SHOUTED = 12;

/** Hints about words that look like spam. They keep nobody from sending anything. */
export function spamWords(content: {
  subject: string;
  preheader?: string | undefined;
  html: string;
  text?: string | null | undefined;
}): TemplateProblem[] {
  const { subject, preheader = '', html, text } = content;
  const body = text || html.replace(/<[^<>]*>/g, ' ');
  const hints: TemplateProblem[] = [];
  const hint = (pointer: string, message: string) => hints.push({ severity: 'look', pointer, message });
  const inSubject = phrasesIn(`${subject} ${preheader}`);
  if (inSubject.length > 0)
    hint('/subject', `Spam filters and readers distrust ${listed(inSubject)} in a subject or preview text.`);
  const letters = subject.replace(/\{[{%][^{}]*[}%]\}/g, '').replace(/[^\p{L}]/gu, '');
  if (letters.length >= SHOUTED && letters === letters.toUpperCase() && letters !== letters.toLowerCase())
    hint('/subject', 'The whole subject is in capitals, which looks like spam.');
  if (/[!?]{3}/.test(subject)) hint('/subject', 'Many exclamation or question marks in a row look like spam.');
  const inBody = phrasesIn(body).filter((phrase) => !inSubject.includes(phrase));
  if (inBody.length > 0)
    hint('', `Spam filters and readers distrust ${listed(inBody)}. You can send the e-mail all the same.`);
  return hints;
}

function phrasesIn(text: string): string[] {
  const plain = text.toLowerCase().replace(/\s+/g, ' ');
  return phrases.filter((phrase) => plain.includes(phrase)).slice(0, NAMED);
}

const listed = (found: readonly string[]): string =>
  new Intl.ListFormat('en-GB').format(found.map((phrase) => `“${phrase}”`));
