const attempt = (read: () => string | undefined): string | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** The forms that a text may have to have: how it is written down, undefined where it is none, and what is said then. */
export const personalForms = {
  timezone: {
    read: (zone: string) => attempt(() => (new Intl.DateTimeFormat('en', { timeZone: zone }), zone)),
    problem: 'This is not a time zone. Use an IANA name, e.g. Europe/Berlin.',
  },
  /** Programs write pt_BR, too. A first part of more than three letters is well-formed, but no language has such a tag. */
  language: {
    read: (tag: string) =>
      attempt(() =>
        /^[a-z]{2,3}\b/i.test(tag.replaceAll('_', '-'))
          ? Intl.getCanonicalLocales(tag.replaceAll('_', '-'))[0]
          : undefined,
      ),
    problem: 'This is not a language tag. Use one of BCP 47, e.g. de or pt-BR.',
  },
} as const;

/**
 * What the business writes down about a person as plain text: a column each of `public.unified_profiles`,
 * `public.purchase_leads` and `cortex.people`, under the same name in rules, templates, imports and the HTTP contract.
 * This list is its only home. A new field is a line here, a migration that adds its columns, and `npm run gen`.
 */
export interface PersonalField {
  id: string;
  label: string;
  /** In characters, of what is accepted over HTTP; the shop's own programs may write anything. */
  longest: number;
  /** What a text must be to be accepted over HTTP, where not every text will do. */
  form?: keyof typeof personalForms;
  /** Few values that many people have in common: those seen lately are offered where a rule asks about it. */
  common?: true;
}

export const personalFields = [
  { id: 'first_name', label: 'First name', longest: 200 },
  { id: 'last_name', label: 'Last name', longest: 200 },
  { id: 'phone', label: 'Phone', longest: 50 },
  { id: 'country', label: 'Country', longest: 100, common: true },
  { id: 'timezone', label: 'Time zone', longest: 64, form: 'timezone', common: true },
  { id: 'language', label: 'Language', longest: 35, form: 'language', common: true },
] as const satisfies readonly PersonalField[];

export type PersonalFieldId = (typeof personalFields)[number]['id'];

/** Their names, in the order of the list. */
export const personalIds: readonly PersonalFieldId[] = personalFields.map(({ id }) => id);

/** Those whose values are worth offering, see `common`. */
export const commonFields: readonly PersonalFieldId[] = personalFields.flatMap((field) =>
  'common' in field ? field.id : [],
);

/** Whether a name, from outside, is one of theirs. */
export const isPersonal = (name: string): name is PersonalFieldId => (personalIds as readonly string[]).includes(name);

/** A value for each of them. */
export const eachPersonal = <T>(make: (id: PersonalFieldId) => T): Record<PersonalFieldId, T> =>
  Object.fromEntries(personalIds.map((id) => [id, make(id)])) as Record<PersonalFieldId, T>;

/** SQL: their columns of a table under this alias, `p.first_name, p.last_name, …`; without an alias bare. */
export const personalColumns = (alias?: string): string =>
  personalIds.map((id) => (alias === undefined ? id : `${alias}.${id}`)).join(', ');

/** SQL: names and values for `jsonb_build_object`, `'first_name', p.first_name, …`. */
export const personalPairs = (alias: string): string => personalIds.map((id) => `'${id}', ${alias}.${id}`).join(', ');
