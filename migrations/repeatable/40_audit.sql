-- The audit can be added to, and nothing else. When a person is erased, entries about them are emptied: who did what and
-- when stays, and so does the hash of what it said, so that the seals still fit.

-- What an entry says, as one hash. Not over its seal, which comes later; the instant is independent of the session's zone.
create or replace function cortex.audit_entry_hash(entry cortex.audit) returns bytea
  language sql stable parallel safe
  set search_path = pg_catalog, pg_temp
  return coalesce(entry.erased_hash, sha256(convert_to(jsonb_build_array(
    entry.id, extract(epoch from entry.at), entry.actor, entry.action, entry.target_kind, entry.target_id,
    entry.before, entry.after, entry.request_id)::text, 'UTF8')));

create or replace function cortex.guard_audit() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'UPDATE' and old.seal is null and new.seal is not null
    and cortex.audit_entry_hash(old) = cortex.audit_entry_hash(new) then
    return new;
  end if;
  if tg_op = 'UPDATE' and old.erased_hash is null and new.erased_hash = cortex.audit_entry_hash(old)
    and new.before is null and new.after is null and (new.target_id is null or new.target_id = old.target_id)
    and row(new.id, new.at, new.actor, new.action, new.target_kind, new.request_id, new.seal)
      is not distinct from row(old.id, old.at, old.actor, old.action, old.target_kind, old.request_id, old.seal) then
    return new;
  end if;
  raise exception 'Entries of the audit are neither changed nor deleted.' using errcode = 'insufficient_privilege';
end
$$;

create or replace function cortex.guard_audit_seals() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'Seals of the audit are neither changed nor deleted.' using errcode = 'insufficient_privilege';
end
$$;

create or replace trigger audit_is_kept before update or delete on cortex.audit
  for each row execute function cortex.guard_audit();
create or replace trigger audit_is_kept_whole before truncate on cortex.audit
  for each statement execute function cortex.guard_audit();
create or replace trigger audit_seals_are_kept before update or delete or truncate on cortex.audit_seals
  for each statement execute function cortex.guard_audit_seals();
