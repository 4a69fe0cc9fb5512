import { decodeCursor, encodeCursor, type Tx } from '#platform';
import type { SkipReason } from '#rules';
import { colleaguePage } from './colleagues.js';
import { audienceSql, type FixedAudience } from './audience.js';
import { judgeBy, JUDGING, neededFor, type Judging } from './judging.js';

export interface AudiencePeopleFilter {
  /** Why they would get none; `will_receive`: they would get one. Absent: everybody of the audience. */
  reason?: SkipReason | 'will_receive';
  limit: number;
  cursor?: string;
}

/** A page of the people of an audience as it is now, in the order in which they came into the directory. */
export async function audiencePage(tx: Tx, audience: FixedAudience, judging: Judging, filter: AudiencePeopleFilter) {
  if (audience.staff) return colleaguePage(tx, filter);
  const { reason, limit, cursor } = filter;
  const [after] = decodeCursor(cursor, 1) ?? [null];
  const judge = await judgeBy(tx, judging);
  const condition = audienceSql(audience, JUDGING + 3);
  const rows = await tx.rows<{ person_id: string; contact_id: string; contact_email: string; reason: string | null }>(
    `select p.person_id, p.id as contact_id, coalesce(p.email, p.address::citext)::text as contact_email, j.reason
     from (${judge.sql(`($6::uuid is null or p.person_id > $6::uuid) and ${neededFor(reason)} and ${condition.text}`)}) j
     join cortex.people p on p.person_id = j.person_id
     where $7::text is null or coalesce(j.reason, 'will_receive') = $7
     order by j.person_id limit $8`,
    [...judge.values, after, reason ?? null, limit + 1, ...condition.values],
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    items: page.map(({ person_id: _id, ...person }) => person),
    next_cursor: last ? encodeCursor([last.person_id]) : null,
  };
}
