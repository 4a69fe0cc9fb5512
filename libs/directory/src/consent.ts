import { appendActivities } from '#activities';
import type { Tx } from '#platform';
import type { ConsentStatus } from './people.js';

/** What somebody said about being mailed. `at` defaults to the transaction's instant. */
export interface Consent {
  status: ConsentStatus;
  source?: string;
  at?: Date | string;
  /** The words they agreed to. */
  text?: string;
}

/** As it comes in a request: the object, or the bare status. */
export type ConsentGiven = Consent | ConsentStatus;

export interface PersonConsent {
  person_id: string;
  consent: ConsentGiven;
}

/**
 * Records what these people said. The later `at` wins, so an older message that arrives late changes nothing; of
 * equal instants the one recorded last holds. Each change of status is an activity `contact.updated`. Suppression is
 * another matter and outlives any consent. Locks the people sorted by address: call it after your other writes.
 * @returns the ids of the people whose consent status is now another
 */
export async function setConsents(tx: Tx, entries: readonly PersonConsent[]): Promise<string[]> {
  if (entries.length === 0) return [];
  const given = entries.map(({ person_id, consent }, ord) => ({
    person_id,
    ord,
    ...(typeof consent === 'string' ? { status: consent } : consent),
  }));
  const changed = await tx.rows<{ person_id: string; before: ConsentStatus; after: ConsentStatus }>(
    `with given as materialized (
       select distinct on (g.person_id) g.person_id, g.status, g.source, coalesce(g.at, cortex.now()) as at, g.text
       from jsonb_to_recordset($1::jsonb)
         as g (person_id uuid, ord int, status text, source text, at timestamptz, text text)
       order by g.person_id, coalesce(g.at, cortex.now()) desc, g.ord desc
     ), locked as materialized (
       select p.person_id from cortex.people p
       where p.person_id in (select g.person_id from given g)
       order by p.address for no key update
     )
     update cortex.people p
     set consent_status = g.status, consent_source = g.source, consent_at = g.at, consent_text = g.text
     from given g join locked l on l.person_id = g.person_id
     where p.person_id = g.person_id and (p.consent_at is null or g.at >= p.consent_at)
     returning p.person_id, old.consent_status as before, new.consent_status as after`,
    [JSON.stringify(given)],
  );
  const different = changed.filter((row) => row.before !== row.after);
  await appendActivities(
    tx,
    different.map((row) => ({
      type: 'contact.updated',
      personId: row.person_id,
      metadata: { changes: { consent: { old: row.before, new: row.after } } },
      source: 'cortex',
    })),
  );
  return different.map((row) => row.person_id);
}

/** `setConsents` for one person; true when the status is now another. */
export async function setConsent(tx: Tx, personId: string, consent: ConsentGiven): Promise<boolean> {
  return (await setConsents(tx, [{ person_id: personId, consent }])).length > 0;
}
