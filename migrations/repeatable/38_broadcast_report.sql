-- Keeps what a broadcast's report reads, in the transaction that records a delivery, a click and so on. The numbers are
-- counters like those of automations (37_automation_counter_triggers.sql), under the broadcast's id and the hour in which
-- it happened: 'outcome' by domain (node_id) and outcome (state), 'link' by link (node_id), 'device' by device (node_id),
-- 'list' by the place of a list in the audience (node_id).
--
-- These triggers are for each row and name their columns, so that a mail that is claimed or sent does not pay for them.

-- Under which domain a mail is counted: one of the broadcast's largest, else ''.
create or replace function cortex.report_domain(broadcast uuid, address text) returns text language sql stable
  return coalesce((
    select d.domain from cortex.broadcast_domains d
    where d.broadcast_id = report_domain.broadcast and d.domain = lower(split_part(report_domain.address, '@', 2))), '');

create or replace function cortex.note_broadcast_outcomes() returns trigger language plpgsql as $$
declare
  of_broadcast uuid := coalesce(new.broadcast_id, old.broadcast_id);
  of_mail uuid := coalesce(new.id, old.id);
  at_domain text := cortex.report_domain(of_broadcast, coalesce(new.contact_email, old.contact_email)::text);
begin
  with changed as (
    select o.outcome, o.before, o.after from (values
      ('delivered', old.delivered_at, new.delivered_at), ('opened', old.opened_at, new.opened_at),
      ('clicked', old.clicked_at, new.clicked_at), ('bounced', old.bounced_at, new.bounced_at),
      ('complained', old.complained_at, new.complained_at),
      ('unsubscribed', old.unsubscribed_at, new.unsubscribed_at)) o (outcome, before, after)
    where o.before is distinct from o.after
  ), gone as (
    delete from cortex.broadcast_outcomes l using changed c
    where l.broadcast_id = of_broadcast and l.outcome = c.outcome and l.domain = at_domain and l.message_id = of_mail
      and c.after is null
  ), come as (
    insert into cortex.broadcast_outcomes (broadcast_id, outcome, domain, message_id)
    select of_broadcast, c.outcome, at_domain, of_mail from changed c
    where c.before is null and c.outcome <> 'delivered'
    on conflict do nothing
  )
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select of_broadcast, h.hour, w.what, w.node_id, c.outcome, '', sum(h.n)
  from changed c
  cross join lateral (
    select 'outcome' as what, at_domain as node_id
    union all
    select 'list', l.place::text from unnest(coalesce(new.lists, old.lists)) l (place)
    where c.outcome in ('delivered', 'clicked')) w
  cross join lateral (values (cortex.hour_of(c.before), -1), (cortex.hour_of(c.after), 1)) h (hour, n)
  where h.hour is not null
  group by h.hour, w.what, w.node_id, c.outcome having sum(h.n) <> 0
  union all
  select of_broadcast, d.hour, 'device', d.device, 'opened', '', sum(d.n)
  from (values
    (coalesce(old.opened_on, 'unknown'), cortex.hour_of(old.opened_at), -1),
    (coalesce(new.opened_on, 'unknown'), cortex.hour_of(new.opened_at), 1)) d (device, hour, n)
  where d.hour is not null
  group by d.hour, d.device having sum(d.n) <> 0;
  if tg_op = 'DELETE' then
    delete from cortex.broadcast_clicks k where k.message_id = old.id;
  end if;
  return null;
end
$$;
create or replace trigger report_update
  after update of delivered_at, opened_at, clicked_at, bounced_at, complained_at, unsubscribed_at on cortex.messages
  for each row when (new.broadcast_id is not null) execute function cortex.note_broadcast_outcomes();
create or replace trigger report_delete after delete on cortex.messages
  for each row when (old.broadcast_id is not null) execute function cortex.note_broadcast_outcomes();

-- By link: 'clicks' of people, 'people' who clicked, each once, and clicks of a 'machine'; and by device the people who
-- 'clicked' on it, each once. Clicks of one mail come one
-- after the other, since whoever notes one holds its row; and before each change, so that of several clicks that go at
-- once each sees those that went before it.
create or replace function cortex.count_broadcast_click() returns trigger language plpgsql as $$
declare
  click cortex.broadcast_clicks := coalesce(new, old);
  -- How many clicks of people, and of machines, there are more than before.
  more int := coalesce((not new.machine)::int, 0) - coalesce((not old.machine)::int, 0);
  more_by_machine int := coalesce(new.machine::int, 0) - coalesce(old.machine::int, 0);
  is_first boolean := not exists (select from cortex.broadcast_clicks k
    where k.broadcast_id = click.broadcast_id and k.link_id = click.link_id and k.message_id = click.message_id
      and not k.machine and k.id <> click.id);
  on_device text := coalesce(click.device, 'unknown');
  is_first_there boolean := not exists (select from cortex.broadcast_clicks k
    where k.message_id = click.message_id and coalesce(k.device, 'unknown') = on_device
      and not k.machine and k.id <> click.id);
begin
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select click.broadcast_id, cortex.hour_of(click.at), c.what, c.node_id, c.state, '', c.n
  from (values ('link', click.link_id::text, 'clicks', more),
    ('link', click.link_id::text, 'people', case when is_first then more end),
    ('link', click.link_id::text, 'machine', more_by_machine),
    ('device', on_device, 'clicked', case when is_first_there then more end)) c (what, node_id, state, n)
  where c.n <> 0;
  return click;
end
$$;
create or replace trigger count_click before insert or delete or update of machine on cortex.broadcast_clicks
  for each row execute function cortex.count_broadcast_click();

-- Mails that came to rest otherwise than sent, for the list of people by state. The names of the states stand in the
-- conditions of the triggers, so that a mail that is claimed or sent does not pay for them.
create or replace function cortex.note_broadcast_rest() returns trigger language plpgsql as $$
begin
  delete from cortex.broadcast_rests r
  where r.broadcast_id = old.broadcast_id and r.state = old.state and r.message_id = old.id;
  if tg_op = 'UPDATE' and new.state in ('skipped', 'failed', 'uncertain', 'unknown', 'cancelled') then
    insert into cortex.broadcast_rests (broadcast_id, state, message_id)
    values (new.broadcast_id, new.state, new.id) on conflict do nothing;
  end if;
  return null;
end
$$;
create or replace trigger rest_update after update of state on cortex.messages
  for each row when (new.broadcast_id is not null and new.state is distinct from old.state
    and (new.state in ('skipped', 'failed', 'uncertain', 'unknown', 'cancelled')
      or old.state in ('skipped', 'failed', 'uncertain', 'unknown', 'cancelled')))
  execute function cortex.note_broadcast_rest();
create or replace trigger rest_delete after delete on cortex.messages
  for each row when (old.broadcast_id is not null
    and old.state in ('skipped', 'failed', 'uncertain', 'unknown', 'cancelled'))
  execute function cortex.note_broadcast_rest();
