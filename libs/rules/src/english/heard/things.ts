/** What a sentence can name. */
export type ThingKind = 'list' | 'course' | 'step' | 'automation' | 'template' | 'activity';

export interface Thing {
  kind: ThingKind;
  id: string;
  name: string;
}

/** What there is by name: sentences name things, what is stored has their ids. */
export interface Things {
  /** The ids of what is called so, in either case of its letters. */
  idsOf(kind: ThingKind, name: string): readonly string[];
  namesOf(kind: ThingKind): readonly string[];
}

/** Looks these up by name. */
export const thingsOf = (all: Iterable<Thing>): Things => {
  const names = new Map<ThingKind, Map<string, string>>();
  const ids = new Map<string, string[]>();
  for (const { kind, id, name } of all) {
    const key = `${kind}:${name.toLowerCase()}`;
    ids.set(key, [...(ids.get(key) ?? []), id]);
    names.set(kind, (names.get(kind) ?? new Map<string, string>()).set(key, name));
  }
  return {
    idsOf: (kind, name) => ids.get(`${kind}:${name.toLowerCase()}`) ?? [],
    namesOf: (kind) => [...(names.get(kind)?.values() ?? [])],
  };
};
