import type { Tx } from '#platform';
import { isReservedType, typeLabel } from '#rules';
import { isKnownType } from './sentence.js';

export interface SeenType {
  type: string;
  metadata_keys: string[];
  last_seen: string;
  /** What it is called on screens. */
  label: string;
  /** Somebody has said so. */
  named: boolean;
  /** Nobody has said what it is called, and Cortex has no sentence for it. */
  asks_for_label: boolean;
}

interface TypeRow {
  type: string;
  metadata_keys: string[];
  last_seen: Date;
  label: string | null;
  was_asked: boolean;
}

const MAX_TYPES = 500;
const SAMPLE = 200;

/**
 * The activity types seen so far, by name, with the top-level metadata keys of each type's newest activities. Skips
 * from type to type along the index, so the cost follows the number of types and not of activities.
 */
export async function seenTypes(tx: Tx): Promise<SeenType[]> {
  const rows = await tx.rows<TypeRow>(
    `with recursive seen as (
       (select a.type, 1 as n from public.crm_activities a order by a.type limit 1)
       union all
       select (select a.type from public.crm_activities a where a.type > s.type order by a.type limit 1), s.n + 1
       from seen s where s.type is not null and s.n < $1
     )
     select s.type,
       array(
         select distinct k.key from (
           select a.metadata from public.crm_activities a where a.type = s.type order by a.occurred_at desc limit $2
         ) newest cross join lateral jsonb_object_keys(cortex.plain_attributes(newest.metadata)) as k(key)
         order by k.key limit 100
       ) as metadata_keys,
       (select max(a.occurred_at) from public.crm_activities a where a.type = s.type) as last_seen,
       l.label, l.type is not null as was_asked
     from seen s left join cortex.activity_type_labels l on l.type = s.type
     where s.type is not null order by s.type`,
    [MAX_TYPES, SAMPLE],
  );
  return rows.map(({ type, metadata_keys, last_seen, label, was_asked }) => ({
    type,
    metadata_keys,
    last_seen: last_seen.toISOString(),
    label: label ?? typeLabel(type),
    named: label !== null,
    asks_for_label: !was_asked && !isKnownType(type) && !isReservedType(type),
  }));
}

/** The people whom this address, or one merged into or out of it, stands for. */
export async function peopleOfAddress(tx: Tx, email: string): Promise<string[]> {
  const rows = await tx.rows<{ person_id: string }>(
    `with own as (select p.person_id from cortex.people p where p.address = cortex.address($1::citext)),
       head as (select coalesce(l.into_person_id, o.person_id) as person_id
         from own o left join cortex.person_links l on l.person_id = o.person_id)
     select person_id from head
     union select l.person_id from cortex.person_links l join head h on h.person_id = l.into_person_id`,
    [email],
  );
  return rows.map((row) => row.person_id);
}
