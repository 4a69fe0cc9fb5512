-- What the shop's programs may write into its tables and no rule, template or screen should have to expect.

-- Tags as one row of texts, counted from one: null is no tag, and rows in rows are laid out flat. In two functions,
-- because the planner takes only the first one up into the query that asks, and nearly all tags end there.
create or replace function cortex.flat_tags(tags text[]) returns text[]
  language sql immutable parallel safe
  return array(select t from unnest(tags) t where t is not null);

create or replace function cortex.plain_tags(tags text[]) returns text[]
  language sql immutable parallel safe
  return case
    when tags is null or tags = '{}' then '{}'::text[]
    when array_ndims(tags) = 1 and array_lower(tags, 1) = 1 and array_position(tags, null) is null then tags
    else cortex.flat_tags(tags)
  end;

-- Attributes are an object; anything else is none.
create or replace function cortex.plain_attributes(attributes jsonb) returns jsonb
  language sql immutable parallel safe
  return case when jsonb_typeof(attributes) = 'object' then attributes else '{}'::jsonb end;
