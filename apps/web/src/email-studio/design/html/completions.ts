import type { Completion } from '@codemirror/autocomplete';
import { mailFilters, mailTags, personalWords } from '#designs';

const option = (label: string, detail?: string, type = 'variable'): Completion => ({
  label,
  type,
  ...(detail ? { detail } : {}),
});

/** What may follow a name and its dot, by the names before it. */
const below = new Map<string, Completion[]>();
for (const { path, label } of personalWords) {
  const names = path.split('.');
  const field = names.pop()!;
  const key = names.join('.');
  below.set(key, [...(below.get(key) ?? []), option(field, label, 'property')]);
}

/** What the code editor offers inside Liquid: the words, filters and tags that a mail knows, and no others. */
export const completions = {
  variables: [...new Set(personalWords.map(({ path }) => path.split('.')[0]!))].map((root) => option(root)),
  properties: (path: readonly string[]) => below.get(path.join('.')) ?? [],
  filters: mailFilters.map((name) => option(name, undefined, 'function')),
  tags: mailTags.map((name) => option(name, undefined, 'keyword')),
};
