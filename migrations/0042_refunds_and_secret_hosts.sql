-- No more can be given back than was paid, whoever writes it. Rows that say otherwise already are left as they are.
alter table public.transactions add constraint transactions_refund_fits
  check (refunded_minor <= greatest(amount_minor, 0)) not valid;

-- The host that a secret is sent to, and no other: as URL.host has it. Null until an address is known; what is set
-- already is bound where all drawings agree, and else by the first call that carries it.
alter table cortex.secret_values add column host text;

with used (id, host) as (
  select lower(h.value ->> 'id'), lower(substring(n.node -> 'config' ->> 'url' from '^\s*https?://([^/?#\\@]+)'))
  from (
    select jsonb_array_elements(draft_graph -> 'nodes') from cortex.automations
    union all
    select jsonb_array_elements(graph -> 'nodes') from cortex.automation_versions
  ) n (node), lateral jsonb_each(
    case when jsonb_typeof(n.node -> 'config' -> 'headers') = 'object' then n.node -> 'config' -> 'headers' else '{}' end
  ) h
  where jsonb_typeof(h.value) = 'object'
), bound (id, host) as (
  select id, min(host) from used where id is not null and host is not null group by id having count(distinct host) = 1
)
update cortex.secret_values s set host = regexp_replace(b.host, ':(80|443)$', '')
from bound b where b.id = s.id::text;
