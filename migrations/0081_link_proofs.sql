-- Links in mails to the shop's pages may prove who follows them: a setting, and who has used which.

alter table cortex.settings add column mail_link_proof boolean not null default false;

-- Each mail whose proof was used, and by whose browser. It goes when the proof is too old to be used.
create table cortex.link_proofs (
  message_id uuid primary key,
  anonymous_id text not null,
  used_at timestamptz not null default cortex.now()
);
create index link_proofs_used on cortex.link_proofs (used_at);
