import type { Tx } from '#platform';

/** The profiles of these people, each of which may have a way in: somebody who was linked has several. */
export async function profilesOf(tx: Tx, personIds: readonly string[]): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    `select u.id from cortex.people p
     join public.unified_profiles u on cortex.address(u.email) collate "C" = p.address
     where p.person_id = any($1::uuid[]) order by u.created_at, u.id`,
    [personIds],
  );
  return rows.map(({ id }) => id);
}

/** The profiles of this address, in its one form. */
export async function profilesAt(tx: Tx, address: string): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    `select u.id from public.unified_profiles u where cortex.address(u.email) collate "C" = $1 order by u.created_at, u.id`,
    [address],
  );
  return rows.map(({ id }) => id);
}

/** The addresses of these profiles, as their owners wrote them. */
export async function emailsOf(tx: Tx, profileIds: readonly string[]): Promise<string[]> {
  const rows = await tx.rows<{ email: string }>(
    `select u.email::text as email from public.unified_profiles u
     where u.id = any($1::uuid[]) and u.email is not null order by u.created_at, u.id`,
    [profileIds],
  );
  return rows.map(({ email }) => email);
}

/** Whether and since when a customer's way in is closed, and what stands open. */
export interface SignInState {
  profile_id: string;
  has_password: boolean;
  banned: boolean;
  banned_at: Date | null;
  sessions: number;
}

/** How each of these customers may sign in, in the order given; of whom none ever did, too. */
export async function signInStates(tx: Tx, profileIds: readonly string[]): Promise<SignInState[]> {
  return tx.rows<SignInState>(
    `select g.id as profile_id, coalesce(c.banned, false) as banned, c."bannedAt" as banned_at,
       exists (select from cortex_customers.account a
         where a."userId" = g.id and a."providerId" = 'credential' and a.password is not null) as has_password,
       (select count(*)::int from cortex_customers.session s
         where s."userId" = g.id and s."expiresAt" > now()) as sessions
     from unnest($1::uuid[]) with ordinality as g(id, ord)
     left join cortex_customers."user" c on c.id = g.id
     order by g.ord`,
    [profileIds],
  );
}

/**
 * Closes the way in of these customers until it is opened again: no password, no link and no open session lets them in.
 * One who never had a password is marked too. Sessions are ended afterwards, in this transaction or the next: whoever
 * signs in meanwhile sees the mark (`Sessions.start`), or their session is among those that end.
 * @returns how many were not banned before
 */
export async function banCustomers(tx: Tx, profileIds: readonly string[], reason: string): Promise<number> {
  const banned = await tx.run(
    `insert into cortex_customers."user" as c (id, banned, "bannedAt", "banReason")
     select id, true, now(), $2 from unnest($1::uuid[]) id order by id
     on conflict (id) do update set banned = true, "bannedAt" = now(), "banReason" = $2, "updatedAt" = now()
     where not c.banned`,
    [profileIds, reason],
  );
  await tx.run('delete from cortex.customer_password_links where profile_id = any($1::uuid[])', [profileIds]);
  return banned;
}

/**
 * Opens the way in again; nobody is signed in by that, and whoever has no password needs a new link.
 * @returns how many were banned
 */
export async function liftBans(tx: Tx, profileIds: readonly string[]): Promise<number> {
  const lifted = await tx.run(
    `update cortex_customers."user" set banned = false, "bannedAt" = null, "banReason" = null, "updatedAt" = now()
     where id = any($1::uuid[]) and banned`,
    [profileIds],
  );
  await endCustomerSessions(tx, profileIds);
  return lifted;
}

/** Signs these customers out everywhere. @returns how many sessions ended */
export async function endCustomerSessions(tx: Tx, profileIds: readonly string[]): Promise<number> {
  return tx.run('delete from cortex_customers.session where "userId" = any($1::uuid[])', [profileIds]);
}
