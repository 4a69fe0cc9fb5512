import type { Tx } from '#platform';
import { personalIds } from '#rules';
import { personChangesBy, type PersonFields } from './profiles.js';

/** The row that somebody is known by. */
export interface Home {
  kind: 'customer' | 'lead';
  id: string;
  createdAt: Date;
}

/** Where people live, by address: in their profile, else in their newest lead. */
export async function homesOf(tx: Tx, addresses: readonly string[]): Promise<Map<string, Home>> {
  const rows = await tx.rows<{ given: string; profile_id: string | null; lead_id: string | null; at: Date | null }>(
    `select a.given, u.id as profile_id, l.id as lead_id, coalesce(u.created_at, l.created_at) as at
     from (select t.given, cortex.address(t.given::citext) as address from unnest($1::text[]) as t (given)) a
     left join lateral (
       select u.id, u.created_at from public.unified_profiles u where cortex.address(u.email) = a.address collate "C"
       order by u.created_at, u.id limit 1) u on true
     left join lateral (
       select p.id, p.created_at from public.purchase_leads p
       where u.id is null and cortex.address(p.email) = a.address collate "C"
         and not exists (select from cortex.lead_owners o where o.lead_id = p.id and o.address = a.address)
       order by p.created_at desc, p.id desc limit 1) l on true`,
    [addresses],
  );
  return new Map(
    rows.flatMap(({ given, profile_id, lead_id, at }): [string, Home][] => {
      const id = profile_id ?? lead_id;
      if (id === null || at === null) return [];
      return [[given, { kind: profile_id === null ? 'lead' : 'customer', id, createdAt: at }]];
    }),
  );
}

/** Several items about one are written one after another; one statement takes one of each. */
export function turnsOf<T>(items: readonly T[], about: (item: T) => string): T[][] {
  const seen = new Map<string, number>();
  const result: T[][] = [];
  for (const item of items) {
    const turn = seen.get(about(item)) ?? 0;
    seen.set(about(item), turn + 1);
    (result[turn] ??= []).push(item);
  }
  return result;
}

/**
 * Says more about people whom the directory has, in order: of a customer the profile is changed, of a lead the newest one.
 * @returns those whose address nobody has
 */
export async function updateKnown(tx: Tx, items: readonly PersonFields[]): Promise<PersonFields[]> {
  const homes = await homesOf(tx, [...new Set(items.map(({ email }) => email))]);
  const known = items.flatMap((item): Known[] => {
    const home = homes.get(item.email);
    return home ? [{ item, home }] : [];
  });
  for (const turn of turnsOf(known, ({ home }) => home.id))
    for (const kind of ['customer', 'lead'] as const)
      await update(
        tx,
        kind,
        turn.filter(({ home }) => home.kind === kind),
      );
  return items.filter(({ email }) => !homes.has(email));
}

interface Known {
  item: PersonFields;
  home: Home;
}

const tables = { customer: 'public.unified_profiles', lead: 'public.purchase_leads' } as const;

const changes = personChangesBy([...personalIds.map((id) => `g.${id}`), 'g.tags', 'g.attributes'], 't.');

async function update(tx: Tx, kind: Home['kind'], known: readonly Known[]): Promise<void> {
  if (known.length === 0) return;
  await tx.run(
    `update ${tables[kind]} t
     set ${changes.map(({ column, value }) => `${column} = ${value}`).join(', ')}, updated_at = cortex.now()
     from jsonb_to_recordset($1::jsonb) g (id uuid, ${personalIds.map((id) => `${id} text`).join(', ')}, tags text[],
       attributes jsonb)
     where t.id = g.id`,
    [
      JSON.stringify(
        known.map(({ item, home }) => ({
          ...item,
          id: home.id,
          tags: item.tags ?? [],
          attributes: item.attributes ?? {},
        })),
      ),
    ],
  );
}
