-- When the workspace counts in another currency, lifetime values are other ones.
--
-- Nothing of it is an act of the people whose values change, so that nobody enters an automation: lists that ask for
-- lifetime value are stale until everybody is counted, and are filled in silence then.

-- Puts everybody aside who has orders in one of the two currencies; the repair counts them anew, and screens read orders
-- meanwhile. Sweeps that are under way have ended before we look, and those that begin wait for us (half a second, then
-- they put their people aside too): so that nobody is left who was counted in the old currency.
create or replace function cortex.recount_lifetime_values() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '5s'
as $$
begin
  perform cortex.fill_lists_anew('"lifetime_value"');
  perform pg_advisory_xact_lock(hashtextextended('cortex.currency', 0));
  insert into cortex.pending (address, recount)
  select distinct cortex.address(u.email) collate "C", true
  from public.transactions t
  join public.unified_profiles u on u.id = t.profile_id
  where upper(t.currency) in (old.currency, new.currency) and cortex.address(u.email) is not null;
  return null;
end
$$;

create or replace trigger recount_lifetime_values after update on cortex.settings
  for each row when (old.currency is distinct from new.currency) execute function cortex.recount_lifetime_values();
