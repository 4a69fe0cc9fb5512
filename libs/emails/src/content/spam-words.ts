import { nodesOf, type Design, type MailNode } from '#designs';
import { lineAndColumn } from '../liquid/liquid.js';
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

/** Hints about words that look like spam, each where it stands. They keep nobody from sending anything. */
export function spamWords(content: {
  subject: string;
  preheader?: string | undefined;
  html: string;
  /** The author's own; left out where it is made from the HTML. */
  text?: string | null | undefined;
  /** Of ours, whose words are looked at in place of the HTML. */
  design?: Design | undefined;
}): TemplateProblem[] {
  const { subject, preheader = '', html, text, design } = content;
  const hints: TemplateProblem[] = [];
  const hint = (pointer: string, message: string, place: Partial<TemplateProblem> = {}) =>
    hints.push({ severity: 'look', pointer, message, ...place });
  const told = new Set<string>();
  const newIn = (source: string) => phrasesIn(source).filter(({ phrase }) => !told.has(phrase));
  for (const [pointer, line] of [
    ['/subject', subject],
    ['/preheader', preheader],
  ] as const) {
    const found = newIn(line);
    if (found.length === 0) continue;
    for (const { phrase } of found) told.add(phrase);
    hint(pointer, `Spam filters and readers distrust ${listed(found)} in a subject or preview text.`);
  }
  const letters = subject.replace(/\{[{%][^{}]*[}%]\}/g, '').replace(/[^\p{L}]/gu, '');
  if (letters.length >= SHOUTED && letters === letters.toUpperCase() && letters !== letters.toLowerCase())
    hint('/subject', 'The whole subject is in capitals, which looks like spam.');
  if (/[!?]{3}/.test(subject)) hint('/subject', 'Many exclamation or question marks in a row look like spam.');
  const inBody = (pointer: string, source: string, isCode = false) => {
    const found = newIn(source);
    if (found.length === 0) return;
    for (const { phrase } of found) told.add(phrase);
    const [line, column] = lineAndColumn(source, Math.min(...found.map(({ at }) => at)));
    const message = `Spam filters and readers distrust ${listed(found)}. You can send the e-mail all the same.`;
    hint(pointer, message, isCode ? { line, column } : {});
  };
  if (text) inBody('/text', text);
  else if (design) for (const { node, pointer } of nodesOf(design.rows)) inBody(pointer, wordsOf(node).join('\n'));
  else inBody('/html', html, true);
  return hints;
}

const wordsOf = ({ content = '', attributes: { title = '', blurb = '', alt = '' } }: MailNode): string[] => [
  content,
  title,
  blurb,
  alt,
];

/** The phrases that a text says, whatever its tags, and where each begins. */
function phrasesIn(source: string): { phrase: string; at: number }[] {
  const words = source.replace(/<[^<>]*>|&nbsp;/g, (tag) => ' '.repeat(tag.length));
  return phrases
    .flatMap((phrase) => {
      const at = words.search(patterns.get(phrase)!);
      return at < 0 ? [] : [{ phrase, at }];
    })
    .slice(0, NAMED);
}

const patterns = new Map(
  phrases.map((phrase) => [phrase, new RegExp(phrase.replace(/[^\w\s]/g, '\\$&').replace(/ /g, '\\s+'), 'i')]),
);

const listed = (found: readonly { phrase: string }[]): string =>
  new Intl.ListFormat('en-GB').format(found.map(({ phrase }) => `“${phrase}”`));
