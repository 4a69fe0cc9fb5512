import type { Tx } from '#platform';
import { AppError } from '#platform';
import { personalColumns, type PersonalFieldId } from '#rules';

/** A kept row of the directory. `type`, `id` and `email` are null for a person without profile or lead (a placeholder). */
export interface Person extends Record<PersonalFieldId, string | null> {
  person_id: string;
  /** The public id: the profile's, else the newest lead's. */
  id: string | null;
  /** Normalised by `addressOf`. */
  address: string;
  email: string | null;
  type: 'customer' | 'lead' | null;
  tags: string[];
  attributes: Record<string, unknown>;
  created_at: Date | null;
  last_activity: Date | null;
  consent_status: ConsentStatus;
  consent_source: string | null;
  consent_at: Date | null;
  consent_text: string | null;
  /** The strictest answer of the accounts linked with this one, where it holds mail back from all of them. */
  linked_consent: 'unsubscribed' | 'pending' | null;
  /** Until when they, or an account that is linked with theirs, have paused marketing mail; null when no pause holds. */
  paused_until: Date | null;
  suppressed_broadcast: boolean;
  suppressed_transactional: boolean;
  demo: boolean;
}

export type ConsentStatus = 'unknown' | 'subscribed' | 'pending' | 'unsubscribed';

export const personColumns = `p.person_id, p.id, p.address, p.email, p.type, ${personalColumns('p')},
  p.tags, p.attributes, p.created_at, p.last_activity,
  p.consent_status, p.consent_source, p.consent_at, p.consent_text, p.linked_consent,
  case when greatest(p.paused_until, p.linked_paused_until) > cortex.now()
    then greatest(p.paused_until, p.linked_paused_until) end as paused_until, p.suppressed_broadcast,
  p.suppressed_transactional, p.demo`;

/**
 * The people of these addresses, made as placeholders where they are missing, by normalised address. A
 * placeholder has a `person_id` that stays, but is in no list until a profile or a lead of its address exists:
 * insert that in the same transaction and the triggers complete the row at commit.
 *
 * Addresses are taken as `addressOf` gives them and handled sorted. The call takes locks on addresses that are
 * new: make it after the other row locks of your transaction, so that nobody deadlocks. Works under READ
 * COMMITTED only.
 * @throws AppError 409 when the rows kept changing under us (somebody renames them); the request can be repeated.
 */
export async function findOrCreatePeople(tx: Tx, addresses: Iterable<string>): Promise<Map<string, Person>> {
  const wanted = [...new Set(addresses)];
  if (wanted.length === 0) return new Map();
  for (let attempt = 0; attempt < 3; attempt++) {
    const known = await peopleOf(tx, wanted);
    if (known.size === wanted.length) return known;
    await tx.run(
      `insert into cortex.people (address, suppressed_broadcast, suppressed_transactional)
       select w.address,
         exists (select from cortex.suppressions s where s.address = w.address and s.stream = 'broadcast'),
         exists (select from cortex.suppressions s where s.address = w.address and s.stream = 'transactional')
       from unnest($1::text[]) w (address)
       where not exists (select from cortex.people p where p.address = w.address)
       order by w.address collate "C"
       on conflict (address) do nothing`,
      [wanted],
    );
  }
  const people = await peopleOf(tx, wanted);
  if (people.size === wanted.length) return people;
  throw new AppError(
    'concurrent_change',
    'Someone else is changing these addresses at this moment. Send the request again.',
  );
}

/** SQL for the address that screens show for a row of `cortex.people`, and where mail to them goes: as its owner wrote it. */
export const addressShown = (person: string): string => `coalesce(${person}.email::text, ${person}.address, '')`;

/** The address to show for this person now; empty for somebody who was erased. */
export async function addressOfPerson(tx: Tx, personId: string): Promise<string> {
  const row = await tx.row<{ address: string }>(
    `select ${addressShown('p')} as address from cortex.people p where p.person_id = $1`,
    [personId],
  );
  return row?.address ?? '';
}

/** The known people among these normalised addresses, placeholders included. */
export async function peopleOf(tx: Tx, addresses: Iterable<string>): Promise<Map<string, Person>> {
  const rows = await tx.rows<Person>(
    `select ${personColumns} from cortex.people p where p.address = any ($1::text[])`,
    [[...addresses]],
  );
  return new Map(rows.map((row) => [row.address, row]));
}
