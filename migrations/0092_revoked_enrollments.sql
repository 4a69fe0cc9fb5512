-- Whether an enrollment was taken away or given back by support last: asked of whatever a shop sends again. A table of one
-- row for each action that support took.
-- squawk-ignore require-concurrent-index-creation
create index contact_actions_enrollment on cortex.contact_actions ((plan #>> '{enrollment,id}'), id)
  where action in ('revoke_access', 'restore_access');
