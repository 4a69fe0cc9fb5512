-- May this mail go to this person? The one answer in SQL; `libs/rules/src/mail/mail-permission.ts` is its twin in TypeScript,
-- and a spec asks both about every case there is.
--
-- Both are single expressions without settings of their own, so that the planner puts them in place of the call: it then
-- sees the plain conditions on the columns, and a claim pays nothing for the name. Keep them so. For the same reason an
-- argument that may hold a subquery (`suppressed`, `mail_unanswered`) is named only once in each body.

-- Marketing mail. By itself, not as “there is no refusal”: the planner knows how many people a condition on columns
-- leaves, and knows nothing of a CASE.
create or replace function cortex.may_be_mailed(suppressed boolean, consent text, mail_unanswered boolean)
  returns boolean
  language sql immutable parallel safe
return not suppressed and (consent = 'subscribed' or (consent = 'unknown' and mail_unanswered));

-- Whether a topic is off for somebody: `wanted` what they chose, or null; `default_on` the topic's default, null where
-- there is no such topic any more: then nobody can have asked for it.
create or replace function cortex.topic_off(topic uuid, wanted boolean, default_on boolean)
  returns boolean
  language sql immutable parallel safe
return topic is not null and not coalesce(wanted, default_on, false);

-- Why not, or null. `known`: the person is in the directory; `suppressed`: on this stream; `topic_off`: the mail's topic
-- is off for them; `paused`: they asked for no marketing mail until later. The last two have defaults for processes of
-- the release before.
drop function if exists cortex.mail_refusal(text, boolean, boolean, text, boolean);
create or replace function cortex.mail_refusal(
  stream text, known boolean, suppressed boolean, consent text, mail_unanswered boolean,
  topic_off boolean default false, paused boolean default false)
  returns text
  language sql immutable parallel safe
return case
  when not known then 'erased'
  when suppressed then 'suppressed'
  when stream = 'transactional' then null
  when not cortex.may_be_mailed(false, consent, mail_unanswered) then
    case when consent = 'unsubscribed' then 'unsubscribed' else 'no_consent' end
  when topic_off then 'topic_off'
  when paused then 'paused'
end;
