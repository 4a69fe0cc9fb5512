-- The list of suppressions is kept at Postmark too; what webhooks lost is asked for by day; and links and opens can be
-- counted by Cortex itself.

-- When Postmark was told of it; null: not yet. What Postmark told us it need not be told.
alter table cortex.suppressions add column mirrored_at timestamptz;
alter table cortex.suppression_lifts add column mirrored_at timestamptz;

-- Days of mail whose reports were asked for again. `after`: the last mail whose delivery was looked up.
create table cortex.report_days (
  stream text not null check (stream in ('broadcast', 'transactional')),
  day date not null,
  bounces_at timestamptz,
  after uuid,
  done_at timestamptz,
  primary key (stream, day)
);

-- Who counts opens and clicks. `track_mail` said whether Postmark does; it stays for processes of the release before.
alter table cortex.settings
  add column mail_tracking text not null default 'postmark' check (mail_tracking in ('postmark', 'ours', 'off'));
update cortex.settings set mail_tracking = 'off' where not track_mail;
