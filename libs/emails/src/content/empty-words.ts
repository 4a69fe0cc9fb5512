import { liquidTags, nodesOf, type Design } from '#designs';
import { notFound, type Database } from '#platform';
import { mayBeMailed, settingSql } from '#rules';
import { lineAndColumn } from '../liquid/liquid.js';
import { readableLiquid } from '../liquid/liquid-source.js';
import { contactValueSql } from './personalisation.js';

/** Places and different words that are looked at in one mail. */
const MOST_PLACES = 200;
const MOST_WORDS = 50;
/** Milliseconds after which the count is given up. */
const PATIENCE = 5_000;

/** One place of a mail that says something of its reader, and nothing else where there is nothing. */
interface WordPlace {
  pointer: string;
  /** As Liquid names it: `contact.first_name`. */
  path: string;
  line?: number;
  column?: number;
}

/** What a mail is made of; of a design its words, else its HTML. */
interface WordsOf {
  subject: string;
  preheader: string;
  html: string;
  text?: string | null | undefined;
  design?: Design | undefined;
}

const output = /^\{\{-?\s*(contact(?:\.[a-z_][\w-]*){1,6})\s*(\|[\s\S]*?)?-?\}\}$/i;
/** Filters that say something where there is nothing. */
const fills = /\|\s*(default|append|prepend|size|plus|replace|at_least)\b/;
const opens = /^\{%-?\s*(if|unless|case|for)\b/;
const closes = /^\{%-?\s*end(if|unless|case|for)\b/;

/** The places that would be empty for somebody; what a condition or a fallback looks after is left out. */
export function wordPlaces({ subject, preheader, html, text, design }: WordsOf): WordPlace[] {
  const found: WordPlace[] = [];
  const look = (source: string, pointer: string, isCode = false) => {
    let depth = 0;
    const readable = readableLiquid(source);
    for (const { tag, index } of liquidTags(readable)) {
      if (found.length >= MOST_PLACES) return;
      if (opens.test(tag)) depth += 1;
      else if (closes.test(tag)) depth -= 1;
      const [, path, filters = ''] = output.exec(tag) ?? [];
      if (!path || depth > 0 || fills.test(filters)) continue;
      const [line, column] = isCode ? lineAndColumn(readable, index) : [undefined, undefined];
      found.push({ pointer, path, ...(line === undefined ? {} : { line, column }) });
    }
  };
  look(subject, '/subject');
  look(preheader, '/preheader');
  if (text) look(text, '/text');
  if (!design) {
    look(html, '/html', true);
    return found;
  }
  const conditional: string[] = [];
  for (const { node, pointer } of nodesOf(design.rows)) {
    if (node.only) conditional.push(`${pointer}/`);
    if (node.only || conditional.some((above) => pointer.startsWith(above))) continue;
    for (const source of [...Object.values(node.attributes), node.content ?? ''])
      if (source.includes('{{')) look(source, pointer);
  }
  return found;
}

interface EmptyWords {
  /** People who were looked at. */
  people: number;
  /** Places that are empty for somebody, most people first. */
  words: (WordPlace & { empty: number })[];
}

/**
 * Of how many people each personal word of a mail is empty: of a list's, or of all, and of those only whom mail of this
 * stream may go to.
 * @throws AppError 404 when there is no such list; the database's refusal when it takes longer than it may
 */
export async function emptyWords(
  database: Database,
  mail: WordsOf,
  stream: 'broadcast' | 'transactional',
  listId?: string,
): Promise<EmptyWords> {
  const places = wordPlaces(mail);
  const values: unknown[] = [];
  const sql = new Map<string, string>();
  for (const { path } of places) {
    if (sql.size >= MOST_WORDS) break;
    const value = sql.has(path) ? undefined : contactValueSql(path.split('.').slice(1), values);
    if (value) sql.set(path, value);
  }
  const mailable =
    stream === 'broadcast' ? mayBeMailed(settingSql('mail_unanswered')) : 'not p.suppressed_transactional';
  const among = listId ? `and p.id in (select l.id from public.resolve_smart_list($${values.push(listId)}) l)` : '';
  const counts = [...sql.values()].map(
    (value) => `count(*) filter (where coalesce(btrim((${value})::text), '') in ('', '{}'))::int`,
  );
  const row = await database.tx(
    async (tx) => {
      if (listId && !(await tx.row('select from public.crm_smart_lists where id = $1', [listId])))
        throw notFound('smart list');
      return tx.row<{ people: number; empty: number[] }>(
        `select count(*)::int as people, array[${counts.join(', ')}]::int[] as empty
         from cortex.people p where p.type is not null and ${mailable} ${among}`,
        values,
      );
    },
    { readOnly: true, statementTimeout: PATIENCE },
  );
  const emptyOf = new Map([...sql.keys()].map((path, at) => [path, row!.empty[at]!]));
  const words = places.flatMap((place) => {
    const empty = emptyOf.get(place.path) ?? 0;
    return empty > 0 ? [{ ...place, empty }] : [];
  });
  return { people: row!.people, words: words.sort((a, b) => b.empty - a.empty) };
}
