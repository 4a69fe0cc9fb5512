import type { Database } from '#platform';
import { isUuid } from '#rules';

interface Target {
  target_kind: string | null;
  target_id: string | null;
}

/** What a thing is called that the audit names by its id, by kind and id; of what is gone there is none. */
export async function targetNames(
  database: Database,
  targets: readonly Target[],
): Promise<ReadonlyMap<string, string>> {
  const known = targets.filter(({ target_id }) => isUuid(target_id));
  const ids = [...new Set(known.map(({ target_id }) => target_id!.toLowerCase()))];
  if (ids.length === 0) return new Map();
  const rows = await database.rows<{ kind: string; id: string; name: string | null }>(
    `select 'automation' as kind, a.id, a.name from cortex.automations a where a.id = any($1::uuid[])
     union all select 'broadcast', b.id, b.name from cortex.broadcasts b where b.id = any($1::uuid[])
     union all select 'smart_list', l.id, l.name from public.crm_smart_lists l where l.id = any($1::uuid[])
     union all select 'template', t.id, t.name from cortex.templates t where t.id = any($1::uuid[])
     union all select 'topic', t.id, t.name from cortex.topics t where t.id = any($1::uuid[])
     union all select 'sender', s.id, s.mailbox from cortex.senders s where s.id = any($1::uuid[])
     union all select 'form', f.id, f.name from cortex.sign_up_forms f where f.id = any($1::uuid[])
     union all select 'api_key', k.id, k.name from cortex.api_keys k where k.id = any($1::uuid[])
     union all select 'contact', p.id, coalesce(nullif(concat_ws(' ', p.first_name, p.last_name), ''), p.email::text, p.address)
       from cortex.people p where p.id = any($1::uuid[])
     union all select 'run', r.id, coalesce(nullif(concat_ws(' ', p.first_name, p.last_name), ''), p.email::text, p.address)
       from cortex.automation_runs r join cortex.people p using (person_id) where r.id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.flatMap(({ kind, id, name }) => (name ? [[`${kind} ${id}`, name] as const] : [])));
}
