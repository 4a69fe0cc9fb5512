import { lockKey, type Tx } from '#platform';
import { orderCurrency, paidSum } from '../sql/paid-sum.js';

/** What somebody paid in one currency, less refunds, in its smallest unit. */
export interface Paid {
  currency: string;
  minor: number;
}

/** Nobody pays in more; what a shop wrote beyond is left out. */
const MOST_CURRENCIES = 20;

const PAID = {
  name: 'paid by people',
  text: `select w.person_id, ${orderCurrency} as currency, ${paidSum}::float8 as minor
    from unnest($1::uuid[]) w (person_id)
    cross join lateral (
      select w.person_id as account
      union all
      select k.person_id from cortex.person_links k where $2 and k.into_person_id = w.person_id) a
    join cortex.people p on p.person_id = a.account and p.type = 'customer'
    join public.transactions t on t.profile_id = p.id
    where t.status in ('paid', 'partly_refunded')
    group by 1, 2 order by 1, 2`,
};

/**
 * What these people paid, by currency: read from their orders, so that it is right also while the directory is being
 * counted anew. Who paid nothing is left out.
 * @param linked with what the accounts paid that are linked to theirs
 */
export async function paidBy(
  tx: Tx,
  personIds: readonly string[],
  { linked }: { linked: boolean },
): Promise<Map<string, Paid[]>> {
  const found = new Map<string, Paid[]>();
  if (personIds.length === 0) return found;
  for (const { person_id, ...paid } of await tx.rows<Paid & { person_id: string }>(PAID, [personIds, linked])) {
    const own = found.get(person_id) ?? [];
    if (paid.minor !== 0 && own.length < MOST_CURRENCIES) own.push(paid);
    found.set(person_id, own);
  }
  return found;
}

/**
 * Whether lifetime values are still being counted anew, because the workspace changed its currency. It does not change it
 * before this transaction ends. Somebody who cannot be repaired does not count: they may stay as they are for long.
 */
export async function isRecounting(tx: Tx): Promise<boolean> {
  await tx.rows(`select pg_advisory_xact_lock_shared(${lockKey.named("'cortex.currency'")})`);
  const left = await tx.row(
    'select from cortex.pending q where q.recount and q.attempts < cortex.most_repairs() limit 1',
  );
  return left !== undefined;
}
