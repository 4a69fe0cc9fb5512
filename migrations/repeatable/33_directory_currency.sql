-- When the workspace counts in another currency, lifetime values are other ones.
--
-- Nothing of it is an act of the people whose values change, so that nobody enters an automation: lists that ask for
-- lifetime value are stale until everybody is counted, and are filled in silence then.

-- Puts everybody aside who has orders in one of these currencies and is not aside for it yet.
create or replace function cortex.note_recounts(currencies text[]) returns void
  language sql
  set search_path = pg_catalog, pg_temp
as $$
  insert into cortex.pending (address, recount)
  select a.address, true
  from (
    select distinct cortex.address(u.email) collate "C" as address
    from public.transactions t join public.unified_profiles u on u.id = t.profile_id
    where upper(t.currency) = any (currencies)
  ) a
  where a.address is not null
    and not exists (select from cortex.pending q where q.address = a.address and q.recount);
$$;

-- The repair counts them anew, and screens read orders meanwhile. Sweeps that are under way have ended before we look for
-- the last time, and those that begin wait for us (half a second, then they put their people aside too): so that nobody is
-- left who was counted in the old currency. Most are noted before, so that this is short.
create or replace function cortex.recount_lifetime_values() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '5s'
as $$
declare
  currencies text[] := array[old.currency, new.currency];
begin
  perform cortex.fill_lists_anew('"lifetime_value"');
  perform cortex.note_recounts(currencies);
  perform pg_advisory_xact_lock(hashtextextended('cortex.currency', 0));
  perform cortex.note_recounts(currencies);
  return null;
end
$$;

create or replace trigger recount_lifetime_values after update on cortex.settings
  for each row when (old.currency is distinct from new.currency) execute function cortex.recount_lifetime_values();
