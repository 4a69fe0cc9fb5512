-- The directory's pages go by (created_at, person_id) in one direction. In the index of before the two stood in opposite
-- ones, so that of people who came at one instant, as an import's do, all were sorted for each page. Where there are many
-- people, build it by hand before the release:
-- create index concurrently people_in_order on cortex.people (created_at, person_id) where type is not null;
-- squawk-ignore require-concurrent-index-creation
create index if not exists people_in_order on cortex.people (created_at, person_id) where type is not null;

-- The program that a course belongs to, such as “P2P”; null: none.
alter table public.courses add column program text;
