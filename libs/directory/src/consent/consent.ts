import { appendActivities } from '#activities';
import { AppError, type FieldError, type Tx } from '#platform';
import type { ConsentStatus } from '../identity/people.js';

/** What somebody said about being mailed. Without `at` it was said just now. */
export interface Consent {
  status: ConsentStatus;
  source?: string;
  at?: Date | string;
  /** The words they agreed to. */
  text?: string;
}

/** As it comes in a request: the object, or the bare status. */
export type ConsentGiven = Consent | ConsentStatus;

/**
 * Who says so: `person` by their own act (a link in a mail, the preference page, a complaint, a change they made at
 * Postmark), `staff` a colleague, `system` another system that says when they answered, `import` a status that another
 * system gave without saying when.
 */
export type ConsentBy = 'person' | 'staff' | 'system' | 'import';

export interface PersonConsent {
  person_id: string;
  consent: ConsentGiven;
  by: ConsentBy;
}

export interface ConsentOutcome {
  /** Of the entries, in order: whether the person's status is now another. */
  changed: boolean[];
  /** Whether a no stands although the entry said otherwise. */
  left: boolean[];
}

/** How far ahead of the database's clock an instant may lie: clocks differ, time zones must not. */
const TOLERANCE_MS = 5 * 60_000;

/** What is wrong with an instant that lies ahead, or undefined. `now` is the transaction's. */
export function aheadOf(now: Date, at: Date | string | undefined, pointer: string): FieldError | undefined {
  if (at === undefined || new Date(at).getTime() <= now.getTime() + TOLERANCE_MS) return undefined;
  return { pointer, message: 'This is more than 5 minutes in the future. Send the instant it happened, in UTC.' };
}

export const consentObject = (consent: ConsentGiven): Consent =>
  typeof consent === 'string' ? { status: consent } : consent;

/**
 * Records what these people said, by the law of `cortex.settle_consent`: an older message that arrives late changes
 * nothing, a person's own no is lifted by the person alone, `unknown` replaces nothing. An instant up to five minutes
 * ahead counts as now. Each change of status is an activity `contact.updated`. Suppression is another matter and
 * outlives any consent. With `history` the activities start nothing. Locks the people, and those linked with them, sorted by address: call it after your other writes.
 * @throws AppError 422 when an instant lies more than five minutes ahead
 */
export async function setConsents(
  tx: Tx,
  entries: readonly PersonConsent[],
  { history = false } = {},
): Promise<ConsentOutcome> {
  const outcome: ConsentOutcome = { changed: entries.map(() => false), left: entries.map(() => false) };
  if (entries.length === 0) return outcome;
  const now = await tx.now();
  const given = entries.map(({ person_id, consent, by }, ord) => ({ person_id, by, ord, ...consentObject(consent) }));
  const ahead = given.map(({ at }) => aheadOf(now, at, '/consent/at')).find((error) => error !== undefined);
  if (ahead)
    throw new AppError('instant_ahead', 'The consent was given in the future, so nothing was changed.', {
      errors: [ahead],
    });
  for (const turn of turns(given)) await settle(tx, turn, outcome, history);
  return outcome;
}

/** `setConsents` for one person; true when the status is now another. */
export async function setConsent(tx: Tx, personId: string, consent: ConsentGiven, by: ConsentBy): Promise<boolean> {
  return (await setConsents(tx, [{ person_id: personId, consent, by }])).changed[0]!;
}

type Given = Consent & { person_id: string; by: ConsentBy; ord: number };

/** Several answers of one person are settled one after another; one statement takes one of each. */
function turns(given: readonly Given[]): Given[][] {
  const seen = new Map<string, number>();
  const result: Given[][] = [];
  for (const one of given) {
    const turn = seen.get(one.person_id) ?? 0;
    seen.set(one.person_id, turn + 1);
    (result[turn] ??= []).push(one);
  }
  return result;
}

interface Settled {
  person_id: string;
  ord: number;
  before: ConsentStatus;
  after: ConsentStatus;
}

async function settle(tx: Tx, given: readonly Given[], outcome: ConsentOutcome, history: boolean): Promise<void> {
  const settled: Settled[] = [];
  let open = given;
  // Who was merged away while we waited for their row is found under the one who stays.
  for (let attempt = 0; attempt < ATTEMPTS && open.length > 0; attempt++) {
    settled.push(...(await tx.rows<Settled>(SETTLE, [JSON.stringify(open)])));
    const done = new Set(settled.map(({ ord }) => ord));
    open = given.filter(({ ord }) => !done.has(ord));
  }
  const different = settled.filter((row) => row.before !== row.after);
  for (const row of different) outcome.changed[row.ord] = true;
  const statuses = new Map(given.map(({ ord, status }) => [ord, status]));
  for (const { ord, after } of settled) {
    const said = statuses.get(ord);
    outcome.left[ord] = after === 'unsubscribed' && (said === 'subscribed' || said === 'pending');
  }
  await appendActivities(
    tx,
    different.map((row) => ({
      type: 'contact.updated',
      personId: row.person_id,
      metadata: { changes: { consent: { old: row.before, new: row.after } } },
      source: 'cortex',
      history,
    })),
  );
}

const ATTEMPTS = 3;

const SETTLE = `
  with given as materialized (
    select coalesce(m.into_person_id, g.person_id) as person_id, g.ord, g.by, g.status, g.source, g.at, g.text
    from jsonb_to_recordset($1::jsonb)
      as g (person_id uuid, ord int, by text, status text, source text, at timestamptz, text text)
    left join cortex.person_merges m on m.person_id = g.person_id
  ), locked as materialized (
    -- With the accounts that are linked with theirs, whose rows follow.
    select p.person_id, p.consent_status, p.consent_at, p.consent_by from cortex.people p
    where p.person_id = any(array(select l.person_id from cortex.linked_with(array(select g.person_id from given g)) l))
    order by p.address for no key update
  )
  update cortex.people p
  set consent_status = case when s.replaces then g.status else l.consent_status end,
    consent_source = case when s.replaces then g.source else p.consent_source end,
    consent_text = case when s.replaces then g.text else p.consent_text end,
    consent_at = s.at, consent_by = s.said_by
  from given g
  join locked l on l.person_id = g.person_id
  cross join lateral cortex.settle_consent(l.consent_status, l.consent_at, l.consent_by,
    g.status, case when g.at < cortex.now() then g.at when g.at is not null then cortex.now() end, g.by, cortex.now()) s
  where p.person_id = l.person_id
  returning p.person_id, g.ord, old.consent_status as before, new.consent_status as after`;
