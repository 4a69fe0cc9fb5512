-- The sweep at commit, and the triggers that lead to it.

-- Puts aside what this transaction touched: the view is right at once, the repair job does the rest.
create or replace function cortex.put_aside() returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  with gone as (
    delete from cortex.touched t where t.txid = pg_current_xact_id()
    returning t.addresses, t.activity_ids, t.activity_times, t.activity_addresses
  )
  insert into cortex.pending (address, activity_id, occurred_at)
  select distinct a.address collate "C", null::uuid, null::timestamptz from gone g, unnest(g.addresses) a (address)
  union all
  select n.address, n.id, n.occurred_at
  from gone g, unnest(g.activity_ids, g.activity_times, g.activity_addresses) n (id, occurred_at, address);
end
$$;

create or replace function cortex.sweep() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
  set plan_cache_mode = force_generic_plan
as $$
declare
  this text := pg_current_xact_id()::text;
  mark text := current_setting('cortex.swept', true);
  work record;
  noted bigint;
  code text;
  reason text;
begin
  if mark = this then
    return null;
  end if;
  perform set_config('cortex.swept', this, true);
  for attempt in 1..3 loop
    begin
      -- One statement touched one person: the row that fires us is all there is.
      if mark = 'one' and cardinality(new.addresses) = 1 then
        delete from cortex.touched t where t.txid = pg_current_xact_id();
        get diagnostics noted = row_count;
        if noted <> 1 then
          raise exception '% rows were noted where one was said', noted;
        end if;
        perform cortex.refresh_people(new.addresses, new.activity_ids, new.activity_times, new.activity_addresses);
        if exists (select from cortex.person_merges m where m.followed < 2 and m.merged_at >= now()) then
          perform cortex.follow_merges_since(now());
        end if;
        return null;
      end if;
      with gone as (
        delete from cortex.touched t where t.txid = pg_current_xact_id()
        returning t.addresses, t.activity_ids, t.activity_times, t.activity_addresses
      )
      select
        array(
          select distinct a.address collate "C" from gone g, unnest(g.addresses) a (address) order by 1
        ) as addresses,
        array(select unnest(g.activity_ids) from gone g) as activity_ids,
        array(select unnest(g.activity_times) from gone g) as activity_times,
        array(select unnest(g.activity_addresses) from gone g) as activity_addresses
      into work;
      perform cortex.refresh_people(work.addresses, work.activity_ids, work.activity_times, work.activity_addresses);
      if exists (select from cortex.person_merges m where m.followed < 2 and m.merged_at >= now()) then
        perform cortex.follow_merges_since(now());
      end if;
      return null;
    exception
      when sqlstate 'CX001' then
        code := sqlstate;
        reason := sqlerrm;
      when others then
        code := sqlstate;
        reason := sqlerrm;
        exit;
    end;
  end loop;
  begin
    perform cortex.put_aside();
  exception when others then
    raise warning 'cortex: touched addresses could not be put aside (%)', sqlstate;
    perform cortex.note_error('put_aside', sqlstate, sqlerrm);
  end;
  if code is not null then
    perform cortex.note_error('sweep', code, reason);
  end if;
  return null;
end
$$;

drop trigger if exists sweep on cortex.touched;
create constraint trigger sweep after insert on cortex.touched
  deferrable initially deferred
  for each row execute function cortex.sweep();

-- One trigger per event: a trigger with transition tables may name only one. Triggers of a table fire in the
-- order of their names, so the note (10) stands before the activities (20), each with a guard of its own.

create or replace trigger cortex_10_note_insert after insert on public.unified_profiles
  referencing new table as new_rows for each statement execute function cortex.note_profiles();
create or replace trigger cortex_10_note_update after update on public.unified_profiles
  referencing old table as old_rows new table as new_rows for each statement execute function cortex.note_profiles();
create or replace trigger cortex_10_note_delete after delete on public.unified_profiles
  referencing old table as old_rows for each statement execute function cortex.note_profiles();
create or replace trigger cortex_10_note_truncate after truncate on public.unified_profiles
  for each statement execute function cortex.note_profiles();

create or replace trigger cortex_10_note_insert after insert on public.purchase_leads
  referencing new table as new_rows for each statement execute function cortex.note_leads();
create or replace trigger cortex_10_note_update after update on public.purchase_leads
  referencing old table as old_rows new table as new_rows for each statement execute function cortex.note_leads();
create or replace trigger cortex_10_note_delete after delete on public.purchase_leads
  referencing old table as old_rows for each statement execute function cortex.note_leads();
create or replace trigger cortex_10_note_truncate after truncate on public.purchase_leads
  for each statement execute function cortex.note_leads();

create or replace trigger cortex_10_note_insert after insert on public.transactions
  referencing new table as new_rows for each statement execute function cortex.note_transactions();
create or replace trigger cortex_10_note_update after update on public.transactions
  referencing old table as old_rows new table as new_rows for each statement execute function cortex.note_transactions();
create or replace trigger cortex_10_note_delete after delete on public.transactions
  referencing old table as old_rows for each statement execute function cortex.note_transactions();
create or replace trigger cortex_10_note_truncate after truncate on public.transactions
  for each statement execute function cortex.note_transactions();
