import { adminAddresses } from '#contracts';
import { closeAttention, openAttention, type Tx } from '#platform';

/** An order that is another person's here; `holder` undefined: not (any more). */
export interface Looked {
  external_id: string;
  holder: string | undefined;
}

/** Orders that the notice names. */
const NAMED = 5;

/** Remembers which orders were refused, and forgets those that were not this time. */
export async function noteRefused(tx: Tx, source: string, looked: readonly Looked[]): Promise<void> {
  if (looked.length === 0) return;
  await tx.run(
    `with looked as (
       select l.external_id, l.person_id from jsonb_to_recordset($2::jsonb) l (external_id text, person_id uuid)
     ), fine as (
       delete from cortex.refused_orders r using looked l
       where r.source = $1 and r.external_id = l.external_id and l.person_id is null
     )
     insert into cortex.refused_orders (source, external_id, person_id)
     select $1, external_id, person_id from looked where person_id is not null
     on conflict (source, external_id) do update set person_id = excluded.person_id`,
    [source, JSON.stringify(looked.map(({ external_id, holder }) => ({ external_id, person_id: holder ?? null })))],
  );
}

/** Says under Needs attention which orders wait for somebody's decision, or that none does any more. */
export async function tellRefused(
  tx: Tx,
  { name, label }: { readonly name: string; readonly label: string },
): Promise<void> {
  const key = `orders_refused:${name}`;
  const rows = await tx.rows<{ external_id: string; id: string | null; total: number }>(
    `select r.external_id, p.id, (count(*) over ())::int as total
     from cortex.refused_orders r left join cortex.people p on p.person_id = r.person_id
     where r.source = $1 order by r.noticed_at, r.external_id limit $2`,
    [name, NAMED],
  );
  const [first] = rows;
  if (!first) return closeAttention(tx, key);
  const { total } = first;
  const named = rows.map(({ external_id }) => external_id).join(', ') + (total > NAMED ? ', …' : '');
  await openAttention(tx, {
    key,
    kind: 'orders_refused',
    title: total === 1 ? `An order at ${label} names another person` : `${total} orders at ${label} name other people`,
    detail: `${total === 1 ? 'It belongs' : 'They belong'} to somebody here, and ${label} names somebody else (${named}). Nothing was changed. If both are one person, link their accounts; if not, correct the address at ${label}. Then sync again.`,
    action: first.id
      ? { label: 'Look at the person', href: adminAddresses.contact(first.id) }
      : { label: 'Look at the orders', href: adminAddresses.settings('orders') },
    facts: { source: name, orders: total },
  });
}
