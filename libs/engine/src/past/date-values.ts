import type { PersonFacts } from '#rules';
import type { DateValue } from './past.queries.js';
import type { PastActivity, PersonNow } from './past-person.js';

/** A date as the database reads it: the text of an attribute, or an instant. */
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;

/** What a person's date says at an instant; undefined without one. */
export const dateOf = (field: string, facts: Pick<PersonFacts, 'attributes' | 'created_at'>): string | undefined => {
  if (field.startsWith('attributes.')) return textOf(facts.attributes[field.slice('attributes.'.length)]);
  return facts.created_at === null ? undefined : new Date(facts.created_at).toISOString();
};

/**
 * Every value that somebody's date may have had in a window, by what their rows say today, what they said before the
 * changes since, and what each change says. Which of them held at an instant is asked when that instant comes.
 * @param states the person's rows, today's and those of when the window began
 */
export function dateValues(field: string, states: readonly PersonNow[], changes: readonly PastActivity[]): DateValue[] {
  const raws = new Set<string>();
  const zones = new Set<string | null>();
  const take = (raw: string | undefined): void => void (raw === undefined || raws.add(raw));
  for (const { profile, leads } of states)
    for (const row of [profile, ...leads]) {
      if (!row) continue;
      take(dateOf(field, row));
      zones.add(row.timezone);
    }
  for (const { metadata } of changes) {
    const { attributes, timezone } = (metadata.changes ?? {}) as Record<string, Change | undefined>;
    for (const state of [attributes?.old, attributes?.new])
      if (typeof state === 'object' && state !== null)
        take(dateOf(field, { attributes: { ...state }, created_at: null }));
    if (timezone) for (const zone of [timezone.old, timezone.new]) zones.add(typeof zone === 'string' ? zone : null);
  }
  const person_id = states[0]!.person_id;
  return [...raws].flatMap((raw) => [...zones].map((zone) => ({ person_id, raw, zone })));
}

interface Change {
  old?: unknown;
  new?: unknown;
}
