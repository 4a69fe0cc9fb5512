-- How many people could be e-mailed, by day of the workspace: there is no way to count it afterwards.

create table cortex.subscriber_days (
  day date primary key,
  can_be_emailed int not null
);
