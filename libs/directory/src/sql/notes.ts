import { exact, generatedBy, list, sourceColumns } from './columns.js';

/**
 * Notes the addresses that a statement on a table of people touched.
 * @param everybody whose rows come from that table, as a condition over `cortex.people p`: they are touched by a TRUNCATE
 */
const noteFunction = (
  name: string,
  everybody: string,
): string => `create or replace function cortex.${name}() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
  set plan_cache_mode = force_generic_plan
as $$
declare
  noted text[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct cortex.address(n.email)) filter (where n.email is not null) into noted from new_rows n;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct cortex.address(o.email)) filter (where o.email is not null) into noted from old_rows o;
  elsif tg_op = 'UPDATE' then
    select array_agg(distinct v.address) into noted
    from old_rows o
    full join new_rows n on n.id = o.id
    cross join lateral (values (cortex.address(o.email)), (cortex.address(n.email))) v (address)
    where v.address is not null
      and row(${list(
        sourceColumns.map((column) => exact(`o.${column}`, column)),
        10,
      )})
        is distinct from
          row(${list(
            sourceColumns.map((column) => exact(`n.${column}`, column)),
            12,
          )});
  else
    select array_agg(p.address) into noted from cortex.people p where ${everybody};
  end if;
  perform cortex.note_touched(array_remove(noted, null));
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  perform cortex.put_addresses_aside(noted);
  return null;
end
$$;
`;

export const directoryNotes = (): string => `${generatedBy('notes.ts')}--
-- One function for each table, and not one for both: their cached plans are made for the table that fires them.

${noteFunction('note_profiles', 'p.type is not null')}
${noteFunction('note_leads', "p.type = 'lead'")}`;
