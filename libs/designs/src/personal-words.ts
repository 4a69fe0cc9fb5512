import { unescapeText } from './escaping.js';

/** What a mail can say of its reader, for pickers; the server knows the whole list. */
export interface PersonalWord {
  /** As Liquid names it. */
  path: string;
  label: string;
  /** What stands in its place for a person who has none. */
  fallback?: string;
}

export const personalWords: readonly PersonalWord[] = [
  { path: 'contact.first_name', label: 'First name', fallback: 'there' },
  { path: 'contact.last_name', label: 'Last name' },
  { path: 'contact.email', label: 'E-mail address' },
  { path: 'contact.country', label: 'Country' },
  { path: 'lead.course_title', label: 'Course', fallback: 'our course' },
  { path: 'activity.metadata.course_title', label: 'Course of the activity' },
  { path: 'workspace.name', label: 'Our name' },
  { path: 'workspace.postal_address', label: 'Our address' },
  { path: 'links.view', label: 'Link to view in a browser' },
  { path: 'links.unsubscribe', label: 'Link to unsubscribe' },
  { path: 'links.preferences', label: 'Link to choose what one gets' },
];

const labels = new Map(personalWords.map(({ path, label }) => [path, label]));
const simple = /^\{\{-?\s*([a-z_][\w.]{0,200})\s*(?:\|\s*default:\s*(?:"([^"]*)"|'([^']*)')\s*)?-?\}\}$/i;

/** Liquid for a personal word, with what stands in its place for whoever has none. */
export function liquidFor(path: string, fallback = ''): string {
  const words = fallback.replace(/[{}%]/g, '');
  if (words === '') return `{{ ${path} }}`;
  const quote = words.includes('"') ? "'" : '"';
  return `{{ ${path} | default: ${quote}${words.replaceAll(quote, '’')}${quote} }}`;
}

/** The parts of a simple personal word; undefined where the Liquid does more. */
export function readLiquid(liquid: string): { path: string; fallback: string } | undefined {
  const hit = simple.exec(liquid);
  return hit ? { path: hit[1]!, fallback: hit[2] ?? hit[3] ?? '' } : undefined;
}

/** What the chip for a piece of Liquid says. */
export function chipLabel(liquid: string): string {
  const plain = unescapeText(liquid);
  const word = readLiquid(plain);
  if (!word) return plain;
  const name = labels.get(word.path) ?? word.path;
  return word.fallback ? `${name}, or “${word.fallback}”` : name;
}
