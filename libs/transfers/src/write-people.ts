import { findOrCreatePeople, setConsents, type Person } from '#directory';
import { homesOf, lockAddresses, personChangesBy, turnsOf, type Home } from '#enrollments';
import { databaseFailure, type Tx } from '#platform';
import { personalColumns, personalIds, personalPairs } from '#rules';
import type { Item } from './read-row.js';
import { offerUndo } from './take-undo.js';

export interface ImportRules {
  jobId: string;
  /** What somebody becomes whom nobody knows. */
  unknown: 'lead' | 'customer';
  /** The words they agreed to, or where; without it no yes is taken. */
  consentSource?: string;
}

export interface Outcome {
  row: number;
  address: string;
  result: 'created' | 'changed' | 'unchanged' | 'refused';
  why: string;
}

type Kind = Home['kind'];
const tables = { customer: 'public.unified_profiles', lead: 'public.purchase_leads' } as const;

/** What was done to one item's row. */
interface Written {
  item: Item;
  kind: Kind;
  id: string;
  before: unknown;
  after: unknown;
}

/**
 * Writes what rows say about people, in order: who is known where they live, everybody else anew. What the database
 * refuses is refused alone. Notes what changed, so that it can be undone. Writers of one address follow each other.
 */
export async function writePeople(tx: Tx, items: readonly Item[], rules: ImportRules): Promise<Outcome[]> {
  await lockAddresses(
    tx,
    items.map(({ address }) => address),
  );
  const outcomes: Outcome[] = [];
  for (const turn of turnsOf(items, ({ address }) => address)) outcomes.push(...(await writeOrHalve(tx, turn, rules)));
  return outcomes.toSorted((a, b) => a.row - b.row);
}

async function writeOrHalve(tx: Tx, items: Item[], rules: ImportRules): Promise<Outcome[]> {
  try {
    return await tx.savepoint(() => write(tx, items, rules));
  } catch (error) {
    if (databaseFailure(error) !== 'invalid') throw error;
    const [only] = items;
    if (items.length === 1 && only)
      return [
        {
          row: only.row,
          address: only.address,
          result: 'refused',
          why: 'The database refused this row. Check its values.',
        },
      ];
    const half = Math.ceil(items.length / 2);
    return [
      ...(await writeOrHalve(tx, items.slice(0, half), rules)),
      ...(await writeOrHalve(tx, items.slice(half), rules)),
    ];
  }
}

async function write(tx: Tx, items: readonly Item[], rules: ImportRules): Promise<Outcome[]> {
  const homes = await homesOf(
    tx,
    items.map(({ address }) => address),
  );
  const places = items.map((item) => ({ item, home: homes.get(item.address) }));
  const written = new Map<Item, Written>();
  for (const kind of ['customer', 'lead'] as const) {
    const known = places.flatMap(({ item, home }) => (home?.kind === kind ? [{ item, id: home.id }] : []));
    for (const one of await update(tx, kind, known)) written.set(one.item, one);
  }
  const unknown = places.flatMap(({ item, home }) => (home ? [] : [item]));
  for (const one of await insert(tx, rules.unknown, unknown)) written.set(one.item, one);
  const consents = await sayFor(tx, items, rules);
  await note(tx, rules.jobId, places, written, consents);
  return places.map(({ item, home }) => {
    const consent = consents.get(item);
    const changed = written.has(item) || consent?.after !== undefined;
    const result = home ? (changed ? 'changed' : 'unchanged') : 'created';
    const why = [consent?.why, home && keptDate(item, home)].filter(Boolean).join(' ');
    return { row: item.row, address: item.email, result, why };
  });
}

/** Since when somebody is known says the shop, and not a file: the oldest profile counts, and the newest lead. */
const keptDate = ({ createdAt }: Item, home: Home): string | undefined =>
  createdAt === undefined || Date.parse(createdAt) === home.createdAt.getTime()
    ? undefined
    : 'They are known already, so their date stayed as it was.';

/** SQL: what an import writes of a row, as JSON. */
export const kept = (alias: string): string =>
  `jsonb_build_object(${personalPairs(alias)}, 'tags', ${alias}.tags, 'attributes', ${alias}.attributes)`;
/** SQL: a whole row as it must still be, so that it can be taken away again. */
export const whole = (alias: string): string => `to_jsonb(${alias}) - 'updated_at'`;

const given = `jsonb_to_recordset($1::jsonb) g (id uuid, address text, email text,
  ${personalIds.map((id) => `${id} text`).join(', ')}, tags text[], attributes jsonb, created_at timestamptz)`;

const asJson = (kind: Kind, items: readonly { item: Item; id?: string }[]): string =>
  JSON.stringify(
    items.map(({ item, id }) => ({
      ...item.fields,
      id,
      address: item.address,
      email: item.email,
      // A lead always shows the tag "lead"; it is not stored with it.
      tags: kind === 'lead' ? item.tags.filter((tag) => tag.toLowerCase() !== 'lead') : item.tags,
      attributes: item.attributes,
      created_at: item.createdAt,
    })),
  );

const next = personChangesBy([...personalIds.map((id) => `g.${id}`), 'g.tags', 'g.attributes'], 't.');

/** Changes those of whom something differs. */
async function update(tx: Tx, kind: Kind, known: readonly { item: Item; id: string }[]): Promise<Written[]> {
  if (known.length === 0) return [];
  const items = new Map(known.map(({ item, id }) => [id, item]));
  const rows = await tx.rows<{ id: string; before: unknown; after: unknown }>(
    `update ${tables[kind]} t set ${next.map(({ column, value }) => `${column} = ${value}`).join(', ')}, updated_at = cortex.now()
     from ${given}
     where t.id = g.id and (${next.map(({ column, value }) => `t.${column} is distinct from ${value}`).join(' or ')})
     returning t.id, ${kept('old')} as before, ${kept('new')} as after`,
    [asJson(kind, known)],
  );
  return rows.map(({ id, before, after }) => ({ item: items.get(id)!, kind, id, before, after }));
}

async function insert(tx: Tx, kind: Kind, unknown: readonly Item[]): Promise<Written[]> {
  if (unknown.length === 0) return [];
  const items = new Map(unknown.map((item) => [item.address, item]));
  const source = kind === 'lead' ? { column: 'source, ', value: "'import', " } : { column: '', value: '' };
  const rows = await tx.rows<{ id: string; address: string; after: unknown }>(
    `insert into ${tables[kind]} as t (email, ${source.column}${personalColumns()}, tags, attributes, created_at)
     select g.email, ${source.value}${personalColumns('g')}, g.tags, g.attributes, coalesce(g.created_at, cortex.now())
     from ${given}
     returning t.id, cortex.address(t.email) as address, ${whole('t')} as after`,
    [
      asJson(
        kind,
        unknown.map((item) => ({ item })),
      ),
    ],
  );
  return rows.map(({ id, address, after }) => ({ item: items.get(address)!, kind, id, before: null, after }));
}

interface ConsentSaid {
  before?: unknown;
  after?: unknown;
  why?: string;
}

/** What an import may say of consent: a no always, a yes only where nobody ever answered and its source is named. */
async function sayFor(tx: Tx, items: readonly Item[], rules: ImportRules): Promise<Map<Item, ConsentSaid>> {
  const said = new Map<Item, ConsentSaid>();
  const saying = items.filter(({ consent }) => consent !== undefined);
  if (saying.length === 0) return said;
  const people = await findOrCreatePeople(
    tx,
    saying.map(({ address }) => address),
  );
  const taken = saying.filter((item) => {
    const why = leftOut(item, people.get(item.address)!, rules);
    if (why !== undefined) said.set(item, why === '' ? {} : { why });
    return why === undefined;
  });
  const ids = taken.map(({ address }) => people.get(address)!.person_id);
  const before = await consentsOf(tx, ids);
  const about = { source: 'import', ...(rules.consentSource ? { text: rules.consentSource } : {}) };
  const { changed } = await setConsents(
    tx,
    taken.map(({ consent }, nth) => ({
      person_id: ids[nth]!,
      consent: { ...about, status: consent! },
      by: 'import' as const,
    })),
    { history: true },
  );
  const after = await consentsOf(tx, ids);
  taken.forEach((item, nth) => {
    if (changed[nth]) said.set(item, { before: before.get(ids[nth]!), after: after.get(ids[nth]!) });
  });
  return said;
}

function leftOut({ consent }: Item, person: Person, { consentSource }: ImportRules): string | undefined {
  if (consent === person.consent_status) return '';
  if (consent === 'unsubscribed') return undefined;
  if (consentSource === undefined) return 'The yes to e-mails was left out, since nothing says where it comes from.';
  return person.consent_status === 'unknown'
    ? undefined
    : 'The yes to e-mails was left out: they said something else themselves.';
}

/** What stands about mail, as it is noted for undoing. */
async function consentsOf(tx: Tx, people: readonly string[]): Promise<Map<string, unknown>> {
  const rows = await tx.rows<{ person_id: string; standing: unknown }>(
    `select p.person_id, ${consentKept('p')} as standing from cortex.people p where p.person_id = any($1::uuid[])`,
    [people],
  );
  return new Map(rows.map(({ person_id, standing }) => [person_id, standing]));
}

/** SQL: what stands about mail of a person. */
export const consentKept = (alias: string): string =>
  `jsonb_build_object('person_id', ${alias}.person_id, 'status', ${alias}.consent_status,
    'source', ${alias}.consent_source, 'at', ${alias}.consent_at, 'by', ${alias}.consent_by,
    'text', ${alias}.consent_text)`;

async function note(
  tx: Tx,
  jobId: string,
  places: readonly { item: Item; home: Home | undefined }[],
  written: ReadonlyMap<Item, Written>,
  consents: ReadonlyMap<Item, ConsentSaid>,
): Promise<void> {
  const changes = places.flatMap(({ item, home }) => {
    const one = written.get(item);
    const consent = consents.get(item);
    if (!one && consent?.after === undefined) return [];
    return [
      {
        row_no: item.row,
        address: item.address,
        kind: one?.kind ?? home!.kind,
        record_id: one?.id ?? home!.id,
        before: one?.before ?? null,
        after: one?.after ?? null,
        consent_before: consent?.before ?? null,
        consent_after: consent?.after ?? null,
      },
    ];
  });
  if (changes.length === 0) return;
  await tx.run(
    `insert into cortex.import_changes
       (job_id, row_no, address, kind, record_id, before, after, consent_before, consent_after)
     select $1, g.row_no, g.address, g.kind, g.record_id, g.before, g.after, g.consent_before, g.consent_after
     from jsonb_to_recordset($2::jsonb) g (row_no int, address text, kind text, record_id uuid, before jsonb,
       after jsonb, consent_before jsonb, consent_after jsonb)
     order by g.row_no`,
    [jobId, JSON.stringify(changes)],
  );
  await offerUndo(tx, jobId);
}
