-- Several reasons may stand against one address at once, and each is lifted by another kind of answer: a reactivation at
-- Postmark lifts a bounce and leaves the complaint beside it. So there is a row for each reason, and what was lifted is
-- remembered with its instant, so that an older report which arrives later suppresses nobody again.
--
-- Contract: processes of the release before name the old key when they suppress somebody, and fail. A webhook is tried
-- again by Postmark; a batch in which Postmark refused somebody is looked up and settled by a process of this release.

alter table cortex.suppressions drop constraint suppressions_address_stream_key;
alter table cortex.suppressions add constraint suppressions_address_stream_reason_key unique (address, stream, reason);

-- `created_at` is since when, by the report's own time. When it was said once more, the newest of those; null: never.
alter table cortex.suppressions add column repeated_at timestamptz;

create table cortex.suppression_lifts (
  address text collate "C" not null,
  stream text not null check (stream in ('broadcast', 'transactional')),
  reason text not null check (reason in ('hard_bounce', 'spam_complaint', 'manual', 'inactive')),
  lifted_at timestamptz not null,
  primary key (address, stream, reason)
);
