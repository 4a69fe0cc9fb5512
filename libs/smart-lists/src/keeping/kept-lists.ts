import { createHash } from 'node:crypto';
import { loadListDefinitions } from '#directory';
import { lockKey, readSettings, type Tx } from '#platform';
import {
  changesOfExpanded,
  dependencies,
  type Change,
  settingSql,
  stableJson,
  type Dependencies,
  type Group,
  type ListDefinition,
} from '#rules';

const GATE = lockKey.named("'cortex.lists'");

/**
 * Taken before persons' locks by whoever writes kept membership of single people: until the transaction ends no
 * list begins to be filled, so that a filling never misses what was seen before it began.
 */
export const enterListGate = (tx: Tx): Promise<unknown> => tx.rows(`select pg_advisory_xact_lock_shared(${GATE})`);

/** Waits for everybody in the gate and holds off the next ones; keep the transaction short. */
export const closeListGate = (tx: Tx): Promise<unknown> => tx.rows(`select pg_advisory_xact_lock(${GATE})`);

/** A list whose membership is kept, ready to be asked. */
export interface KeptList {
  id: string;
  name: string;
  definitions: ReadonlyMap<string, ListDefinition>;
  /** Its rules and those of all lists inside. */
  groups: readonly Group[];
  depends: Dependencies;
  /** What can change who is in, besides the clock. */
  changes: ReadonlySet<Change>;
  fingerprint: string;
  /** Those definitions, each as id, kind and rules, in order: what is stored with a filling. */
  means: readonly (readonly [string, ListDefinition['kind'], ListDefinition['rules']])[];
  swept_at: Date;
}

export interface Keeping {
  lists: readonly KeptList[];
  /** Some list waits to be filled: changes of people must be noted for it. */
  settling: boolean;
}

interface Row {
  id: string;
  name: string;
  state: 'stale' | 'kept' | 'failed';
  fingerprint: string | null;
  swept_at: Date | null;
}

/** What a list's answers are made of, besides people and the clock. */
export async function definitionOf(tx: Tx, id: string): Promise<Omit<KeptList, 'swept_at'>> {
  const definitions = await loadListDefinitions(tx, [id]);
  const list = definitions.get(id)!;
  const groups = [...definitions.values()].flatMap(({ rules }) => rules ?? []);
  const changes = changesOfExpanded(...groups);
  const settings = changes.has('setting') ? await readSettings(tx, 'timezone', 'mail_unanswered') : null;
  const asks = dependencies(...groups);
  // Only lists of money are filled anew when the workspace changes its currency.
  const money = asks.fields.includes('lifetime_value') ? [await readSettings(tx, 'currency')] : [];
  const means = [...definitions].map(([key, { kind, rules }]) => [key, kind, rules] as const);
  means.sort(([a], [b]) => (a < b ? -1 : 1));
  const fingerprint = createHash('md5')
    .update(stableJson([means, settings, ...money]))
    .digest('hex');
  return { id, name: list.name, definitions, groups, depends: asks, changes, fingerprint, means };
}

/** Changes with whatever the kept lists are made of; NULL when there are none. */
export const KEPT_LISTS_MARK = `
  select md5(string_agg(k.smart_list_id::text || k.state || coalesce(k.fingerprint, ''), ',' order by k.smart_list_id)
    || (select string_agg(l.id::text || l.name || coalesce(jsonb_hash_extended(l.rules, 0), 0), ',' order by l.id) from public.crm_smart_lists l)
    || ${settingSql('timezone')} || ${settingSql('mail_unanswered')} || ${settingSql('currency')})
  from cortex.list_keeping k`;
const EPOCH = { name: 'epoch of kept lists', text: `select (${KEPT_LISTS_MARK}) as epoch` };

/** The kept lists as one process knows them; read again when a definition, a setting or a state has changed. */
export class KeptLists {
  private known: { epoch: string; lists: KeptList[]; settling: boolean } | undefined;

  /** Those that are kept now. The gate must have been entered in an earlier statement. */
  async now(tx: Tx): Promise<Keeping> {
    const found = await tx.row<{ epoch: string | null }>(EPOCH);
    if (!found?.epoch) return { lists: [], settling: false };
    if (this.known?.epoch !== found.epoch) this.known = { epoch: found.epoch, ...(await readKept(tx)) };
    return this.known;
  }
}

async function readKept(tx: Tx): Promise<{ lists: KeptList[]; settling: boolean }> {
  const rows = await tx.rows<Row>(
    `select k.smart_list_id as id, l.name, k.state, k.fingerprint, k.swept_at
     from cortex.list_keeping k join public.crm_smart_lists l on l.id = k.smart_list_id order by k.smart_list_id`,
  );
  const lists: KeptList[] = [];
  let settling = false;
  for (const row of rows) {
    if (row.state === 'failed') continue;
    const definition = row.state === 'kept' ? await readable(tx, row.id) : undefined;
    if (definition && definition.fingerprint === row.fingerprint)
      lists.push({ ...definition, swept_at: row.swept_at! });
    else settling = true;
  }
  return { lists, settling };
}

/** Rules that another program wrote and nobody can read: the filling will say so. */
const readable = (tx: Tx, id: string) => definitionOf(tx, id).catch(() => undefined);
