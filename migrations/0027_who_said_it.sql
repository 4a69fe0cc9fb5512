-- Who gave the answer about mail that stands: the person, a colleague, another system that dated it, or an undated
-- status of another system. Null while nobody has answered.
alter table cortex.people add column consent_by text check (consent_by in ('person', 'staff', 'system', 'import'));

-- Answers from before this column: what was said through a link in a mail or at Postmark was the person. An instant
-- ahead of the clock came from a wrong clock; it would outrank every answer until then.
update cortex.people
set consent_by = case
    when consent_source in ('unsubscribe_link', 'one_click', 'preferences', 'postmark') then 'person'
    else 'system' end,
  consent_at = least(consent_at, cortex.now())
where consent_status <> 'unknown';
