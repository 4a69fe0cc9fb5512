-- A person is followed by who they are and not by their address.

-- Leads that a customer left behind at an address when they moved away from it: they stay that customer's, as long as
-- the lead's own address is still that one.
create table cortex.lead_owners (
  lead_id uuid primary key,
  profile_id uuid not null,
  address text collate "C" not null
);
create index lead_owners_profile on cortex.lead_owners (profile_id);

-- Who was merged into whom, for whatever still names the person who is gone: a link in a mail, or what was being
-- written at that moment. `followed` counts how often the latter was looked for since.
create table cortex.person_merges (
  person_id uuid primary key,
  into_person_id uuid not null,
  merged_at timestamptz not null default clock_timestamp(),
  followed int not null default 0
);
create index person_merges_into on cortex.person_merges (into_person_id);
create index person_merges_due on cortex.person_merges (merged_at) where followed < 2;
