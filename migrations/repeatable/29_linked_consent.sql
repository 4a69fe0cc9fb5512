-- Of accounts that are linked the strictest answer about marketing mail holds for all, and each keeps its own. What the
-- others said is noted beside it as long as they are linked: the strictest consent in `linked_consent`, the longest pause in
-- `linked_paused_until`, and the topics that one of them turned off in `linked_topics_off`.
--
-- So an answer of one changes the rows of the others. Whoever writes an answer locks all of them first, sorted by address,
-- as everybody locks people (`linked_with`, `lock_with_linked`): locked one after the other, two of them who answer at once
-- would wait for each other. The triggers lock them too, and then find them locked already.

drop trigger if exists linked_consent on cortex.person_links;
drop function if exists cortex.linked_consent_of_link();
drop function if exists cortex.keep_linked_consent(uuid[]);

-- These people and all who are linked with them, each with the one under whom they are shown.
create or replace function cortex.linked_with(people uuid[]) returns table (person_id uuid, head uuid)
  language sql stable
as $$
  select m.person_id, h.head
  from (
    select distinct coalesce(k.into_person_id, t.id) as head
    from unnest(people) t (id) left join cortex.person_links k on k.person_id = t.id
    where t.id is not null
  ) h
  cross join lateral (
    select h.head as person_id
    union all
    select k.person_id from cortex.person_links k where k.into_person_id = h.head
  ) m
$$;

create or replace function cortex.lock_with_linked(people uuid[]) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform from cortex.people p where p.person_id = any (array(select l.person_id from cortex.linked_with(people) l))
  order by p.address for no key update;
end
$$;

-- Brings it up to date for these people and all who are linked with them.
create or replace function cortex.keep_linked_answers(people uuid[]) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform cortex.lock_with_linked(people);
  with members as materialized (
    select l.person_id, l.head from cortex.linked_with(people) l
  ), said as (
    select m.person_id,
      case
        when bool_or(o.consent_status = 'unsubscribed') then 'unsubscribed'
        when bool_or(o.consent_status = 'pending') then 'pending'
      end as consent,
      max(o.paused_until) as paused_until,
      (
        select array_agg(distinct c.topic_id)
        from members b
        join cortex.topic_choices c on c.person_id = b.person_id and not c.wanted
        where b.head = m.head and b.person_id <> m.person_id
      ) as topics_off
    from members m
    left join members beside on beside.head = m.head and beside.person_id <> m.person_id
    left join cortex.people o on o.person_id = beside.person_id
    group by m.person_id, m.head
  )
  update cortex.people p
  set linked_consent = s.consent, linked_paused_until = s.paused_until, linked_topics_off = s.topics_off
  from said s
  where p.person_id = s.person_id
    and row(p.linked_consent, p.linked_paused_until, p.linked_topics_off)
      is distinct from row(s.consent, s.paused_until, s.topics_off);
end
$$;

create or replace function cortex.linked_answers_of_links() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  people uuid[] := '{}';
begin
  if tg_op <> 'INSERT' then
    people := people || array(select unnest(array[o.person_id, o.into_person_id]) from old_rows o);
  end if;
  if tg_op <> 'DELETE' then
    people := people || array(select unnest(array[n.person_id, n.into_person_id]) from new_rows n);
  end if;
  if people <> '{}' then
    perform cortex.keep_linked_answers(people);
  end if;
  return null;
end
$$;
create or replace trigger linked_answers_insert after insert on cortex.person_links
  referencing new table as new_rows for each statement execute function cortex.linked_answers_of_links();
create or replace trigger linked_answers_update after update on cortex.person_links
  referencing old table as old_rows new table as new_rows for each statement execute function cortex.linked_answers_of_links();
create or replace trigger linked_answers_delete after delete on cortex.person_links
  referencing old table as old_rows for each statement execute function cortex.linked_answers_of_links();

create or replace function cortex.linked_answers_of_topics() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  people uuid[];
begin
  if tg_op = 'DELETE' then
    select array_agg(distinct o.person_id) into people from old_rows o
    where exists (select from cortex.person_links k where k.person_id = o.person_id or k.into_person_id = o.person_id);
  else
    select array_agg(distinct n.person_id) into people from new_rows n
    where exists (select from cortex.person_links k where k.person_id = n.person_id or k.into_person_id = n.person_id);
  end if;
  if people is not null then
    perform cortex.keep_linked_answers(people);
  end if;
  return null;
end
$$;
create or replace trigger linked_answers_insert after insert on cortex.topic_choices
  referencing new table as new_rows for each statement execute function cortex.linked_answers_of_topics();
create or replace trigger linked_answers_update after update on cortex.topic_choices
  referencing new table as new_rows for each statement execute function cortex.linked_answers_of_topics();
create or replace trigger linked_answers_delete after delete on cortex.topic_choices
  referencing old table as old_rows for each statement execute function cortex.linked_answers_of_topics();

create or replace function cortex.linked_consent_of_person() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select from cortex.person_links k where k.person_id = new.person_id or k.into_person_id = new.person_id
  ) then
    perform cortex.keep_linked_answers(array[new.person_id]);
  end if;
  return null;
end
$$;
create or replace trigger linked_consent after update of consent_status, paused_until on cortex.people
  for each row when (
    old.consent_status is distinct from new.consent_status or old.paused_until is distinct from new.paused_until)
  execute function cortex.linked_consent_of_person();

-- Accounts that were linked before there was more than consent to note.
do $$
begin
  perform cortex.keep_linked_answers(array(select k.person_id from cortex.person_links k));
end
$$;
