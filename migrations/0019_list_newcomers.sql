-- Asked for with an edit of the rules: who comes in by the next filling is told as entering. Otherwise it is silent.
alter table cortex.list_keeping add column tell_newcomers boolean not null default false;
