-- A share of a broadcast's audience gets nothing, so that its report can say what the mail brought.

alter table cortex.broadcasts add column holdout_percent int not null default 0;
-- As the draft said when it was rehearsed.
alter table cortex.broadcast_rehearsals add column holdout_percent int not null default 0;
