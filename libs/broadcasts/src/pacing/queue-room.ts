/**
 * Mails of one broadcast that stand in the queue at a time, as far as they are due. Enough that sending never waits for
 * more, and few enough that other marketing mail does not wait behind a million, and that pausing is quick.
 */
export const QUEUED_AT_ONCE = 5_000;

/** The places that are free for broadcast $1, which may have $2; what rests until later takes none. */
export const QUEUE_ROOM = `
  select greatest($2::int - count(*), 0) as places from (
    select from cortex.outgoing o
    where o.broadcast_id = $1 and coalesce(o.not_before, o.created_at) <= cortex.now() limit $2) o`;
