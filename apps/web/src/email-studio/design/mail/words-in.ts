import { chipLabel } from '#designs';

const liquid = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

/** A line of text with its Liquid said in words, for lists. */
export const wordsIn = (text: string): string => text.replace(liquid, (code) => `[${chipLabel(code)}]`);
