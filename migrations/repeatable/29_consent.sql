-- Which of two answers about mail stands. The one place where this is decided: for an answer that comes in, and for
-- the two answers of people who are merged.
--
-- `given_at` null is an answer given just now, which comes after everything said before. By whom: 'person' their own
-- act, 'staff' a colleague, 'system' another system that says when, 'import' a status without an instant of its own.
--
-- unknown is no answer and replaces none. A person's own no is lifted by the person alone. A status without an instant
-- of its own lifts no no at all. A person's own answer outlives a yes of anybody else, whatever its instant. Otherwise the
-- later one stands; at one instant the more restrictive.
create or replace function cortex.settle_consent(
  standing_status text, standing_at timestamptz, standing_by text,
  given_status text, given_at timestamptz, given_by text, instant timestamptz
) returns table (replaces boolean, at timestamptz, said_by text)
  language sql immutable parallel safe
as $$
  select r.replaces,
    case
      when r.both_no then greatest(standing_at, coalesce(given_at, instant))
      when r.replaces then coalesce(given_at, instant)
      else standing_at
    end,
    case
      when r.both_no and (standing_by = 'person' or given_by = 'person') then 'person'
      when r.replaces then given_by
      else standing_by
    end
  from (
    select
      standing_status = 'unsubscribed' and given_status = 'unsubscribed' as both_no,
      case
        when given_status = 'unknown' then false
        when standing_status = 'unknown' then true
        when standing_status = 'unsubscribed' and given_status = 'unsubscribed' then
          coalesce(given_at >= standing_at, true)
        when given_status = 'unsubscribed' then
          who.stood = 'import' or (given_by = 'person' and who.stood <> 'person') or
            coalesce(given_at >= standing_at, true)
        when standing_status = 'unsubscribed' then
          given_by <> 'import' and (given_by = 'person' or who.stood <> 'person')
            and coalesce(given_at > standing_at, true)
        when (given_by = 'person') <> (who.stood = 'person') then given_by = 'person'
        else coalesce(
          given_at > standing_at or (given_at = standing_at and (given_status = 'pending' or standing_status <> 'pending')),
          true)
      end as replaces
    from (select coalesce(standing_by, 'system') as stood) who
  ) r
$$;
