-- Generated from libs/directory/src/sql/list-membership.ts by `npm run gen`. Do not edit: change that file, or the list of a
-- person's fields in libs/rules/src/language/personal-fields.ts.

create or replace trigger touch_lists_new after insert on cortex.people
  for each row when (new.type is not null) execute function cortex.touch_lists_of_person();

-- Everything that rules may ask about and the kept row holds. `last_activity` is not among the columns: the matcher
-- moves it, and looks at the lists itself; a statement that sets none of them does not even compare.
create or replace trigger touch_lists after update of
    id, type, address, first_name, last_name, phone, country, timezone, language, tags, attributes, created_at, lifetime_value_minor, consent_status, linked_consent, suppressed_broadcast
  on cortex.people for each row when (
    old.id is distinct from new.id
    or old.type is distinct from new.type
    or old.address is distinct from new.address
    or old.first_name is distinct from new.first_name
    or old.last_name is distinct from new.last_name
    or old.phone is distinct from new.phone
    or old.country is distinct from new.country
    or old.timezone is distinct from new.timezone
    or old.language is distinct from new.language
    or old.tags is distinct from new.tags
    or old.attributes is distinct from new.attributes
    or old.created_at is distinct from new.created_at
    or old.lifetime_value_minor is distinct from new.lifetime_value_minor
    or old.consent_status is distinct from new.consent_status
    or old.linked_consent is distinct from new.linked_consent
    or old.suppressed_broadcast is distinct from new.suppressed_broadcast)
  execute function cortex.touch_lists_of_person();
