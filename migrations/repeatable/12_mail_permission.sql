-- May this mail go to this person? The one answer in SQL; `libs/rules/src/mail-permission.ts` is its twin in TypeScript,
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

-- Why not, or null. `known`: the person is in the directory; `suppressed`: on this stream.
create or replace function cortex.mail_refusal(
  stream text, known boolean, suppressed boolean, consent text, mail_unanswered boolean)
  returns text
  language sql immutable parallel safe
return case
  when not known then 'erased'
  when suppressed then 'suppressed'
  when stream = 'transactional' then null
  when cortex.may_be_mailed(false, consent, mail_unanswered) then null
  when consent = 'unsubscribed' then 'unsubscribed'
  else 'no_consent'
end;
