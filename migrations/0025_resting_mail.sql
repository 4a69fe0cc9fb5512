-- Mail that rests (quiet hours, a later try) stood among the mail that may leave, and every look at the queue read all of
-- it again. By this index it stands where its time is, behind everything that is due.
create index outgoing_due on cortex.outgoing (stream, coalesce(not_before, created_at), message_id);
