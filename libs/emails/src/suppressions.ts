import type { Tx } from '#platform';

export type Stream = 'broadcast' | 'transactional';
export type SuppressionReason = 'hard_bounce' | 'spam_complaint' | 'manual' | 'inactive';

export interface NewSuppression {
  address: string;
  stream: Stream;
  reason: SuppressionReason;
  /** Who said so: `postmark 406`, `postmark webhook`, a member of staff. */
  origin: string;
  message_id?: string;
}

/** Adds addresses to the list of those that get no mail on a stream. What is there already stays as it is. */
export async function suppress(tx: Tx, suppressions: readonly NewSuppression[]): Promise<number> {
  if (suppressions.length === 0) return 0;
  const added = await tx.rows<{ address: string; stream: Stream }>(
    `insert into cortex.suppressions (address, stream, reason, origin, message_id)
     select distinct on (cortex.address(s.address::citext), s.stream)
       cortex.address(s.address::citext), s.stream, s.reason, s.origin, s.message_id
     from jsonb_to_recordset($1::jsonb) as s(address text, stream text, reason text, origin text, message_id uuid)
     order by cortex.address(s.address::citext), s.stream
     on conflict (address, stream) do nothing
     returning address, stream`,
    [JSON.stringify(suppressions)],
  );
  await bringFlagsUpToDate(
    tx,
    suppressions.map((one) => one.address),
  );
  return added.length;
}

/** Takes addresses off the list of a stream. Answers how many were on it. */
export async function unsuppress(tx: Tx, addresses: readonly string[], stream: Stream): Promise<number> {
  const removed = await tx.run(
    `delete from cortex.suppressions
     where stream = $2 and address in (select cortex.address(a::citext) from unnest($1::text[]) a)`,
    [addresses, stream],
  );
  await bringFlagsUpToDate(tx, addresses);
  return removed;
}

/** The flags on the directory row follow the list; people are locked sorted by address, as everywhere. */
async function bringFlagsUpToDate(tx: Tx, addresses: readonly string[]): Promise<void> {
  await tx.run(
    `with wanted as materialized (
       select p.person_id, p.address from cortex.people p
       where p.address in (select cortex.address(a::citext) from unnest($1::text[]) a)
       order by p.address for no key update
     )
     update cortex.people p
     set suppressed_broadcast = exists (select from cortex.suppressions s where s.address = p.address and s.stream = 'broadcast'),
       suppressed_transactional =
         exists (select from cortex.suppressions s where s.address = p.address and s.stream = 'transactional')
     from wanted w where p.person_id = w.person_id`,
    [addresses],
  );
}
