import type { ContactSort } from '#contracts';
import { decodeCursor, encodeCursor, type Tx } from '#platform';
import { everyone, fold, isUuid, type SqlFragment } from '#rules';
import { searches, type Way } from './contact-search.js';
import type { ContactRow } from './contact.js';
import { paidBy } from '../facts/paid.js';
import { personColumns } from '../identity/people.js';

/** Several reasons may stand against an address; the one to show is the one that is hardest to lift. */
const HARDEST_FIRST = `array_position(array['spam_complaint', 'hard_bounce', 'inactive', 'manual'], x.reason)`;

const BESIDE = `
  cross join cortex.settings s
  left join lateral (
    select x.reason, x.created_at from cortex.suppressions x
    where x.address = p.address and x.stream = 'broadcast' and p.suppressed_broadcast
    order by ${HARDEST_FIRST} limit 1) x on true`;

const columns = `${personColumns}, x.reason as suppression_reason, x.created_at as suppressed_at, s.mail_unanswered, s.currency`;

interface Order {
  key: string;
  type: string;
  direction: 'asc' | 'desc';
}

/** Sort keys are never NULL, so that a page can go on from any row. */
const keys = new Map(
  Object.entries<{ key: string; type: string }>({
    created_at: { key: 'p.created_at', type: 'timestamptz' },
    email: { key: 'p.address', type: 'text collate "C"' },
    name: { key: `left(p.name_folded, 100) collate "C"`, type: 'text collate "C"' },
    last_activity: { key: `coalesce(p.last_activity, '-infinity')`, type: 'timestamptz' },
    lifetime_value: { key: 'p.lifetime_value_minor', type: 'bigint' },
  }),
);

function orderOf(sort: ContactSort): Order {
  const down = sort.startsWith('-');
  return { ...keys.get(down ? sort.slice(1) : sort)!, direction: down ? 'desc' : 'asc' };
}

export interface ContactQuery {
  q?: string;
  type?: 'customer' | 'lead';
  sort: ContactSort;
  limit: number;
  cursor?: string;
  /** A condition over `cortex.people p` with placeholders from $1, as `toSql` of #rules makes it. */
  rulesSql?: SqlFragment;
}

export interface ContactPage {
  rows: ContactRow[];
  next_cursor: string | null;
}

/**
 * One page of the directory, stable while people come and go. `q` finds an id or a whole address; else what begins with
 * it: an address, a name or a last name; when nothing does, what has it anywhere; and when nothing has, names that are
 * nearly so.
 * @throws AppError 400 for a cursor of another list
 */
export async function contactPage(tx: Tx, query: ContactQuery): Promise<ContactPage> {
  const wanted = query.q?.trim() ?? '';
  if (isUuid(wanted)) {
    const row = query.cursor ? undefined : await contactById(tx, wanted);
    return { rows: row ? [row] : [], next_cursor: null };
  }
  const setting = await settingOf(tx);
  if (wanted === '') return page(tx, query, setting);
  // Somebody's whole address means that person.
  if (wanted.includes('@') && !query.cursor) {
    const whole = await page(tx, query, setting, wholeAddress(fold(wanted), setting));
    if (whole.rows.length > 0) return whole;
  }
  // A cursor says of which search it is, so that its next page is of the same.
  const mark = query.cursor ? [...searches.keys()].find((each) => each !== '' && query.cursor!.startsWith(each)) : '';
  const cursor = query.cursor?.slice(mark?.length ?? 0);
  for (const [name, { shortest, ways }] of searches) {
    if ((query.cursor && name !== (mark ?? '')) || wanted.length < shortest) continue;
    const tried = await ways(fold(wanted), tx);
    if (tried.length === 0) continue;
    const found = await page(tx, { ...query, cursor }, setting, tried);
    if (found.rows.length > 0 || query.cursor) {
      return { ...found, next_cursor: found.next_cursor && name + found.next_cursor };
    }
  }
  return { rows: [], next_cursor: null };
}

/** What each page asks beforehand, so that the planner of the large statement need not look at it. */
interface Setting {
  mail_unanswered: boolean;
  currency: string;
  /** Somebody was merged into another. */
  merged: boolean;
}

const settingOf = async (tx: Tx): Promise<Setting> =>
  (await tx.row<Setting>({
    name: 'contact page setting',
    text: 'select s.mail_unanswered, s.currency, exists (select from cortex.person_links) as merged from cortex.settings s',
  }))!;

async function page(
  tx: Tx,
  query: ContactQuery,
  setting: Setting,
  ways: readonly Way[] = [() => 'true'],
): Promise<ContactPage> {
  const values: unknown[] = [...(query.rulesSql?.values ?? [])];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const order = orderOf(query.sort);
  const where = [setting.merged ? everyone : 'p.type is not null'];
  if (query.rulesSql) where.push(`(${query.rulesSql.text})`);
  if (query.type) where.push(`p.type = ${bind(query.type)}`);
  const after = decodeCursor(query.cursor, 2);
  if (after) {
    const sign = order.direction === 'asc' ? '>' : '<';
    where.push(`(${order.key}, p.person_id) ${sign} (${bind(after[0])}::${order.type}, ${bind(after[1])}::uuid)`);
  }
  const ordered = (key: string) => `order by ${key} ${order.direction}, p.person_id ${order.direction}`;
  const limit = `limit ${query.limit + 1}`;
  const columns = `${personColumns}, (${order.key})::text as sort_key`;
  // Each way is planned alone, so that each finds its index, or the order in which to meet enough soon.
  const parts = ways.map((way) => [...where, way(bind)].join(' and '));
  const chosen = parts.map(
    (part) =>
      `select p.person_id, ${order.key} as key from cortex.people p where ${part} ${ordered(order.key)} ${limit}`,
  );
  // Where many are gathered first, who is on the page is chosen by as little as that takes; then the rows are read.
  const gathers = parts.length > 1 || query.rulesSql?.text.includes('from public.crm_activities');
  const ids =
    chosen.length === 1
      ? `select c.person_id from (${chosen[0]}) c`
      : `select p.person_id from (${chosen.map((part) => `(${part})`).join(' union ')}) p ${ordered('p.key')} ${limit}`;
  const rows = await tx.rows<Omit<ContactRow, keyof typeof unsuppressed | keyof typeof unpaid> & { sort_key: string }>(
    gathers
      ? `select ${columns} from cortex.people p where p.person_id = any(array(${ids})) ${ordered(order.key)}`
      : `select ${columns} from cortex.people p where ${parts[0]} ${ordered(order.key)} ${limit}`,
    values,
  );
  const { mail_unanswered, currency } = setting;
  const beside = { mail_unanswered, ...unsuppressed, currency, ...unpaid };
  const shown = rows.slice(0, query.limit).map((row) => ({ ...row, ...beside }));
  await addSuppressions(tx, shown);
  await addPaid(tx, shown, setting.merged);
  if (setting.merged) await addLinked(tx, shown);
  const last = shown.at(-1);
  return {
    rows: shown,
    next_cursor: rows.length > query.limit && last ? encodeCursor([last.sort_key, last.person_id]) : null,
  };
}

const unsuppressed = { suppression_reason: null, suppressed_at: null, erased_at: null };
const unpaid = { paid: [] };

/** Few people are suppressed, so that joining everybody to the suppressions would cost more than asking for those. */
async function addSuppressions(tx: Tx, rows: readonly ContactRow[]): Promise<void> {
  const suppressed = new Map(rows.filter((row) => row.suppressed_broadcast).map((row) => [row.address, row]));
  if (suppressed.size === 0) return;
  const found = await tx.rows<{
    address: string;
    suppression_reason: NonNullable<ContactRow['suppression_reason']>;
    suppressed_at: Date;
  }>(
    `select distinct on (x.address) x.address, x.reason as suppression_reason, x.created_at as suppressed_at
     from cortex.suppressions x where x.stream = 'broadcast' and x.address = any($1::text[])
     order by x.address, ${HARDEST_FIRST}`,
    [[...suppressed.keys()]],
  );
  for (const each of found) Object.assign(suppressed.get(each.address)!, each);
  await addErased(tx, rows);
}

/** Whoever is suppressed and not on the list has the address of somebody who was erased. */
async function addErased(tx: Tx, rows: readonly ContactRow[]): Promise<void> {
  const unlisted = rows.filter((row) => row.suppressed_broadcast && row.suppression_reason === null);
  if (unlisted.length === 0) return;
  const found = await tx.rows<{ address: string; erased_at: Date }>(
    `select a.address, e.erased_at from unnest($1::text[]) a (address)
     join cortex.erased_addresses e on e.hash = cortex.erased_hash(a.address)`,
    [unlisted.map(({ address }) => address)],
  );
  const at = new Map(found.map(({ address, erased_at }) => [address, erased_at]));
  for (const row of unlisted) row.erased_at = at.get(row.address) ?? null;
}

/** Who has this address, and to whom an account with this address is linked. */
const wholeAddress = (address: string, { merged }: Setting): Way[] => [
  (bind) => `p.address = ${bind(address)}`,
  ...(merged
    ? [
        (bind: (value: unknown) => string) => `p.person_id in (
          select k.into_person_id from cortex.people o join cortex.person_links k on k.person_id = o.person_id
          where o.address = ${bind(address)})`,
      ]
    : []),
];

/** Leads have paid nothing, unless a customer is linked to them. */
async function addPaid(tx: Tx, rows: ContactRow[], linked: boolean): Promise<void> {
  const payers = linked ? rows : rows.filter(({ type }) => type === 'customer');
  const found = await paidBy(
    tx,
    payers.map((row) => row.person_id),
    { linked },
  );
  for (const row of payers) row.paid = found.get(row.person_id) ?? [];
}

/** What the accounts linked to these people add to what is shown of them. */
async function addLinked(tx: Tx, rows: readonly ContactRow[]): Promise<void> {
  const linked = await tx.rows<{ person_id: string; last_activity: Date | null }>(
    `select k.into_person_id as person_id, max(o.last_activity) as last_activity
     from cortex.person_links k join cortex.people o on o.person_id = k.person_id
     where k.into_person_id = any($1::uuid[]) group by 1`,
    [rows.map((row) => row.person_id)],
  );
  const heads = new Map(rows.map((row) => [row.person_id, row]));
  for (const { person_id, last_activity } of linked) {
    const head = heads.get(person_id)!;
    if (last_activity && (!head.last_activity || last_activity > head.last_activity))
      head.last_activity = last_activity;
  }
}

/** The person with this id: the public one, one they had before, their profile's, one of their leads', or the person's own. */
export async function contactById(tx: Tx, id: string): Promise<ContactRow | undefined> {
  const row = await tx.row<Omit<ContactRow, 'paid' | 'erased_at'>>(
    `with found as (
       select p.person_id, case p.type when 'customer' then 0 else 1 end as place from cortex.people p where p.id = $1
       union all
       select p.person_id, 2 from cortex.people p where p.person_id = $1
       union all
       select p.person_id, 3 from public.unified_profiles u
         join cortex.people p on p.address = cortex.address(u.email) where u.id = $1
       union all
       select p.person_id, 4 from public.purchase_leads l
         join cortex.people p on p.address = cortex.lead_home(l.id, l.email) where l.id = $1
       union all
       select f.person_id, 5 from cortex.former_ids f where f.id = $1
       union all
       select m.into_person_id, 6 from cortex.person_merges m where m.person_id = $1
     ), person as (
       select coalesce(k.into_person_id, f.person_id) as person_id
       from found f left join cortex.person_links k on k.person_id = f.person_id
       order by f.place limit 1
     )
     select ${columns} from cortex.people p ${BESIDE}
     where p.type is not null and p.person_id = (select person_id from person)`,
    [id],
  );
  if (!row) return undefined;
  const person: ContactRow = { ...row, ...unpaid, erased_at: null };
  await addErased(tx, [person]);
  await addPaid(tx, [person], true);
  await addLinked(tx, [person]);
  return person;
}

/** Under whom the directory shows this person: the one to whom they are linked, or themselves. */
export async function shownPerson(tx: Tx, personId: string): Promise<string> {
  const link = await tx.row<{ into_person_id: string }>(
    'select k.into_person_id from cortex.person_links k where k.person_id = $1',
    [personId],
  );
  return link?.into_person_id ?? personId;
}

/** The people whose activities belong to this one: itself and those merged into it. */
export async function personIdsOf(tx: Tx, personId: string): Promise<string[]> {
  const rows = await tx.rows<{ person_id: string }>(
    'select $1::uuid as person_id union select person_id from cortex.person_links where into_person_id = $1',
    [personId],
  );
  return rows.map((row) => row.person_id);
}
