-- Who approved the storyboard of the draft, and when: { by, at, people, drawing }. `drawing` is a hash of what was
-- approved, so that a change asks again. A version keeps that of the draft it was made from, without the hash.
alter table cortex.automations add column approval jsonb;
alter table cortex.automation_versions add column approval jsonb;
