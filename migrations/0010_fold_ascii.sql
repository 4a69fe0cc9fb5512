-- Normalizing is most of what folding costs, and most texts are ASCII, where there is nothing to normalize.
-- Not STRICT, since a CASE in a STRICT function is not inlined; NULL stays NULL all the same.
create or replace function cortex.fold(value text) returns text
  language sql immutable parallel safe
  return case
    when octet_length(value) = length(value) then lower(value collate "pg_unicode_fast")
    else translate(lower(normalize(value) collate "pg_unicode_fast"), 'ς', 'σ')
  end;
