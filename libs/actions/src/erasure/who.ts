import type { Tx } from '#platform';

/** What one person, with the accounts linked to theirs, is known by. JSON. */
export interface Known {
  person_ids: string[];
  profile_ids: string[];
  /** Every public id that the person ever had. */
  ids: string[];
  /** In their one form, former ones too; none that is somebody else's by now. */
  addresses: string[];
  /** The same, and as they were written. */
  spellings: string[];
  /** First and last names, former ones too. */
  names: string[];
}

/** Of how many addresses and names account is taken. */
const MOST = 500;
/** A shorter name is found in any text. */
const SHORTEST_NAME = 2;

/** Looks up all that these people are or were known by. */
export async function whoAre(tx: Tx, personIds: readonly string[]): Promise<Known> {
  const spelled = await tx.rows<{ email: string; address: string }>(
    `with spelled as (
       select coalesce(p.email::text, p.address) as email from cortex.people p where p.person_id = any($1::uuid[])
       union select p.address from cortex.people p where p.person_id = any($1::uuid[])
       union select m.contact_email::text from cortex.messages m where m.person_id = any($1::uuid[]) and not m.to_colleague
       union select s.address from cortex.sign_ups s where s.person_id = any($1::uuid[])
       union select a.contact_email::text from public.crm_activities a where a.person_id = any($1::uuid[])
       union select v.email from public.crm_activities a
         cross join lateral (values (a.metadata #>> '{changes,email,old}'), (a.metadata #>> '{changes,email,new}')) v (email)
         where a.person_id = any($1::uuid[]) and a.type = 'contact.updated'
     )
     select distinct lower(s.email) as email, cortex.address(s.email::public.citext) collate "C" as address from spelled s
     where position('@' in s.email) > 1 and not exists (
       select from cortex.people o where o.address = cortex.address(s.email::public.citext) collate "C"
         and o.type is not null and o.person_id <> all($1::uuid[]))
     order by 1 limit ${MOST}`,
    [personIds],
  );
  const addresses = [...new Set(spelled.map(({ address }) => address))];
  const rows = await tx.row<Pick<Known, 'profile_ids' | 'ids' | 'names'>>(
    `with profiles as (
       select u.* from public.unified_profiles u where cortex.address(u.email) collate "C" = any($2::text[])
     ), leads as (
       select l.* from public.purchase_leads l where cortex.address(l.email) collate "C" = any($2::text[])
     )
     select
       array(select u.id from profiles u order by 1) as profile_ids,
       array(
         select u.id from profiles u union select l.id from leads l
         union select p.id from cortex.people p where p.person_id = any($1::uuid[]) and p.id is not null
         union select f.id from cortex.former_ids f where f.person_id = any($1::uuid[]) order by 1) as ids,
       array(
         select distinct btrim(n.name) from (
           select x.name from profiles u cross join lateral (values (u.first_name), (u.last_name)) x (name)
           union select x.name from leads l cross join lateral (values (l.first_name), (l.last_name)) x (name)
           union select x.name from cortex.people p cross join lateral (values (p.first_name), (p.last_name)) x (name)
             where p.person_id = any($1::uuid[])
           union select s.first_name from cortex.sign_ups s where s.address = any($2::text[])
           union select x.name from public.crm_activities a cross join lateral (values
               (a.metadata #>> '{changes,first_name,old}'), (a.metadata #>> '{changes,first_name,new}'),
               (a.metadata #>> '{changes,last_name,old}'), (a.metadata #>> '{changes,last_name,new}')) x (name)
             where a.person_id = any($1::uuid[]) and a.type = 'contact.updated'
         ) n where length(btrim(n.name)) >= ${SHORTEST_NAME} order by 1 limit ${MOST}) as names`,
    [personIds, addresses],
  );
  return {
    person_ids: [...personIds],
    addresses,
    spellings: [...new Set(spelled.flatMap(({ email, address }) => [email, address]))],
    ...rows!,
  };
}
