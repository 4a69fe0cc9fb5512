-- Whoever comes into a list by what is only recorded, such as an import, enters it as history, which starts nothing.
alter table cortex.list_touched add column history boolean not null default false;
