-- A broadcast may be tried in some variants on a sample of its people, before the rest gets the better one.

alter table cortex.broadcasts
  add column test jsonb,
  -- What each variant says, pinned when it is sent or scheduled.
  add column variant_contents uuid[],
  -- When the wait is over that begins when the sample has left.
  add column decides_at timestamptz,
  -- The variant that the rest gets, from 0 on, and how it was found.
  add column winner int,
  add column test_result jsonb;

-- Which variant it is. A mail of the sample also has the variant's letter as `node_id`, by which the counters count it.
alter table cortex.messages add column variant int;

-- What the other variants say, beside `content`.
alter table cortex.broadcast_rehearsals add column variants jsonb not null default '[]';
