/** A piece of a step's sentence; with `field` it is a value that came from, or is missing in, that config key. */
export interface Phrase {
  text: string;
  field?: string;
  /** True where the value is missing: the screen draws a blank to fill in. */
  blank?: boolean;
  /** What the value is called elsewhere, such as in a program; shown where one points at it. */
  title?: string;
  /** The whole text where `text` is cut. */
  whole?: () => string;
}

/** How a blank is written where there is only text. */
export const BLANK = '____';

/** A value of the sentence; without text it is a blank. @param title what it is called elsewhere, if otherwise */
export const value = (field: string, text: string | undefined, title?: string): Phrase =>
  text === undefined || text === ''
    ? { text: BLANK, field, blank: true }
    : { text, field, ...(title === undefined || title === text ? {} : { title }) };

/** The same where the text may be cut: `whole` says it in full. */
export const cutValue = (field: string, text: string | undefined, whole: () => string): Phrase => {
  const phrase = value(field, text);
  return /…|\d more\b/.test(phrase.text) ? { ...phrase, whole } : phrase;
};

/** Template tag that puts a sentence together from words and values. */
export const say = (
  strings: TemplateStringsArray,
  ...values: (Phrase | readonly Phrase[] | string | undefined)[]
): Phrase[] => {
  const phrases: Phrase[] = [];
  const add = (text: string) => {
    const last = phrases.at(-1);
    if (text === '') return;
    if (last && last.field === undefined) last.text += text;
    else phrases.push({ text });
  };
  strings.forEach((words, index) => {
    add(words);
    const piece = values[index];
    if (piece === undefined) return;
    if (typeof piece === 'string') return add(piece);
    for (const phrase of 'text' in piece ? [piece] : piece) {
      if (phrase.field === undefined) add(phrase.text);
      else phrases.push({ ...phrase });
    }
  });
  return phrases;
};

/** The sentence with nothing cut. */
export const wholeText = (phrases: readonly Phrase[]): string =>
  phrases.map((phrase) => phrase.whole?.() ?? phrase.text).join('');

export const phrasesText = (phrases: readonly Phrase[]): string => phrases.map((phrase) => phrase.text).join('');

/** At most `length` characters, cut at a word with an ellipsis. */
export const shorten = (text: string, length: number): string => {
  if (text.length <= length) return text;
  const cut = text.slice(0, length - 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), length / 2)).trimEnd()}…`;
};
