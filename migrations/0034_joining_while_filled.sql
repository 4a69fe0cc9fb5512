-- What a list's rules were when it was last filled ([[id, kind, rules], …], those of lists inside included): a filling
-- after an edit is silent only about the difference that the edit makes. NULL until the first filling.
alter table cortex.list_keeping add column means jsonb;

-- Set by a first filling: people whose changes were being written when the list began to be kept are seen when every
-- transaction up to this one has ended, by filling once more.
alter table cortex.list_keeping add column fill_again_after xid8;

-- So that the filling that follows this release tells who came meanwhile. The table is small: a row for each kept list.
with recursive inside as (
  select k.smart_list_id as kept, k.smart_list_id as id from cortex.list_keeping k where k.state = 'kept'
  union
  select i.kept, u.used_id from inside i
  join cortex.uses u on u.user_kind = 'smart_list' and u.user_id = i.id and u.used_kind = 'smart_list'
)
update cortex.list_keeping k set means = (
  select jsonb_agg(jsonb_build_array(l.id, l.kind, l.rules) order by l.id)
  from inside i join public.crm_smart_lists l on l.id = i.id where i.kept = k.smart_list_id
)
where k.state = 'kept';
