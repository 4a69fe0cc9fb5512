-- With its type in the inbox, an activity that no automation is about need not be looked up to be matched. Null
-- where whoever put it in did not say; then it is looked up.
alter table cortex.activity_inbox add column type text;
