-- People follow their rows: a profile or lead whose address changes takes its person along, and two people who meet
-- at one address are merged.

-- The address of the person to whom a lead belongs: its own, or that of the customer who left it behind.
create or replace function cortex.lead_home(lead_id uuid, email public.citext) returns text
  language sql stable parallel safe
  return (
    select case when o.lead_id is null then cortex.address(lead_home.email)
      else (select cortex.address(u.email) from public.unified_profiles u where u.id = o.profile_id) end
    from (values (1)) one (row)
    left join cortex.lead_owners o on o.lead_id = lead_home.lead_id and o.address = cortex.address(lead_home.email)
  );

-- Whether the person of this address can have moved: what people_who_moved asks, without who is left where they were.
-- Nearly every write of the shop touches one address and ends here, so it is said in plain statements: beginning the
-- great one costs more than the rest of the sweep. Not for many addresses in a loop: these plans may be older than the
-- rows that one large statement brings, and then read a table for each of them.
create or replace function cortex.may_have_moved(here text) returns boolean
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
as $$
declare
  kept record;
  row_id uuid;
begin
  -- From where they were …
  select p.id, p.type into kept from cortex.people p where p.address = here;
  if kept.type = 'customer' then
    perform from public.unified_profiles u where u.id = kept.id and cortex.address(u.email) is distinct from here;
  elsif kept.type = 'lead' then
    perform from public.purchase_leads l where l.id = kept.id and cortex.address(l.email) <> here;
  end if;
  if kept.type is not null and found then
    return true;
  end if;
  -- … and from where they are.
  for row_id in
    select u.id from public.unified_profiles u where cortex.address(u.email) collate "C" = here
    union all
    (select l.id from public.purchase_leads l where cortex.address(l.email) collate "C" = here
      order by l.created_at desc, l.id desc limit 1)
  loop
    perform from cortex.people p where p.id = row_id and p.address <> here;
    if found then
      return true;
    end if;
    perform from cortex.former_ids f join cortex.people p on p.person_id = f.person_id
    where f.id = row_id and p.type is null and p.address <> here;
    if found then
      return true;
    end if;
  end loop;
  return false;
end
$$;

-- Plans are kept for the session, because planning is most of what one address costs. A kept plan is made for a few
-- addresses over the tables as they were then: with many addresses it reads a young table once for each. So many are
-- planned anew each time, here, in the sweep and in the triggers; what is set in a function ends with it.

-- Of the people concerned by these addresses, those whose row now has another one: a customer whose profile moved
-- (new_address null when it has none any more), a lead whose row moved when nobody else is left where they were, and
-- somebody whom no row named for a while and whose profile is back.
-- Whether anybody is left at an address is asked address by address: as NOT EXISTS the planner joins with the whole
-- definition, and each sweep of several people reads every lead there is.
create or replace function cortex.people_who_moved(addresses text[])
  returns table (person_id uuid, profile_id uuid, old_address text, new_address text)
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
as $$
begin
  if cardinality(addresses) > 20 then
    perform set_config('plan_cache_mode', 'force_custom_plan', true);
  end if;
  return query
  select distinct on (m.person_id) m.person_id, m.profile_id, m.old_address, m.new_address
  from (
    -- From where they were …
    select p.person_id, p.id as profile_id, p.address as old_address, cortex.address(u.email) collate "C" as new_address
    from unnest(addresses) t (address)
    join cortex.people p on p.address = t.address
    join public.unified_profiles u on u.id = p.id
    where p.type = 'customer' and cortex.address(u.email) is distinct from p.address
    union all
    select p.person_id, null, p.address, cortex.address(l.email) collate "C"
    from unnest(addresses) t (address)
    join cortex.people p on p.address = t.address
    join public.purchase_leads l on l.id = p.id
    where p.type = 'lead' and cortex.address(l.email) <> p.address
      and (select true from cortex.directory_definition d where d.address = p.address limit 1) is null
    union all
    -- … and from where they are.
    select p.person_id, u.id, p.address, t.address
    from unnest(addresses) t (address)
    join public.unified_profiles u on cortex.address(u.email) collate "C" = t.address
    join cortex.people p on p.id = u.id
    where p.type = 'customer' and p.address <> t.address
    union all
    select p.person_id, null, p.address, t.address
    from unnest(addresses) t (address)
    cross join lateral (
      select l.id from public.purchase_leads l where cortex.address(l.email) collate "C" = t.address
      order by l.created_at desc, l.id desc limit 1
    ) l
    join cortex.people p on p.id = l.id
    where p.type = 'lead' and p.address <> t.address
      and (select true from cortex.directory_definition d where d.address = p.address limit 1) is null
    union all
    select p.person_id, u.id, p.address, t.address
    from unnest(addresses) t (address)
    join public.unified_profiles u on cortex.address(u.email) collate "C" = t.address
    join cortex.former_ids f on f.id = u.id
    join cortex.people p on p.person_id = f.person_id
    where p.type is null and p.address <> t.address
      and not exists (select from cortex.people x where x.id = u.id and x.address <> t.address)
      and (select true from cortex.directory_definition d where d.address = p.address limit 1) is null
  ) m
  order by m.person_id, m.new_address nulls last;
end
$$;

-- These addresses and all that moves join to them, sorted; just these when nobody moved. Where two people will meet it
-- takes the engine's locks on both, before any row is locked: that is the engine's order too.
create or replace function cortex.addresses_with_moves(addresses text[]) returns text[]
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
as $$
declare
  result text[] := addresses;
  more text[];
begin
  if cardinality(addresses) > 20 then
    perform set_config('plan_cache_mode', 'force_custom_plan', true);
  end if;
  if not exists (select from cortex.people_who_moved(addresses)) then
    return addresses;
  end if;
  for round in 1..10 loop
    select array_agg(distinct v.address collate "C") into more
    from cortex.people_who_moved(result) m cross join lateral (values (m.old_address), (m.new_address)) v (address)
    where v.address is not null
      and not exists (select from unnest(result) r (address) where r.address = v.address);
    exit when more is null;
    result := result || more;
  end loop;
  perform pg_advisory_xact_lock(hashtextextended(l.person_id::text, 42))
  from (
    select distinct v.person_id
    from (
      select m.new_address, array_agg(m.person_id) as movers from cortex.people_who_moved(result) m
      where m.new_address is not null group by m.new_address
    ) m
    left join cortex.people p on p.address = m.new_address
    cross join lateral unnest(m.movers || p.person_id) v (person_id)
    where (p.person_id is not null or cardinality(m.movers) > 1) and v.person_id is not null
    order by v.person_id
  ) l;
  return array(select distinct r.address collate "C" from unnest(result) r (address) order by 1);
end
$$;

-- Moves the people of these addresses, whose rows are locked, to where their rows are. `fresh` are rows that this
-- transaction just made and nobody has seen: they give way. Consent belongs to the person and moves along; suppression
-- belongs to the address, and a no stays there too. Returns whether anybody moved.
create or replace function cortex.move_people(addresses text[], fresh text[]) returns boolean
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
as $$
declare
  movers uuid[];
  profiles uuid[];
  olds text[];
  news text[];
  met record;
begin
  if cardinality(addresses) > 20 then
    perform set_config('plan_cache_mode', 'force_custom_plan', true);
  end if;
  select array_agg(m.person_id), array_agg(m.profile_id), array_agg(m.old_address), array_agg(m.new_address)
  into movers, profiles, olds, news
  from cortex.people_who_moved(addresses) m;
  if movers is null then
    return false;
  end if;
  if exists (
    select v.address from unnest(olds || news) v (address) where v.address is not null
    except select a.address from unnest(addresses) a (address)
  ) then
    raise exception 'somebody of these addresses moved meanwhile' using errcode = 'CX001';
  end if;

  -- What a customer did as a lead under the old address stays theirs.
  insert into cortex.lead_owners (lead_id, profile_id, address)
  select distinct on (l.id) l.id, m.profile_id, m.old_address
  from unnest(profiles, olds) m (profile_id, old_address)
  join public.purchase_leads l on cortex.address(l.email) collate "C" = m.old_address
  where m.profile_id is not null
    and not exists (select from cortex.lead_owners o where o.lead_id = l.id and o.address = m.old_address)
  order by l.id
  on conflict (lead_id) do update set profile_id = excluded.profile_id, address = excluded.address;
  delete from cortex.lead_owners o
  using unnest(profiles, news) m (profile_id, new_address)
  where o.profile_id = m.profile_id and o.address = m.new_address;

  -- Out of each other's way first: two may have changed places.
  update cortex.people p
  set address = chr(1) || p.person_id
  from unnest(movers, news) m (person_id, new_address)
  where p.person_id = m.person_id and m.new_address is not null;
  delete from cortex.people p
  using unnest(fresh) f (address), unnest(news) m (address)
  where p.address = f.address and m.address = f.address;

  for met in
    select array_agg(p.person_id order by p.id is not distinct from d.id desc, p.type is not distinct from 'customer' desc,
      p.person_id) as people
    from (
      select v.person_id, v.address from unnest(movers, news) v (person_id, address) where v.address is not null
      union
      select x.person_id, x.address from unnest(news) v (address) join cortex.people x on x.address = v.address
    ) m
    join cortex.people p on p.person_id = m.person_id
    left join lateral (select d.id from cortex.directory_definition d where d.address = m.address limit 1) d on true
    group by m.address having count(*) > 1
  loop
    for nth in 2..cardinality(met.people) loop
      perform cortex.merge_people(met.people[nth], met.people[1]);
    end loop;
  end loop;

  update cortex.people p
  set address = m.new_address,
    suppressed_broadcast = exists (
      select from cortex.suppressions s where s.address = m.new_address and s.stream = 'broadcast'),
    suppressed_transactional = exists (
      select from cortex.suppressions s where s.address = m.new_address and s.stream = 'transactional')
  from unnest(movers, news) m (person_id, new_address)
  where p.person_id = m.person_id and m.new_address is not null;

  -- Whoever comes to the old address next finds the no that was given there.
  insert into cortex.people (
    address, consent_status, consent_source, consent_at, consent_text, consent_by, suppressed_broadcast,
    suppressed_transactional)
  select m.old_address, p.consent_status, p.consent_source, p.consent_at, p.consent_text, p.consent_by,
    exists (select from cortex.suppressions s where s.address = m.old_address and s.stream = 'broadcast'),
    exists (select from cortex.suppressions s where s.address = m.old_address and s.stream = 'transactional')
  from unnest(movers, olds, news) m (person_id, old_address, new_address)
  left join cortex.person_merges g on g.person_id = m.person_id
  join cortex.people p on p.person_id = coalesce(g.into_person_id, m.person_id)
  where p.consent_status = 'unsubscribed' and m.new_address is not null
  order by m.old_address collate "C"
  on conflict (address) do nothing;
  return true;
end
$$;

-- Makes one person of two; both rows are locked. The later answer about mail stands, at one instant the more
-- restrictive; what was done, runs, memberships and everything that names the one who is gone go to the other.
create or replace function cortex.merge_people(gone_id uuid, stays_id uuid) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  gone cortex.people;
  stays cortex.people;
  settled record;
begin
  -- Held already when we knew before the rows were locked that they meet.
  if not (pg_try_advisory_xact_lock(hashtextextended(gone_id::text, 42))
    and pg_try_advisory_xact_lock(hashtextextended(stays_id::text, 42))) then
    raise exception 'the engine is at somebody who is to be merged' using errcode = 'CX001';
  end if;
  select p.* into gone from cortex.people p where p.person_id = gone_id;
  select p.* into stays from cortex.people p where p.person_id = stays_id;
  select s.* into settled
  from cortex.settle_consent(
    stays.consent_status, coalesce(stays.consent_at, '-infinity'), stays.consent_by,
    gone.consent_status, coalesce(gone.consent_at, '-infinity'), gone.consent_by, '-infinity') s;

  update cortex.person_merges m set into_person_id = stays_id where m.into_person_id = gone_id;
  insert into cortex.person_merges (person_id, into_person_id) values (gone_id, stays_id);
  perform cortex.hand_over(gone_id, stays_id);
  if gone.id is not null then
    insert into cortex.former_ids (id, person_id) values (gone.id, stays_id)
    on conflict (id) do update set person_id = excluded.person_id;
  end if;

  update cortex.people p
  set consent_status = case when settled.replaces then gone.consent_status else p.consent_status end,
    consent_source = case when settled.replaces then gone.consent_source else p.consent_source end,
    consent_text = case when settled.replaces then gone.consent_text else p.consent_text end,
    consent_at = nullif(settled.at, '-infinity'), consent_by = settled.said_by,
    paused_until = case when later.of_gone then gone.paused_until else p.paused_until end,
    paused_at = greatest(p.paused_at, gone.paused_at),
    paused_by = case when later.of_gone then gone.paused_by else p.paused_by end,
    paused_source = case when later.of_gone then gone.paused_source else p.paused_source end,
    last_activity = greatest(p.last_activity, gone.last_activity),
    demo = p.demo and gone.demo
  from (
    -- The later word about a pause stands; at one instant the longer pause. A pause that one of them asked for
    -- outlives what a colleague said about the other.
    select case
      when gone.paused_until > cortex.now() and gone.paused_by is distinct from 'staff' and stays.paused_by = 'staff'
        then true
      when stays.paused_until > cortex.now() and stays.paused_by is distinct from 'staff' and gone.paused_by = 'staff'
        then false
      else (coalesce(gone.paused_at, '-infinity'), coalesce(gone.paused_until, '-infinity'))
        > (coalesce(stays.paused_at, '-infinity'), coalesce(stays.paused_until, '-infinity'))
      end as of_gone) later
  where p.person_id = stays_id;
  if settled.replaces and gone.consent_status <> stays.consent_status then
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id)
    values (stays.email, case when stays.type = 'customer' then stays.id end, 'contact.updated',
      jsonb_build_object('changes', jsonb_build_object('consent',
        jsonb_build_object('old', stays.consent_status, 'new', gone.consent_status))) || cortex.cause(),
      cortex.now(), 'trigger', stays_id);
  end if;
  delete from cortex.people p where p.person_id = gone_id;
end
$$;

-- Everything that names the one person names the other. Safe to repeat.
create or replace function cortex.hand_over(gone_id uuid, stays_id uuid) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  left_runs uuid[];
begin
  update public.crm_activities a
  set person_id = stays_id, contact_id = coalesce(s.id, a.contact_id)
  from (select (select p.id from cortex.people p where p.person_id = stays_id and p.type = 'customer') as id) s
  where a.person_id = gone_id;
  update cortex.activity_inbox i set person_id = stays_id where i.person_id = gone_id;
  update cortex.inbox_failures f set person_id = stays_id where f.person_id = gone_id;
  update cortex.pending q set person_id = stays_id where q.person_id = gone_id;
  update cortex.contact_notes n set person_id = stays_id where n.person_id = gone_id;
  update cortex.former_ids f set person_id = stays_id where f.person_id = gone_id;
  with apart as (
    delete from cortex.different_people d where d.person_id = gone_id or d.other_id = gone_id
    returning case when d.person_id = gone_id then d.other_id else d.person_id end as other_id, d.said_at, d.said_by
  )
  insert into cortex.different_people (person_id, other_id, said_at, said_by)
  select least(stays_id, a.other_id), greatest(stays_id, a.other_id), a.said_at, a.said_by from apart a
  where a.other_id <> stays_id
  on conflict do nothing;
  update cortex.visitors v set person_id = stays_id where v.person_id = gone_id;

  -- Of two runs of one automation and key the one that began first stays; the other is over, and keeps its trace.
  with twice as (
    select case when (g.entered_at, g.id) < (s.entered_at, s.id) then s.id else g.id end as id
    from cortex.automation_runs g
    join cortex.automation_runs s
      on s.automation_id = g.automation_id and s.person_id = stays_id and s.entry_key = g.entry_key
    where g.person_id = gone_id
  ), over as (
    update cortex.automation_runs r
    set entry_key = r.entry_key || ' ' || r.id,
      status = case when r.status in ('active', 'waiting') then 'exited' else r.status end,
      ended_at = coalesce(r.ended_at, cortex.now()), wake_at = null, waiting_for = null,
      end_reason = coalesce(r.end_reason, 'merged with somebody who had entered before')
    from twice t
    where r.id = t.id
    returning r.id
  )
  select array_agg(o.id) into left_runs from over o;
  update cortex.automation_run_steps s
  set left_at = cortex.now(), outcome = s.outcome || '{"reason": "merged with somebody who had entered before"}'
  where s.run_id = any (left_runs) and s.left_at is null;
  -- What it was about to send, the other run sends.
  with taken as (
    delete from cortex.outgoing o using cortex.messages m
    where m.run_id = any (left_runs) and m.state = 'queued' and o.message_id = m.id
    returning o.message_id
  )
  update cortex.messages m set state = 'cancelled', reason = 'merged with somebody who had entered before'
  from taken t where m.id = t.message_id and m.state = 'queued';
  update cortex.automation_runs r set person_id = stays_id where r.person_id = gone_id;
  -- One mail of a broadcast is enough: of what both were to get, one that has not left is left out. A colleague has each at
  -- an address of their own.
  update cortex.messages m set state = 'skipped', reason = 'duplicate'
  from cortex.messages other
  where m.state = 'queued' and not m.to_colleague and other.broadcast_id = m.broadcast_id
    and ((m.person_id = gone_id and other.person_id = stays_id and other.state not in ('skipped', 'failed', 'cancelled'))
      or (m.person_id = stays_id and other.person_id = gone_id
        and other.state in ('submitting', 'sent', 'uncertain', 'unknown')))
    and m.person_id in (gone_id, stays_id) and other.person_id in (gone_id, stays_id);
  update cortex.outgoing o set person_id = stays_id
  from cortex.messages m
  where m.person_id = gone_id and m.state = 'queued' and o.message_id = m.id;
  update cortex.messages m set person_id = stays_id where m.person_id = gone_id;
  update cortex.webhook_calls c set person_id = stays_id where c.person_id = gone_id;
  update cortex.contact_actions a set person_id = stays_id where a.person_id = gone_id;

  -- What both said about one topic is settled as consent is.
  with moved as (
    delete from cortex.topic_choices c where c.person_id = gone_id
    returning c.topic_id, c.wanted, c.at, c.said_by, c.source
  )
  insert into cortex.topic_choices as c (person_id, topic_id, wanted, at, said_by, source)
  select stays_id, m.topic_id, m.wanted, m.at, m.said_by, m.source from moved m
  on conflict (person_id, topic_id) do update
  set (wanted, at, said_by, source) = (
    select case when s.replaces then excluded.wanted else c.wanted end, s.at, s.said_by,
      case when s.replaces then excluded.source else c.source end
    from cortex.settle_consent(
      case when c.wanted then 'subscribed' else 'unsubscribed' end, c.at, c.said_by,
      case when excluded.wanted then 'subscribed' else 'unsubscribed' end, excluded.at, excluded.said_by, excluded.at) s);

  with moved as (
    delete from cortex.automation_seen s using cortex.automations a
    where s.automation_id = a.id and s.person_id = gone_id
    returning s.automation_id, s.entry_key, s.seen_at
  )
  insert into cortex.automation_seen (automation_id, person_id, entry_key, seen_at)
  select m.automation_id, stays_id, m.entry_key, m.seen_at from moved m
  on conflict (automation_id, person_id, entry_key) do nothing;
  with moved as (
    delete from cortex.entry_queue q using cortex.automations a
    where q.automation_id = a.id and q.person_id = gone_id
    returning q.automation_id, q.occasion, q.due_at
  )
  insert into cortex.entry_queue (automation_id, occasion, person_id, due_at)
  select m.automation_id, m.occasion, stays_id, m.due_at from moved m
  on conflict (automation_id, occasion, person_id) do nothing;
  with moved as (
    delete from cortex.list_members m where m.person_id = gone_id returning m.smart_list_id, m.entered_at
  )
  insert into cortex.list_members as m (smart_list_id, person_id, entered_at)
  select g.smart_list_id, stays_id, g.entered_at from moved g
  on conflict (smart_list_id, person_id) do update set entered_at = least(m.entered_at, excluded.entered_at);
  insert into cortex.list_touched (person_id, what)
  select stays_id, 'any' where exists (select from cortex.list_keeping);

  update cortex.person_links k set into_person_id = stays_id where k.into_person_id = gone_id and k.person_id <> stays_id;
  update cortex.person_links k set person_id = stays_id
  where k.person_id = gone_id and k.into_person_id <> stays_id
    and not exists (select from cortex.person_links o where o.person_id = stays_id);
  delete from cortex.person_links k where k.person_id = gone_id or k.into_person_id = gone_id;
  -- No chains: who is linked to somebody who is linked themselves belongs to that one's.
  update cortex.person_links k set into_person_id = o.into_person_id
  from cortex.person_links o
  where o.person_id = stays_id and k.into_person_id = stays_id and k.person_id <> o.into_person_id;
end
$$;

-- What this transaction wrote under people whom others merged away since it began.
create or replace function cortex.follow_merges_since(began timestamptz) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform cortex.hand_over(m.person_id, m.into_person_id)
  from cortex.person_merges m where m.followed < 2 and m.merged_at >= began;
end
$$;

-- What else was being written under a person while they were merged away: looked for a minute and an hour afterwards.
-- Returns how many merges were looked at.
create or replace function cortex.follow_merges(max_merges int) returns int
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
as $$
declare
  merge record;
  looked int := 0;
begin
  for merge in
    select m.person_id, m.into_person_id from cortex.person_merges m
    where m.followed < 2
      and m.merged_at < clock_timestamp() - case m.followed when 0 then interval '1 minute' else interval '1 hour' end
    order by m.merged_at limit max_merges
    for update skip locked
  loop
    begin
      perform cortex.hand_over(merge.person_id, merge.into_person_id);
    exception when others then
      perform cortex.note_error('follow_merges', sqlstate, sqlerrm);
    end;
    update cortex.person_merges m set followed = m.followed + 1 where m.person_id = merge.person_id;
    looked := looked + 1;
  end loop;
  return looked;
end
$$;
