import type { Tx } from '#platform';
import type { Written } from './bring-in.js';
import { personChanges, personColumns, personParameters, personValues, type PersonFields } from './profiles.js';

export interface LeadFields extends PersonFields {
  course_id?: string;
  /** The checkout's id in the shop. */
  external_id?: string;
}

/**
 * One lead per checkout: a known external id is that lead; so is an open lead (not enrolled) of the same address and
 * course younger than 24 hours; anything else is a new one.
 */
export async function upsertLead(tx: Tx, given: LeadFields): Promise<Written> {
  const known = (await leadOfExternalId(tx, given)) ?? (await openLead(tx, given));
  if (known) {
    await tx.run(
      `update public.purchase_leads
       set email = $2, course_id = coalesce($3, course_id), external_id = coalesce($4, external_id), ${personChanges(5)}
       where id = $1`,
      [known.id, given.email, given.course_id ?? null, given.external_id ?? null, ...personValues(given)],
    );
    return { id: known.id, created: false };
  }
  const made = await tx.row<{ id: string }>(
    `insert into public.purchase_leads
       (email, course_id, external_id, created_at, source, ${personColumns})
     values ($1, $2, $3, coalesce($4::timestamptz, cortex.now()), 'api', ${personParameters(5)})
     returning id`,
    [given.email, given.course_id ?? null, given.external_id ?? null, given.created_at ?? null, ...personValues(given)],
  );
  return { id: made!.id, created: true };
}

async function leadOfExternalId(tx: Tx, given: LeadFields): Promise<{ id: string } | undefined> {
  if (given.external_id === undefined) return undefined;
  return tx.row<{ id: string }>('select id from public.purchase_leads where external_id = $1 for update', [
    given.external_id,
  ]);
}

/**
 * What "enrolled" means for a lead is said in the public contract: named by an enrollment, or followed by one. The
 * lead may be a little younger than this transaction: its own may have begun later and had the address's lock first.
 */
async function openLead(tx: Tx, given: LeadFields): Promise<{ id: string } | undefined> {
  return tx.row<{ id: string }>(
    `select l.id from public.purchase_leads l
     where cortex.address(l.email) = cortex.address($1::citext) collate "C"
       and l.course_id is not distinct from $2::uuid
       and not exists (select from cortex.lead_owners o where o.lead_id = l.id and o.address = cortex.address(l.email))
       and l.created_at > cortex.now() - interval '24 hours' and l.created_at <= cortex.now() + interval '5 minutes'
       and ($3::timestamptz is null or $3::timestamptz > cortex.now() - interval '24 hours')
       and not exists (select from public.enrollments e where e.lead_id = l.id)
       and not exists (
         select from public.enrollments e join public.unified_profiles u on u.id = e.profile_id
         where cortex.address(u.email) = cortex.address($1::citext) collate "C"
           and (l.course_id is null or e.course_id = l.course_id) and e.created_at >= l.created_at)
     order by l.created_at desc, l.id desc limit 1
     for update of l`,
    [given.email, given.course_id ?? null, given.created_at ?? null],
  );
}
