import { messageTimesIn, presentTimes, type MessageTimes } from '#emails';
import { decodeCursor, encodeCursor, type Tx } from '#platform';

export interface RecipientFilter {
  state?: string;
  limit: number;
  cursor?: string;
}

interface RecipientRow extends MessageTimes {
  part: number;
  key: string;
  message_id: string | null;
  contact_id: string | null;
  contact_email: string | null;
  state: string;
  reason: string | null;
}

/**
 * A page of the people of a broadcast: first those with a mail, in the order in which it was frozen, then those who were
 * left out. Somebody who is no longer in the directory and has no mail has no address either.
 */
export async function recipientPage(tx: Tx, broadcastId: string, filter: RecipientFilter) {
  const [part, key] = decodeCursor(filter.cursor, 2) ?? [0, null];
  const rows = await tx.rows<RecipientRow>(
    `with listed as (
       (select 0 as part, m.id as key, m.id as message_id, m.person_id, m.contact_email, m.state, m.reason,
          ${messageTimesIn('m')}
        from cortex.messages m
        where m.broadcast_id = $1 and $4::int = 0 and ($5::uuid is null or m.id > $5::uuid)
          and ($2::text is null or m.state = $2)
        order by m.id limit $3)
       union all
       (select 1, e.person_id, null, coalesce(g.into_person_id, e.person_id), null, 'skipped', e.reason,
          null, null, null, null, null, null, null
        from cortex.broadcast_exclusions e
        left join cortex.person_merges g on g.person_id = e.person_id
        where e.broadcast_id = $1 and coalesce($2, 'skipped') = 'skipped'
          and ($4::int = 0 or $5::uuid is null or e.person_id > $5::uuid)
        order by e.person_id limit $3)
     )
     select l.part, l.key, l.message_id, p.id as contact_id,
       coalesce(l.contact_email, p.email, p.address::citext)::text as contact_email, l.state, l.reason,
       ${messageTimesIn('l')}
     from listed l left join cortex.people p on p.person_id = l.person_id
     order by l.part, l.key limit $3`,
    [broadcastId, filter.state ?? null, filter.limit + 1, part, key],
  );
  const page = rows.slice(0, filter.limit);
  const last = rows.length > filter.limit ? page.at(-1) : undefined;
  return {
    items: page.map(({ part: _part, key: _key, ...row }) => ({
      ...row,
      ...presentTimes(row),
    })),
    next_cursor: last ? encodeCursor([last.part, last.key]) : null,
  };
}
