import type { ActionCandidate, AnswerOf, listLinkedAccounts } from '#contracts';
import { addressShown, paidBy, type Paid } from '#directory';
import type { Tx } from '#platform';
import { settingSql } from '#rules';
import { money } from './order-money.js';

/** One of the accounts of a person, and what belongs to it. */
export interface Account {
  person_id: string;
  contact_id: string;
  email: string;
  type: 'customer' | 'lead';
  consent: string;
  /** At most 10,000 are counted. */
  activities: number;
  enrollments: number;
  /** Runs that have not ended. */
  runs: number;
  /** By currency, of this account alone. */
  paid: Paid[];
}

const MOST_COUNTED = 10_000;

/** What these accounts have, in the order given. */
export async function accountsOf(tx: Tx, personIds: readonly string[]): Promise<Account[]> {
  const paid = await paidBy(tx, personIds, { linked: false });
  const accounts = await tx.rows<Omit<Account, 'paid'>>(
    `select p.person_id, p.id as contact_id, ${addressShown('p')} as email, p.type, p.consent_status as consent,
       (select count(*)::int from (
         select 1 from public.crm_activities a where a.person_id = p.person_id limit $2) counted) as activities,
       (select count(*)::int from public.enrollments e where e.profile_id = p.id and e.status <> 'cancelled') as enrollments,
       (select count(*)::int from cortex.automation_runs r
         where r.person_id = p.person_id and r.status in ('active', 'waiting')) as runs
     from unnest($1::uuid[]) with ordinality w(person_id, ord)
     join cortex.people p on p.person_id = w.person_id
     where p.type is not null
     order by w.ord`,
    [personIds, MOST_COUNTED],
  );
  return accounts.map((account) => ({ ...account, paid: paid.get(account.person_id) ?? [] }));
}

/** What several accounts said about marketing mail, of which the strictest holds for all once they are linked. */
export interface JoinedAnswers {
  /** How many they are. */
  accounts: number;
  /** The strictest consent; null: none of them holds mail back. */
  consent: 'unsubscribed' | 'pending' | null;
  /** The longest pause, until a day: “9 December 2026”. */
  pause: { email: string; until: string } | null;
  /** By account, what not all of them turned off: “News” and “Offers”. */
  topics_off: { email: string; topics: string }[];
}

const MOST_NAMED = 5;

/** What holds for these accounts together, as `cortex.keep_linked_answers` joins it. */
export async function answersOf(tx: Tx, personIds: readonly string[]): Promise<JoinedAnswers> {
  const consents = await tx.rows<{ consent: string }>(
    'select distinct p.consent_status as consent from cortex.people p where p.person_id = any($1::uuid[])',
    [personIds],
  );
  const pause = await tx.row<{ email: string; until: string }>(
    `select ${addressShown('p')} as email,
       to_char(p.paused_until at time zone ${settingSql('timezone')}, 'FMDD FMMonth YYYY') as until
     from cortex.people p where p.person_id = any($1::uuid[]) and p.paused_until > cortex.now()
     order by p.paused_until desc limit 1`,
    [personIds],
  );
  const off = await tx.rows<{ email: string; topics: string[] }>(
    `select ${addressShown('p')} as email, array_agg(t.name order by t.name) as topics
     from cortex.topic_choices c
     join cortex.topics t on t.id = c.topic_id
     join cortex.people p on p.person_id = c.person_id
     where c.person_id = any($1::uuid[]) and not c.wanted
       and (select count(*) from cortex.topic_choices o
         where o.person_id = any($1::uuid[]) and o.topic_id = c.topic_id and not o.wanted) < cardinality($1::uuid[])
     group by p.person_id order by array_position($1::uuid[], p.person_id)`,
    [personIds],
  );
  const said = consents.map(({ consent }) => consent);
  return {
    accounts: personIds.length,
    consent: (['unsubscribed', 'pending'] as const).find((strict) => said.includes(strict)) ?? null,
    pause: pause ?? null,
    topics_off: off.map(({ email, topics }) => ({ email, topics: named(topics) })),
  };
}

/** “News, Offers and 3 more topics”; a name may be long, a list of them must not be. */
function named(topics: readonly string[]): string {
  const shown = topics.slice(0, MOST_NAMED).map((name) => `“${name}”`);
  const more = topics.length - shown.length;
  if (more > 0) shown.push(plural(more, 'more topic'));
  const last = shown.pop()!;
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** Who is linked to this person, the first one first. */
export async function linkedTo(tx: Tx, personId: string): Promise<string[]> {
  const rows = await tx.rows<{ person_id: string }>(
    'select k.person_id from cortex.person_links k where k.into_person_id = $1 order by k.created_at, k.person_id',
    [personId],
  );
  return rows.map(({ person_id }) => person_id);
}

/** The same, as it is shown. */
export async function linksOf(tx: Tx, personId: string): Promise<AnswerOf<typeof listLinkedAccounts>> {
  const rows = await tx.rows<{
    id: string;
    email: string;
    type: 'customer' | 'lead';
    linked_at: Date;
    linked_by: string | null;
  }>(
    `select p.id, ${addressShown('p')} as email, p.type, k.created_at as linked_at, k.created_by as linked_by
     from cortex.person_links k join cortex.people p on p.person_id = k.person_id
     where k.into_person_id = $1 and p.type is not null order by k.created_at, k.person_id limit 100`,
    [personId],
  );
  return { items: rows.map((row) => ({ ...row, linked_at: row.linked_at.toISOString() })) };
}

const plural = (n: number, one: string): string =>
  `${n >= MOST_COUNTED ? `more than ${MOST_COUNTED.toLocaleString('en')}` : n} ${n === 1 ? one : one.endsWith('y') ? `${one.slice(0, -1)}ies` : `${one}s`}`;

/** “a@b.example, customer: 3 enrollments, 41 activities, 1 open run, €149.00 and $20.00 paid, subscribed”. */
export const inWords = (account: Account): string => `${account.email}, ${account.type}: ${belongings(account)}`;

export const belongings = ({ enrollments, activities, runs, paid, consent }: Account): string =>
  [
    plural(enrollments, 'enrollment'),
    plural(activities, 'activity'),
    plural(runs, 'open run'),
    `${amounts(paid)} paid`,
    consentWords.get(consent) ?? consent,
  ].join(', ');

/** Amounts of different currencies stand side by side. */
const amounts = (paid: readonly Paid[]): string =>
  paid.length === 0
    ? 'nothing'
    : paid.map(({ minor, currency }) => money({ amount_minor: minor, currency })).join(' and ');

const consentWords = new Map([
  ['unknown', 'never asked about mail'],
  ['pending', 'has not confirmed mail yet'],
]);

export const candidate = (account: Account): ActionCandidate => ({
  id: account.contact_id,
  label: account.email,
  detail: belongings(account),
});
