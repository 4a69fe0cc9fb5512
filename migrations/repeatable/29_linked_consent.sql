-- Of accounts that are linked the strictest answer about marketing mail holds for all, and each keeps its own: the others'
-- is noted beside it, in `linked_consent`, as long as they are linked.

-- Brings it up to date for these people and all who are linked with them.
create or replace function cortex.keep_linked_consent(people uuid[]) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  members uuid[];
  heads uuid[];
begin
  select array_agg(m.person_id), array_agg(m.head) into members, heads
  from (
    select distinct coalesce(k.into_person_id, t.id) as head
    from unnest(people) t (id) left join cortex.person_links k on k.person_id = t.id
    where t.id is not null
  ) h
  cross join lateral (
    select h.head, h.head as person_id
    union all
    select h.head, k.person_id from cortex.person_links k where k.into_person_id = h.head
  ) m;
  perform from cortex.people p where p.person_id = any (members) order by p.address for no key update;
  update cortex.people p
  set linked_consent = s.strictest
  from (
    select m.person_id, case
      when bool_or(o.consent_status = 'unsubscribed') then 'unsubscribed'
      when bool_or(o.consent_status = 'pending') then 'pending'
    end as strictest
    from unnest(members, heads) m (person_id, head)
    left join unnest(members, heads) beside (person_id, head)
      on beside.head = m.head and beside.person_id <> m.person_id
    left join cortex.people o on o.person_id = beside.person_id
    group by m.person_id
  ) s
  where p.person_id = s.person_id and p.linked_consent is distinct from s.strictest;
end
$$;

create or replace function cortex.linked_consent_of_link() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform cortex.keep_linked_consent(array[new.person_id, new.into_person_id, old.person_id, old.into_person_id]);
  return null;
end
$$;
create or replace trigger linked_consent after insert or update or delete on cortex.person_links
  for each row execute function cortex.linked_consent_of_link();

create or replace function cortex.linked_consent_of_person() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select from cortex.person_links k where k.person_id = new.person_id or k.into_person_id = new.person_id
  ) then
    perform cortex.keep_linked_consent(array[new.person_id]);
  end if;
  return null;
end
$$;
create or replace trigger linked_consent after update of consent_status on cortex.people
  for each row when (old.consent_status is distinct from new.consent_status)
  execute function cortex.linked_consent_of_person();
