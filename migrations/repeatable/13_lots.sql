-- The lot of a person in a broadcast, from 0 to 999,999. Drawn again it is the same; for another purpose it is another, so
-- that who is held back says nothing about when others get it.
create or replace function cortex.lot(broadcast uuid, person uuid, purpose text) returns int
  language sql immutable parallel safe
return ((hashtextextended(purpose || broadcast::text || person::text, 0) & 9223372036854775807) % 1000000)::int;
