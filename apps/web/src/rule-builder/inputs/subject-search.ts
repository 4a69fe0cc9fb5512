import { freeFields } from '#rules';
import type { Subject } from '../tree/rule-edits';

interface SubjectGroup {
  group: string;
  items: Subject[];
}

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** How many letters have to be changed, left out, put in or swapped to make one word the beginning of another. */
export function slips(typed: string, word: string): number {
  const most = word.length;
  let [before, row] = [[] as number[], Array.from({ length: most + 1 }, (_, at) => at)];
  for (let i = 1; i <= typed.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= most; j += 1) {
      const change = row[j - 1]! + (typed[i - 1] === word[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && typed[i - 1] === word[j - 2] && typed[i - 2] === word[j - 1] ? before[j - 2]! + 1 : change;
      next.push(Math.min(change, swapped, row[j]! + 1, next[j - 1]! + 1));
    }
    [before, row] = [row, next];
  }
  return Math.min(...row);
}

/** Letters that may be wrong in a word of this length. */
const allowed = (length: number): number => (length < 4 ? 0 : length < 7 ? 1 : 2);

/** How far what is typed is from a text: 0 where each word begins one of it, more for slips, undefined where it is not in it. */
function distance(typed: readonly string[], text: string): number | undefined {
  const words = plain(text).split(' ');
  let sum = 0;
  for (const one of typed) {
    const least = Math.min(...words.map((word) => slips(one, word)));
    if (least > allowed(one.length)) return undefined;
    sum += least;
  }
  return sum;
}

/**
 * The subjects that are meant by what is typed, in their groups. Names count most, then other words for them and what
 * is said below, then names with slips; only the best kind is shown. What nothing has for a name may be an attribute's.
 */
export function foundSubjects(groups: readonly SubjectGroup[], typed: string): SubjectGroup[] {
  const words = plain(typed).split(' ').filter(Boolean);
  if (words.length === 0) return typed.trim() === '' ? [...groups] : [];
  const rank = ({ label, also = '', hint = '' }: Subject): number => {
    if (distance(words, label) === 0) return 0;
    if (distance(words, `${label} ${also}`) === 0) return 1;
    if (distance(words, `${label} ${also} ${hint}`) === 0) return 2;
    return distance(words, `${label} ${also}`) === undefined ? Infinity : 3;
  };
  const best = Math.min(...groups.flatMap(({ items }) => items.map(rank)));
  // A name that fits does not hide what the word also means.
  const shown = best === Infinity ? -1 : Math.max(best, best < 2 ? 1 : best);
  return groups
    .map(({ group, items }) => ({
      group,
      items: items.filter((item) => rank(item) <= shown).toSorted((a, b) => rank(a) - rank(b)),
    }))
    .filter(({ items }) => items.length > 0);
}

/** An attribute of the name that is typed, where there may be one. */
export function namedAttribute(typed: string): Subject | undefined {
  const name = typed.trim();
  const { prefix, name: form } = freeFields.attributes;
  return form.test(name)
    ? {
        value: prefix + name,
        label: `Attribute “${name}”`,
        hint: 'Anything else that is stored about them, by this name.',
      }
    : undefined;
}
