import { newId, type Tx } from '#platform';

/** One thing that a person did, or that was done to them, as a stage of Cortex records it. */
export interface NewActivity {
  /** Given by callers who must know it beforehand; otherwise a new one is made. */
  id?: string;
  /** Lower snake case words joined by dots, e.g. `email.sent`. */
  type: string;
  personId: string;
  metadata?: Record<string, unknown>;
  /** Default: the transaction's instant. */
  occurredAt?: Date;
  /** Who recorded it, e.g. `cortex`, `staff`, `postmark`. */
  source: string;
  /** Recorded and counted, but starts and wakes nothing. */
  history?: boolean;
}

/**
 * Appends activities of known persons inside the caller's transaction and puts them into the inbox, so that the
 * matcher sees them once the caller commits. Address and public id are those of the directory at this moment.
 * Does not notify: the matcher polls.
 * @returns the ids, in the order given
 */
export async function appendActivities(tx: Tx, activities: readonly NewActivity[]): Promise<string[]> {
  if (activities.length === 0) return [];
  const ids = activities.map((activity) => activity.id ?? newId());
  await tx.rows(APPEND, [
    ids,
    activities.map((activity) => activity.personId),
    activities.map((activity) => activity.type),
    activities.map((activity) => JSON.stringify(activity.metadata ?? {})),
    activities.map((activity) => activity.occurredAt?.toISOString() ?? null),
    activities.map((activity) => activity.source),
    activities.map((activity) => activity.history ?? false),
  ]);
  return ids;
}

/** The columns `contact_email` and `contact_id` of an activity, from a directory row (which may be missing). */
export const contactOf = (person: string): string =>
  `coalesce(${person}.email, ${person}.address::citext), case when ${person}.type = 'customer' then ${person}.id end`;

// The inbox rows come from the trigger on crm_activities, as for every other writer.
const APPEND = `
  insert into public.crm_activities
    (id, contact_email, contact_id, type, metadata, occurred_at, source, person_id, history)
  select g.id, ${contactOf('p')}, g.type, g.metadata,
    coalesce(g.given_at, cortex.now()), g.source, g.person_id, g.history
  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::timestamptz[], $6::text[], $7::boolean[])
    with ordinality as g(id, person_id, type, metadata, given_at, source, history, ord)
  left join cortex.people p on p.person_id = g.person_id
  order by g.ord`;
