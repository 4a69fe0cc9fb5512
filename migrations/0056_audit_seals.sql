-- The audit is sealed: each seal is a hash over entries and the seal before it, so that a change made later is noticed.

-- The seal that an entry stands under; null until the next one.
alter table cortex.audit add column seal bigint;

create table cortex.audit_seals (
  number bigint primary key,
  entries int not null,
  hash bytea not null,
  sealed_at timestamptz not null default cortex.now()
);

-- The audit grows by what people do, and writing waits for these for a moment only.
-- squawk-ignore require-concurrent-index-creation
create index audit_unsealed on cortex.audit (id) where seal is null;
-- squawk-ignore require-concurrent-index-creation
create index audit_by_seal on cortex.audit (seal, id) where seal is not null;
