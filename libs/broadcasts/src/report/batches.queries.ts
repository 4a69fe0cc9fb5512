import { batchLimit } from '#emails';
import { decodeCursor, encodeCursor, type Tx } from '#platform';

/** Different reasons that are told of one batch. */
const REASONS = 5;

export interface BatchFilter {
  limit: number;
  cursor?: string;
}

interface BatchRow {
  id: string;
  claimed_at: Date;
  settled_at: Date | null;
  outcome: string | null;
  trouble: { status: number; code: number; message: string } | null;
  provider: 'postmark' | 'outbox';
  searches: number;
  next_search_at: Date | null;
  mails: number;
  accepted: number;
  refused: number;
  put_back: number;
  open: number;
  unknown: number;
  refusals: { code: number | null; reason: string; mails: number }[];
}

/**
 * What became of the mails of a batch `s` is read from the mails, so that a late answer of Postmark's is in it: one that
 * is in another batch by now, or waits for one, was put back. Their ids are the only thing they are found by; the broadcast
 * is compared so that no index is offered for it, since that one would read all of its mails.
 */
const mailsOf = `cortex.messages m where m.id = any(s.message_ids) and m.broadcast_id is not distinct from $1::uuid`;

/**
 * A page of the batches of a broadcast, the latest first, each with its number.
 * @param queued its mails that are not in a batch yet
 * @param byTurns its mails leave one after the other, so that nobody knows how many batches they will be
 */
export async function batchPage(
  tx: Tx,
  broadcastId: string,
  { queued, byTurns }: { queued: number; byTurns: boolean },
  { limit, cursor }: BatchFilter,
) {
  const [before] = decodeCursor(cursor, 1) ?? [null];
  const { begun, left } = (await tx.row<{ begun: number; left: number }>(
    `select count(*)::int as begun, (count(*) filter (where $2::uuid is null or b.batch_id < $2::uuid))::int as left
     from cortex.broadcast_batches b where b.broadcast_id = $1`,
    [broadcastId, before],
  ))!;
  const rows = await tx.rows<BatchRow>(
    `select s.id, s.claimed_at, s.settled_at, s.outcome, s.trouble, s.facts ->> 'provider' as provider,
       jsonb_array_length(s.searches) as searches, s.next_search_at, c.mails, c.accepted, c.refused, c.open, c.unknown,
       c.mails - c.accepted - c.refused - c.open - c.unknown as put_back, coalesce(r.refusals, '[]') as refusals
     from (
       select b.batch_id from cortex.broadcast_batches b
       where b.broadcast_id = $1 and ($2::uuid is null or b.batch_id < $2::uuid)
       order by b.batch_id desc limit $3
     ) l
     join cortex.send_batches s on s.id = l.batch_id
     cross join lateral (
       select count(*)::int as mails, (count(*) filter (where m.batch_id = s.id and m.state = 'sent'))::int as accepted,
         (count(*) filter (where m.batch_id = s.id and m.state = 'failed'))::int as refused,
         (count(*) filter (where m.batch_id = s.id and m.state in ('submitting', 'uncertain')))::int as open,
         (count(*) filter (where m.batch_id = s.id and m.state = 'unknown'))::int as unknown
       from ${mailsOf}
     ) c
     cross join lateral (
       select jsonb_agg(jsonb_build_object('code', f.code, 'reason', f.reason, 'mails', f.n) order by f.n desc) as refusals
       from (
         select m.error_code as code, coalesce(min(m.reason), '') as reason, count(*)::int as n
         -- The mails are read once more only where there are any.
         from ${mailsOf} and c.refused > 0 and m.batch_id = s.id and m.state = 'failed'
         group by m.error_code, case when m.error_code is null then m.reason end
         order by n desc limit ${REASONS}
       ) f
     ) r
     order by s.id desc`,
    [broadcastId, before, limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    items: page.map(({ outcome, claimed_at, settled_at, next_search_at, ...row }, at) => ({
      ...row,
      number: left - at,
      state: stateOf(settled_at, outcome),
      claimed_at: claimed_at.toISOString(),
      settled_at: settled_at?.toISOString() ?? null,
      next_search_at: next_search_at?.toISOString() ?? null,
    })),
    next_cursor: last ? encodeCursor([last.id]) : null,
    begun,
    expected: byTurns && queued > 0 ? null : begun + Math.ceil(queued / batchLimit),
  };
}

/** In a call; unclear, and looked up at Postmark; or settled. */
const stateOf = (settledAt: Date | null, outcome: string | null) =>
  settledAt !== null ? ('settled' as const) : outcome === null ? ('in_call' as const) : ('looked_up' as const);
