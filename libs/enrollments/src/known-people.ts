import type { Tx } from '#platform';
import { personChanges, personValues, profileOf, type PersonFields } from './profiles.js';

/**
 * Says more about somebody whom the directory has: of a customer the profile is changed, of a lead the newest one.
 * @returns the changed row; undefined when nobody has the address
 */
export async function updateKnown(tx: Tx, given: PersonFields): Promise<string | undefined> {
  const profile = await profileOf(tx, given.email);
  if (profile) {
    await tx.run(`update public.unified_profiles set ${personChanges(2)} where id = $1`, [
      profile.id,
      ...personValues(given),
    ]);
    return profile.id;
  }
  const lead = await tx.row<{ id: string }>(
    `select l.id from public.purchase_leads l
     where cortex.address(l.email) = cortex.address($1::citext) collate "C"
       and not exists (select from cortex.lead_owners o where o.lead_id = l.id and o.address = cortex.address(l.email))
     order by l.created_at desc, l.id desc limit 1
     for update of l`,
    [given.email],
  );
  if (!lead) return undefined;
  await tx.run(`update public.purchase_leads set ${personChanges(2)} where id = $1`, [lead.id, ...personValues(given)]);
  return lead.id;
}
