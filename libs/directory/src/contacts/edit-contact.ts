import type { ContactChanges } from '#contracts';
import { AppError, notFound, recordAudit, type Actor, type Tx } from '#platform';
import { setConsents, type ConsentGiven } from '../consent/consent.js';
import { presentContact } from '../search/contact.js';
import { contactById } from '../search/contacts.queries.js';

/** Says who causes what the transaction writes; the activities made by triggers carry it in their metadata. */
export async function writeAs(tx: Tx, cause: Record<string, string>): Promise<void> {
  await tx.run("select set_config('cortex.cause', $1, true)", [JSON.stringify(cause)]);
}

/**
 * Changes a person where they live: the profile, or the newest lead. The triggers bring the directory up to date and
 * record `contact.updated`; the audit notes who did it. Attributes are merged, null removes one; of consent the later `at` wins.
 * @throws AppError 404; 409 when they said no themselves or said it later; 422 when an instant lies in the future
 */
export async function editContact(tx: Tx, id: string, changes: ContactChanges, actor: Actor): Promise<void> {
  const row = await contactById(tx, id);
  if (!row) throw notFound('contact');
  await writeAs(tx, { by: actor.label });
  const { consent, attributes, tags, ...plain } = changes;
  const values: unknown[] = [row.id];
  const sets = Object.entries(plain).map(([column, value]) => `${column} = $${values.push(value || null)}`);
  // A lead always shows the tag "lead"; it is not stored with it.
  if (tags) sets.push(`tags = $${values.push(row.type === 'lead' ? tags.filter((tag) => tag !== 'lead') : tags)}`);
  if (attributes) {
    const given = `$${values.push(JSON.stringify(attributes))}::jsonb`;
    const removed = Object.keys(attributes).filter((name) => attributes[name] === null);
    sets.push(`attributes = (cortex.plain_attributes(attributes) || ${given}) - $${values.push(removed)}::text[]`);
  }
  if (sets.length > 0) {
    const table = row.type === 'customer' ? 'public.unified_profiles' : 'public.purchase_leads';
    await tx.run(`update ${table} set ${sets.join(', ')}, updated_at = cortex.now() where id = $1`, values);
  }
  if (consent) await sayFor(tx, row.person_id, withSource(consent, actor));
  const shown = presentContact(row);
  const before = Object.fromEntries(Object.keys(changes).map((name) => [name, shown[name as keyof typeof shown]]));
  await recordAudit(tx, actor, {
    action: 'contact.changed',
    targetKind: 'contact',
    targetId: row.id,
    before,
    after: changes,
  });
}

/** A colleague passes on what somebody said. What that person said themselves is not for a colleague to undo. */
async function sayFor(tx: Tx, personId: string, consent: ConsentGiven): Promise<void> {
  const { left } = await setConsents(tx, [{ person_id: personId, consent, by: 'staff' }]);
  if (!left[0]) return;
  throw new AppError(
    'consent_withdrawn',
    'They said no to these emails themselves, or later than this. Only they can subscribe again, on the preference page their emails link to.',
  );
}

function withSource(consent: NonNullable<ContactChanges['consent']>, actor: Actor) {
  const given = typeof consent === 'string' ? { status: consent } : consent;
  return { source: actor.label, ...given };
}
