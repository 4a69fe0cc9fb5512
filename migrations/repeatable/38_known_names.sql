-- The folded texts of a person, and the names that people have: where a name with a letter wrong is looked for. Going
-- through everybody's trigrams took three times as long and did not find two letters that had changed places.

-- What a name is near to: first itself without accents, then that with each letter left out in turn. Of two texts that
-- are one slip apart (a letter too many, missing, wrong, or two that changed places) these have something in common.
create or replace function cortex.near_spellings(name text) returns text[]
  language plpgsql immutable parallel safe
as $$
declare
  bare text := name;
  near text[];
begin
  if octet_length(name) > length(name) then
    bare := translate(regexp_replace(normalize(name, NFD), '[\u0300-\u036f]', '', 'g'), 'øłđıħ', 'oldih');
    bare := replace(replace(replace(bare, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe');
  end if;
  near := array[bare];
  -- Of one letter nothing would be left, and nobody guesses at forty.
  if length(bare) between 3 and 40 then
    for nth in 1..length(bare) loop
      near := near || overlay(bare placing '' from nth for 1);
    end loop;
  end if;
  return near;
end
$$;

create or replace function cortex.know_name(of_kind text, folded text) returns void
  language plpgsql
as $$
begin
  -- Of longer ones the beginning, as in the index of whole names.
  folded := left(folded, 100);
  if not exists (select from cortex.known_names k where k.name = folded collate "C" and k.kind = of_kind) then
    insert into cortex.known_names (kind, name, near) values (of_kind, folded, cortex.near_spellings(folded));
  end if;
end
$$;

-- Keeps the folded columns of a person, whoever writes, and the names that are known. Not generated columns: their
-- expressions are planned anew for every statement, which costs a shop's write 0.1 ms.
create or replace function cortex.fold_person() returns trigger
  language plpgsql
as $$
declare
  first_folded text;
  last_folded text;
begin
  if tg_op = 'UPDATE' and new.first_name is not distinct from old.first_name
    and new.last_name is not distinct from old.last_name and new.tags = old.tags then
    return new;
  end if;
  if tg_op = 'INSERT' or new.first_name is distinct from old.first_name or new.last_name is distinct from old.last_name then
    first_folded := cortex.fold(coalesce(new.first_name, ''));
    last_folded := cortex.fold(coalesce(new.last_name, ''));
    new.name_folded := first_folded || ' ' || last_folded;
    if first_folded <> '' then
      perform cortex.know_name('first', first_folded);
    end if;
    if last_folded <> '' then
      perform cortex.know_name('last', last_folded);
    end if;
  end if;
  new.tags_folded := cortex.folded_tags(new.tags);
  return new;
end
$$;

create or replace trigger fold_person before insert or update of first_name, last_name, tags on cortex.people
  for each row execute function cortex.fold_person();

-- Makes the names equal to those of the people. Answers how many were added or forgotten.
create or replace function cortex.tidy_known_names() returns bigint
  language plpgsql
as $$
declare
  added bigint;
  gone bigint;
begin
  with held as (
    select distinct n.kind, left(cortex.fold(n.name), 100) as name
    from (
      select 'first' as kind, p.first_name as name from cortex.people p group by p.first_name
      union all
      select 'last', p.last_name from cortex.people p group by p.last_name
    ) n
    where n.name <> ''
  ), forgotten as (
    delete from cortex.known_names k where not exists (select from held h where h.kind = k.kind and h.name = k.name)
    returning 1
  ), taken as (
    insert into cortex.known_names (kind, name, near)
    select h.kind, h.name, cortex.near_spellings(h.name) from held h
    where not exists (select from cortex.known_names k where h.kind = k.kind and h.name = k.name)
    returning 1
  )
  select (select count(*) from taken), (select count(*) from forgotten) into added, gone;
  return added + gone;
end
$$;
