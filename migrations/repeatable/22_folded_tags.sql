-- The tags of a person as rules compare them. Other programs write the column too: NULL and '' are no tags, and an
-- array of arrays is none that anybody could mean.
create or replace function cortex.folded_tags(tags text[]) returns text[]
  language plpgsql immutable
as $$
declare
  folded text[] := '{}';
  tag text;
begin
  if array_ndims(tags) = 1 then
    foreach tag in array tags loop
      if tag <> '' then
        folded := folded || cortex.fold(tag);
      end if;
    end loop;
  end if;
  return folded;
end
$$;

update cortex.people set tags_folded = cortex.folded_tags(tags)
where array_ndims(tags) > 1 or array_position(tags, null) is not null or '' = any (tags);
