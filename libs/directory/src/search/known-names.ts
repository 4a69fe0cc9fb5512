import type { Tx } from '#platform';

/** A first or last name that somebody in the directory has, folded. */
export interface KnownName {
  kind: 'first' | 'last';
  name: string;
}

/** So few names are looked at further: people of more would be anybody. */
const MOST = 6;
/** Below this a slip leaves too little to know a name by: only accents may differ. */
const SHORTEST = 4;
const CANDIDATES = 200;

/**
 * The known names that each of these texts (folded) may have been meant for, the nearest first: the same but for accents,
 * then those one slip away; where there are none, those that share most with it. At most six for each text.
 */
export async function nearNames(tx: Tx, texts: readonly string[]): Promise<KnownName[][]> {
  const rows = await tx.rows<KnownName & { text: number; meant: string; bare: string }>(
    `select t.ord::int as text, t.near[1] as meant, k.kind, k.name, k.bare
     from (select ord, cortex.near_spellings(text) as near from unnest($1::text[]) with ordinality t (text, ord)) t
     cross join lateral (
       select k.kind, k.name, k.near[1] as bare from cortex.known_names k where k.near && t.near limit ${CANDIDATES}) k`,
    [texts],
  );
  const found: KnownName[][] = [];
  for (const [at, text] of texts.entries()) {
    const slips = new Map<string, KnownName & { slips: number }>();
    for (const { text: of, meant, kind, name, bare } of rows) {
      const apart = of === at + 1 ? slipsBetween(meant, bare) : Infinity;
      if (apart <= (meant.length < SHORTEST ? 0 : 1)) slips.set(`${kind} ${name}`, { kind, name, slips: apart });
    }
    const near = [...slips.values()].toSorted((a, b) => a.slips - b.slips || (a.name < b.name ? -1 : 1));
    found.push(near.length > 0 ? near.slice(0, MOST).map(({ kind, name }) => ({ kind, name })) : await alike(tx, text));
  }
  return found;
}

/** Whether any name is like this pattern of LIKE. */
export async function isInNames(tx: Tx, pattern: string): Promise<boolean> {
  const found = await tx.row<{ known: boolean }>(
    {
      name: 'known name like',
      text: 'select exists (select from cortex.known_names k where k.name like $1) as known',
    },
    [pattern],
  );
  return found!.known;
}

/** Names that share many groups of three letters with this text. */
async function alike(tx: Tx, text: string): Promise<KnownName[]> {
  if (text.length < SHORTEST) return [];
  await tx.rows("select set_config('pg_trgm.word_similarity_threshold', '0.5', true)");
  return tx.rows<KnownName>(
    `select k.kind, k.name from cortex.known_names k where $1 <% k.name
     group by k.kind, k.name order by word_similarity($1, k.name) desc, k.name limit ${MOST}`,
    [text],
  );
}

/** How many letters are too many, missing, wrong, or changed places with their neighbour, at least. */
function slipsBetween(a: string, b: string): number {
  const [from, to] = [[...a], [...b]];
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const wrong = last[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      let least = Math.min(wrong, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[to.length]!;
}
