-- What the shop's programs may write into its tables and no rule, template or screen should have to expect.

-- Tags as one row of texts, counted from one: null is no tag, and rows in rows are laid out flat.
create or replace function cortex.plain_tags(tags text[]) returns text[]
  language sql immutable parallel safe
  return case
    when tags is null then '{}'::text[]
    when array_ndims(tags) > 1 or array_lower(tags, 1) <> 1 then array(select t from unnest(tags) t where t is not null)
    when array_position(tags, null) is not null then array_remove(tags, null)
    else tags
  end;

-- Attributes are an object; anything else is none.
create or replace function cortex.plain_attributes(attributes jsonb) returns jsonb
  language sql immutable parallel safe
  return case when jsonb_typeof(attributes) = 'object' then attributes else '{}'::jsonb end;
