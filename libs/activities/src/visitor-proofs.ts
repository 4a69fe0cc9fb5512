import { databaseFailure, retryLaws, type Database, type Tx } from '#platform';

/** Proofs that are noted in one transaction: it holds their rows no longer than that takes. */
const TOGETHER = 100;
/** Activities of a visitor that become a person's, the newest ones. */
const MOST_JOINED = 2000;

/** Who a visitor is, as the shop's server has said, or the link of a mail. */
export interface VisitorProof {
  anonymousId: string;
  provenEmail: string;
  /** The mail, where one did. */
  messageId?: string;
}

/**
 * Notes whose visitors these are, once and for ever, and makes what they did before the persons'. It comes out as if each
 * proof came alone, in this order: of two of one visitor the first counts whose address somebody has.
 * @returns those of whose address the directory has nobody
 */
export async function noteProofs(database: Database, proofs: readonly VisitorProof[]): Promise<VisitorProof[]> {
  const left: VisitorProof[] = [];
  for (let from = 0; from < proofs.length; from += TOGETHER)
    left.push(...(await noteTogether(database, proofs.slice(from, from + TOGETHER))));
  return left;
}

async function noteTogether(database: Database, proofs: readonly VisitorProof[]): Promise<VisitorProof[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.tx((tx) => note(tx, proofs));
    } catch (error) {
      if (databaseFailure(error) !== 'collision' || attempt >= retryLaws.collision.tries) throw error;
    }
  }
}

async function note(tx: Tx, proofs: readonly VisitorProof[]): Promise<VisitorProof[]> {
  await tx.rows(PLANNED_FOR_MANY);
  const visitors = proofs.map(({ anonymousId }) => anonymousId);
  const emails = proofs.map(({ provenEmail }) => provenEmail);
  const mails = proofs.map(({ messageId }) => messageId ?? null);
  const nobodys = await tx.rows<{ ord: number }>(NOTE_VISITORS, [visitors, emails, mails]);
  if (nobodys.length < proofs.length) await tx.run(JOIN_ACTIVITIES, [visitors, emails, MOST_JOINED]);
  return nobodys.map(({ ord }) => proofs[ord - 1]!);
}

/**
 * For a hundred visitors the planner would rather read all activities there are than look for each visitor's; and in a
 * young installation it takes the visitors' activities for one or two, and compares each with each.
 */
const PLANNED_FOR_MANY = `
  select set_config('enable_seqscan', 'off', true), set_config('enable_nestloop', 'off', true)`;

/**
 * Notes visitors sorted, so that two transactions never wait for each other in a circle; answers of whose address there is
 * nobody. It takes no lock on people: like the storing of an activity it moves nobody's run, and what it writes under
 * somebody who is merged meanwhile, `cortex.follow_merges` hands over.
 */
const NOTE_VISITORS = `
  with given as materialized (
    select g.anonymous_id, g.ord, g.message_id, p.person_id
    from unnest($1::text[], $2::text[], $3::uuid[]) with ordinality as g (anonymous_id, email, message_id, ord)
    left join lateral (
      select p.person_id from cortex.people p
      where p.address = cortex.address(g.email::citext) collate "C" and p.type is not null
      limit 1
    ) p on true
  ), noted as (
    insert into cortex.visitors (anonymous_id, person_id, message_id)
    select distinct on (g.anonymous_id) g.anonymous_id, g.person_id, g.message_id
    from given g where g.person_id is not null
    order by g.anonymous_id, g.ord
    on conflict (anonymous_id) do nothing
  )
  select g.ord::int as ord from given g where g.person_id is null order by g.ord`;

/**
 * Gives each person what their visitor did until it was proven, also what comes later from a page that was offline; what
 * the visitor did after that without a proof may be somebody else's at the same browser. A proof of an account that is linked
 * with the person's is a proof of the person; the visitor stays the one account's, so that unlinking parts them. It goes through the inbox in its
 * order, so that it starts and wakes what is not too late for it. Rows are locked in the order of their visitors.
 */
const JOIN_ACTIVITIES = `
  with person as materialized (
    select distinct on (g.anonymous_id) g.anonymous_id, g.ord, p.person_id, v.proven_at,
      p.email, p.contact_id
    from unnest($1::text[], $2::text[]) with ordinality as g (anonymous_id, email, ord)
    cross join lateral (
      select v.person_id, v.proven_at from cortex.visitors v where v.anonymous_id = g.anonymous_id limit 1
    ) v
    cross join lateral (
      select p.person_id, coalesce(p.email, p.address::citext) as email, case when p.type = 'customer' then p.id end as contact_id
      from cortex.people p
      where p.person_id = v.person_id and p.type is not null and exists (
        select from cortex.people n
        where n.address = cortex.address(g.email::citext) collate "C" and n.type is not null
          and coalesce((select k.into_person_id from cortex.person_links k where k.person_id = n.person_id), n.person_id)
            = coalesce((select k.into_person_id from cortex.person_links k where k.person_id = p.person_id), p.person_id))
      limit 1
    ) p
    order by g.anonymous_id, g.ord
  ), theirs as materialized (
    select w.anonymous_id, w.ord, w.person_id, w.email, w.contact_id, a.id, a.occurred_at
    from person w
    cross join lateral (
      select a.id, a.occurred_at from public.crm_activities a
      where a.anonymous_id = w.anonymous_id and a.person_id is null and a.contact_email is null
        and a.occurred_at <= w.proven_at
      order by a.occurred_at desc, a.id desc limit $3
      for update
    ) a
  ), joined as (
    update public.crm_activities a
    set person_id = t.person_id, contact_email = t.email, contact_id = t.contact_id
    from theirs t
    where a.id = t.id and a.occurred_at = t.occurred_at and a.anonymous_id = t.anonymous_id
      and a.anonymous_id = any($1::text[]) and a.person_id is null
    returning t.ord, a.id, a.person_id, a.occurred_at, a.history, a.type
  )
  insert into cortex.activity_inbox (person_id, activity_id, occurred_at, history, type)
  select j.person_id, j.id, j.occurred_at, j.history, j.type from joined j order by j.ord, j.occurred_at, j.id`;
