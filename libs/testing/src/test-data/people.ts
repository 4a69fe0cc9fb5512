import type { Database } from '#platform';
import { personalColumns } from '#rules';

export interface SeededPerson {
  person_id: string;
  email: string;
}

/**
 * Leads and their kept rows in the directory, put there as a replication would: past the triggers, and equal to the
 * directory's definition, so that the nightly comparison finds nothing to correct. For tests that need many people
 * or people without a history; the way a person really comes in is the shop's write.
 */
export async function seedLeads(
  database: Database,
  leads: readonly { email: string; first_name?: string; consent?: string }[],
): Promise<SeededPerson[]> {
  return database.tx(async (tx) => {
    await tx.run("set local session_replication_role = 'replica'");
    await tx.run(
      `insert into public.purchase_leads (email, first_name)
       select email, first_name from jsonb_to_recordset($1::jsonb) l (email citext, first_name text)`,
      [JSON.stringify(leads)],
    );
    return tx.rows<SeededPerson>(
      `insert into cortex.people (address, id, email, type, ${personalColumns()}, tags,
         attributes, created_at, lifetime_value_minor, name_folded, tags_folded, consent_status)
       select d.address, d.id, d.email, d.type, ${personalColumns('d')}, d.tags,
         d.attributes, d.created_at, d.lifetime_value_minor,
         cortex.fold(coalesce(d.first_name, '') || ' ' || coalesce(d.last_name, '')), cortex.fold_all(d.tags),
         coalesce(l.consent, 'unknown')
       from jsonb_to_recordset($1::jsonb) l (email citext, consent text)
       join cortex.directory_definition d on d.address = cortex.address(l.email)
       returning person_id, email`,
      [JSON.stringify(leads)],
    );
  });
}
