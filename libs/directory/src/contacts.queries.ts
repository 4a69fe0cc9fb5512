import type { ContactSort } from '#contracts';
import { decodeCursor, encodeCursor, type Tx } from '#platform';
import { everyone, fold, type SqlFragment } from '#rules';
import type { ContactRow } from './contact.js';
import { personColumns } from './people.js';

const BESIDE = `
  cross join cortex.settings s
  left join cortex.suppressions x on x.address = p.address and x.stream = 'broadcast' and p.suppressed_broadcast`;

const columns = `${personColumns}, x.reason as suppression_reason, x.created_at as suppressed_at, s.mail_unanswered`;

interface Order {
  key: string;
  type: string;
  direction: 'asc' | 'desc';
}

/** Sort keys are never NULL, so that a page can go on from any row. */
const keys: Record<string, { key: string; type: string }> = {
  created_at: { key: 'p.created_at', type: 'timestamptz' },
  email: { key: 'p.address', type: 'text collate "C"' },
  name: { key: 'p.name_folded', type: 'text' },
  last_activity: { key: `coalesce(p.last_activity, '-infinity')`, type: 'timestamptz' },
  lifetime_value: { key: 'p.lifetime_value_minor', type: 'bigint' },
};

function orderOf(sort: ContactSort): Order {
  const down = sort.startsWith('-');
  return { ...keys[down ? sort.slice(1) : sort]!, direction: down ? 'desc' : 'asc' };
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
 * One page of the directory, stable while people come and go. `q` finds an id or a whole address, else parts of names
 * and addresses, and when nothing contains it, names that are nearly so.
 * @throws AppError 400 for a cursor of another list
 */
export async function contactPage(tx: Tx, query: ContactQuery): Promise<ContactPage> {
  const wanted = query.q?.trim() ?? '';
  if (wanted === '') return page(tx, query);
  if (UUID.test(wanted)) {
    const row = query.cursor ? undefined : await contactById(tx, wanted);
    return { rows: row ? [row] : [], next_cursor: null };
  }
  // Somebody's whole address means that person: an index answers, where a dozen trigrams would be intersected.
  if (wanted.includes('@') && !query.cursor) {
    const whole = await page(tx, query, (bind) => `p.address = ${bind(fold(wanted))}`);
    if (whole.rows.length > 0) return whole;
  }
  const [typos, cursor] = readCursor(query.cursor);
  const exact = typos ? undefined : await page(tx, { ...query, cursor }, contains(wanted));
  if (exact && (exact.rows.length > 0 || cursor || wanted.length < 4)) return exact;
  await tx.run("select set_config('pg_trgm.word_similarity_threshold', '0.5', true)");
  const near = await page(tx, { ...query, cursor }, nearly(wanted));
  return { ...near, next_cursor: near.next_cursor && `~${near.next_cursor}` };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A cursor of the second, typo-tolerant search says so, so that its next page is of the same search. */
const readCursor = (cursor?: string): [boolean, string | undefined] =>
  cursor?.startsWith('~') ? [true, cursor.slice(1)] : [false, cursor];

type Search = (bind: (value: unknown) => string) => string;

const contains =
  (text: string): Search =>
  (bind) => {
    const folded = fold(text).replace(/[\\%_]/g, (sign) => `\\${sign}`);
    // Trigrams need three letters; below that the beginning of the address or of a word of the name is meant.
    const pattern = folded.length < 3 ? `${folded}%` : `%${folded}%`;
    const anywhere = bind(pattern);
    const second = folded.length < 3 ? ` or p.name_folded like ${bind(`% ${folded}%`)}` : '';
    return `(p.address like ${anywhere} or p.name_folded like ${anywhere}${second})`;
  };

const nearly =
  (text: string): Search =>
  (bind) =>
    `${bind(fold(text))} <% p.name_folded`;

async function page(tx: Tx, query: ContactQuery, search?: Search): Promise<ContactPage> {
  const values: unknown[] = [...(query.rulesSql?.values ?? [])];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const order = orderOf(query.sort);
  const where = [everyone];
  if (query.rulesSql) where.push(`(${query.rulesSql.text})`);
  if (query.type) where.push(`p.type = ${bind(query.type)}`);
  if (search) where.push(search(bind));
  const after = decodeCursor(query.cursor, 2);
  if (after) {
    const sign = order.direction === 'asc' ? '>' : '<';
    where.push(`(${order.key}, p.person_id) ${sign} (${bind(after[0])}::${order.type}, ${bind(after[1])}::uuid)`);
  }
  const rows = await tx.rows<ContactRow & { sort_key: string }>(
    // The page is chosen before anything is joined to it: the planner then sees that its order can be read from an index.
    `select ${columns}, (${order.key})::text as sort_key
     from (
       select p.* from cortex.people p
       where ${where.join('\n and ')}
       order by ${order.key} ${order.direction}, p.person_id ${order.direction}
       limit ${bind(query.limit + 1)}
     ) p ${BESIDE}
     order by ${order.key} ${order.direction}, p.person_id ${order.direction}`,
    values,
  );
  const more = rows.length > query.limit;
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return { rows: shown, next_cursor: more && last ? encodeCursor([last.sort_key, last.person_id]) : null };
}

/** The person with this id: the public one, one they had before, their profile's, one of their leads', or the person's own. */
export async function contactById(tx: Tx, id: string): Promise<ContactRow | undefined> {
  return tx.row<ContactRow>(
    `with found as (
       select p.person_id, case p.type when 'customer' then 0 else 1 end as place from cortex.people p where p.id = $1
       union all
       select p.person_id, 2 from cortex.people p where p.person_id = $1
       union all
       select p.person_id, 3 from public.unified_profiles u
         join cortex.people p on p.address = cortex.address(u.email) where u.id = $1
       union all
       select p.person_id, 4 from public.purchase_leads l
         join cortex.people p on p.address = cortex.address(l.email) where l.id = $1
       union all
       select f.person_id, 5 from cortex.former_ids f where f.id = $1
     ), person as (
       select coalesce(k.into_person_id, f.person_id) as person_id
       from found f left join cortex.person_links k on k.person_id = f.person_id
       order by f.place limit 1
     )
     select ${columns} from cortex.people p ${BESIDE}
     where p.type is not null and p.person_id = (select person_id from person)`,
    [id],
  );
}

/** The people whose activities belong to this one: itself and those merged into it. */
export async function personIdsOf(tx: Tx, personId: string): Promise<string[]> {
  const rows = await tx.rows<{ person_id: string }>(
    'select $1::uuid as person_id union select person_id from cortex.person_links where into_person_id = $1',
    [personId],
  );
  return rows.map((row) => row.person_id);
}
