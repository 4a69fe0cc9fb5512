-- What a broadcast's report reads: people by what became of their mail, links, and the domains that most of the mail goes
-- to. The numbers themselves are kept by the counters that automations have (38_broadcast_report.sql).

-- The domains with the most mails of a broadcast, counted when it was frozen; every other domain is ''.
create table cortex.broadcast_domains (
  broadcast_id uuid not null,
  domain text not null,
  mails int not null,
  primary key (broadcast_id, domain)
);

-- Mails by what became of them, but for 'delivered', which is nearly all of them.
create table cortex.broadcast_outcomes (
  broadcast_id uuid not null,
  outcome text not null check (outcome in ('opened', 'clicked', 'bounced', 'complained', 'unsubscribed')),
  domain text not null,
  message_id uuid not null,
  primary key (broadcast_id, outcome, domain, message_id)
);

-- The links of a broadcast that were followed, as they stood in the mail. There is a row for the first few hundred; every
-- other one counts for the row without an address.
create table cortex.broadcast_links (
  broadcast_id uuid not null,
  id uuid not null,
  url text not null,
  primary key (broadcast_id, id)
);

-- Each time a link of a broadcast was followed.
create table cortex.broadcast_clicks (
  id uuid primary key default uuidv7(),
  broadcast_id uuid not null,
  link_id uuid not null,
  message_id uuid not null,
  at timestamptz not null,
  machine boolean not null
);
-- The people of a link.
create index broadcast_clicks_people on cortex.broadcast_clicks (broadcast_id, link_id, message_id) where not machine;
-- The clicks of a mail.
create index broadcast_clicks_message on cortex.broadcast_clicks (message_id, at);
