-- Names by their beginning, in the order of bytes: what the search of the directory and its order by name read.
-- Neither may refuse a row of the shop, and an entry of an index has at most 2,704 bytes.
create index people_name on cortex.people ((left(name_folded, 100)) collate "C", person_id) where type is not null;
-- With what the newest of many are chosen by, so that they are found in the index alone.
create index people_last_name on cortex.people
  ((cortex.fold(last_name)) collate "C", created_at desc, person_id desc) include (last_name)
  where type is not null and octet_length(last_name) <= 400;
-- Some names are a thousand times as common as others. The planner looks up what it knows of an expression here,
-- and not with a partial index.
create statistics cortex.people_folded on (left(name_folded, 100)), (cortex.fold(first_name)), (cortex.fold(last_name)),
  (cortex.fold(country)) from cortex.people;
alter table cortex.people alter column name_folded set statistics 500;
-- So that both are used well from the first question on.
analyze cortex.people;
