-- Addresses whose lifetime value is counted anew because the workspace changed its currency: no doing of theirs.
alter table cortex.pending add column recount boolean not null default false;

-- Whether any are left. Empty but for some minutes after such a change.
-- squawk-ignore require-concurrent-index-creation
create index pending_recount on cortex.pending (attempts) where recount;
