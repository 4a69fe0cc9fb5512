import { definedColumns, exact, generatedBy, list, orEmpty } from './columns.js';

const indented = (text: string, by: number): string => text.replaceAll('\n', `\n${' '.repeat(by)}`);

/** Makes the rows of the addresses in `missing`, as the definition has them; without anybody there, for somebody to come. */
const makeMissing = `insert into cortex.people (
  ${list(['address', ...definedColumns, 'suppressed_broadcast', 'suppressed_transactional'], 8)})
select
  ${list(['t.address', ...definedColumns.map(orEmpty('d'))], 8)},
  exists (select from cortex.suppressions s where s.address = t.address and s.stream = 'broadcast'),
  exists (select from cortex.suppressions s where s.address = t.address and s.stream = 'transactional')
from unnest(missing) t (address)
left join lateral (select * from cortex.directory_definition d where d.address = t.address limit 1) d on true
order by t.address collate "C"
on conflict (address) do nothing`;

/** What is defined at the addresses in `known`, each with a row, into `defined_rows`. */
const readDefined = `defined_rows := array(
  select row(
    ${list(['t.address', ...definedColumns.map((column) => `d.${column}`)], 4)}
  )::cortex.directory_definition
  from unnest(known) t (address)
  left join lateral (select * from cortex.directory_definition d where d.address = t.address limit 1) d on true)`;

/** The heart of the sweep: brings kept rows up to date with the definition. */
export const directoryRefresh = (): string => `${generatedBy('refresh.ts')}
-- Brings the kept rows of these addresses (sorted, distinct) up to date and gives these activities their
-- person and inbox row. Must run under READ COMMITTED: each statement needs a newer snapshot than the locks
-- before it. Raises CX001 when a row was renamed while we waited for it; the caller tries again.
create or replace function cortex.refresh_people(
  addresses text[], activity_ids uuid[], activity_times timestamptz[], activity_addresses text[]
) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
as $$
declare
  missing text[];
  fresh text[];
  fresh_ids uuid[];
  known text[] := addresses;
  locked bigint;
  converted uuid[];
  homes uuid[];
  moved boolean := false;
  kept cortex.people;
  defined cortex.directory_definition;
  defined_rows cortex.directory_definition[];
  earliest timestamptz := activity_times[1];
  latest timestamptz := activity_times[1];
begin
  -- What is defined is counted in the workspace's currency; whoever changes that waits for us, and we for them.
  perform pg_advisory_xact_lock_shared(hashtextextended('cortex.currency', 0));
  -- Many are planned anew: see 30_directory_identity.sql.
  if cardinality(addresses) > 20 then
    perform set_config('plan_cache_mode', 'force_custom_plan', true);
  end if;

  -- One person whom we know, as most writes of the shop touch: the same as below in three plain statements, each of
  -- them younger than the lock. Whom the definition no longer has is left to the general way, and so is a moving.
  if cardinality(addresses) = 1 then
    select p.* into kept from cortex.people p where p.address = addresses[1] for no key update;
    if found then
      select d.* into defined from cortex.directory_definition d where d.address = addresses[1] limit 1;
      if found and (kept.id is not distinct from defined.id or not cortex.may_have_moved(addresses[1])) then
        known := '{}';
        addresses := '{}';
        if row(${list(
          definedColumns.map((column) => exact(`kept.${column}`, column)),
          12,
        )})
          is distinct from
            row(${list(
              definedColumns.map((column) => exact(`defined.${column}`, column)),
              12,
            )})
        then
          update cortex.people p
          set ${list(
            definedColumns.map((column) => `${column} = defined.${column}`),
            12,
          )}
          where p.person_id = kept.person_id;
          if kept.id is distinct from defined.id then
            if kept.id is not null then
              insert into cortex.former_ids (id, person_id) values (kept.id, kept.person_id) on conflict (id) do nothing;
            end if;
            if defined.type = 'customer' then
              converted := array[kept.person_id];
            end if;
          end if;
        end if;
      end if;
    end if;
  end if;

  -- Whoever moved joins their old address to the new one.
  if cardinality(addresses) > 1 or cortex.may_have_moved(addresses[1]) then
    addresses := cortex.addresses_with_moves(addresses);
    known := addresses;
  end if;

  -- 1. People that are missing. A row that this statement makes is right at once: whoever else touches its address
  -- has either committed before the snapshot, or meets our row in its own sweep and waits for us.
  if cardinality(addresses) > 0 then
    select array_agg(t.address) into missing
    from unnest(addresses) t (address)
    where not exists (select from cortex.people p where p.address = t.address);
  end if;
  if missing is not null then
    with made as (
      ${indented(makeMissing, 6)}
      returning people.address, people.id
    )
    select array_agg(made.address), array_agg(made.id) into fresh, fresh_ids from made;
    if cardinality(fresh) = cardinality(addresses) then
      known := '{}';
    elsif fresh is not null then
      known := array(select t.address from unnest(addresses) t (address) where t.address <> all (fresh));
    end if;
  end if;

  if cardinality(known) > 0 then
    -- 2. Locks, sorted.
    perform from cortex.people p where p.address = any (known) order by p.address for no key update;
    get diagnostics locked = row_count;
    if locked <> cardinality(known) then
      raise exception 'a person of these addresses was renamed meanwhile' using errcode = 'CX001';
    end if;

    -- What is defined is read before it is asked who moved. A transaction that puts its addresses aside commits without
    -- these locks: were it to move somebody between the two, the rows read afterwards would be given to other people.
    ${indented(readDefined, 4)};

    -- Whoever moved takes their person along. What was done under the old address in this transaction goes along where
    -- nobody is left to whom it could belong.
    if activity_addresses <> '{}' then
      homes := array(
        select p.person_id
        from unnest(activity_addresses) with ordinality n (address, nth)
        left join cortex.people p on p.address = n.address and n.address = any (known)
        order by n.nth);
    end if;
    moved := cortex.move_people(addresses, fresh);
    if moved then
      known := addresses;
      activity_addresses := array(
        select case when exists (select from cortex.directory_definition d where d.address = n.address) then n.address
          else coalesce(p.address, n.address) end
        from unnest(activity_addresses, homes) with ordinality n (address, home, nth)
        left join cortex.people p on p.person_id = n.home
        order by n.nth);
      missing := array(
        select t.address from unnest(addresses) t (address)
        where not exists (select from cortex.people p where p.address = t.address)
          and (t.address = any (activity_addresses)
            or exists (select from cortex.directory_definition d where d.address = t.address)));
      ${indented(makeMissing, 6)};
      ${indented(readDefined, 6)};
      if exists (select from cortex.people_who_moved(addresses) m where m.new_address is not null) then
        raise exception 'somebody of these addresses moved meanwhile' using errcode = 'CX001';
      end if;
    end if;

    -- 3. The rows as they were defined when the locks were held.
    with changed as (
      update cortex.people p
      set ${list(
        definedColumns.map((column) => `${column} = ${orEmpty('d')(column)}`),
        8,
      )}
      from unnest(defined_rows) d
      where p.address = d.address
        and row(${list(
          definedColumns.map((column) => exact(`p.${column}`, column)),
          12,
        )})
          is distinct from
            row(${list(
              definedColumns.map((column) => exact(orEmpty('d')(column), column)),
              12,
            )})
      returning p.person_id, p.type, old.id as old_id, new.id as new_id
    ), former as (
      insert into cortex.former_ids (id, person_id)
      select distinct on (c.old_id) c.old_id, c.person_id
      from changed c
      where c.old_id is not null and c.old_id is distinct from c.new_id
      order by c.old_id, c.person_id
      on conflict (id) do nothing
    )
    select array_agg(c.person_id) filter (where c.type = 'customer' and c.old_id is distinct from c.new_id)
    into converted from changed c;
  end if;

  -- Whose row was somebody else's before starts with what was said about mail then; a lead with a no only.
  if fresh is not null and exists (select from cortex.former_ids i where i.id = any (fresh_ids)) then
    update cortex.people f
    set consent_status = p.consent_status, consent_source = p.consent_source, consent_at = p.consent_at,
      consent_text = p.consent_text, consent_by = p.consent_by
    from unnest(fresh) t (address), cortex.former_ids i, cortex.people p
    where f.address = t.address and f.consent_status = 'unknown' and i.id = f.id and p.person_id = i.person_id
      and p.person_id <> f.person_id
      and (p.consent_status = 'unsubscribed' or (p.consent_status <> 'unknown' and f.type = 'customer'));
    update cortex.people f
    set paused_until = p.paused_until, paused_at = p.paused_at, paused_by = p.paused_by,
      paused_source = p.paused_source
    from unnest(fresh) t (address), cortex.former_ids i, cortex.people p
    where f.address = t.address and f.paused_at is null and i.id = f.id and p.person_id = i.person_id
      and p.person_id <> f.person_id and p.paused_at is not null;
    insert into cortex.topic_choices (person_id, topic_id, wanted, at, said_by, source)
    select f.person_id, c.topic_id, c.wanted, c.at, c.said_by, c.source
    from unnest(fresh) t (address), cortex.former_ids i, cortex.people f, cortex.topic_choices c
    where f.address = t.address and i.id = f.id and i.person_id <> f.person_id and c.person_id = i.person_id
      and (not c.wanted or f.type = 'customer')
    on conflict (person_id, topic_id) do nothing;
  end if;

  -- 4. A lead that became a customer: its history names the profile from now on.
  if converted is not null then
    update public.crm_activities a
    set contact_id = p.id
    from cortex.people p
    where p.person_id = any (converted) and a.person_id = p.person_id and a.contact_id is distinct from p.id;
  end if;

  -- 5. Activities that did not know their person: the customer they name, else who is at their address. The bounds let the executor leave the other months alone.
  if cardinality(activity_ids) > 0 then
    if cardinality(activity_ids) > 1 then
      select min(t.at), max(t.at) into earliest, latest from unnest(activity_times) t (at);
    end if;
    with filled as (
      update public.crm_activities a
      set person_id = coalesce(
          (select c.person_id from cortex.people c where c.id = a.contact_id and c.type = 'customer' limit 1), p.person_id),
        contact_id = coalesce(a.contact_id, case when p.type = 'customer' then p.id end)
      from unnest(activity_ids, activity_times, activity_addresses) n (id, occurred_at, address)
      join cortex.people p on p.address = n.address
      where a.id = n.id and a.occurred_at = n.occurred_at and a.person_id is null
        and a.occurred_at >= earliest and a.occurred_at <= latest
      returning a.person_id, a.id, a.occurred_at, a.history, a.type
    )
    insert into cortex.activity_inbox (person_id, activity_id, occurred_at, history, type)
    select f.person_id, f.id, f.occurred_at, f.history, f.type from filled f;
  end if;
end
$$;
`;
