import { createHash } from 'node:crypto';
import { assertGoodPassword, hashPassword, SignInTries } from '#access';
import { AppError, newId, type Database, type Tx } from '#platform';

/** Why somebody gets a link: they are new, or have forgotten their password. */
export type LinkPurpose = 'welcome' | 'reset';

/** Minutes for which a link works. */
export const lastsMinutes: Record<LinkPurpose, number> = { welcome: 7 * 24 * 60, reset: 60 };

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

const gone = () => new AppError('not_found', 'This link has been used or is too old. Ask for a new one.');

/** Links with which a customer chooses a password, the first one as well: each works once, and for a while. */
export class PasswordLinks {
  private readonly tries: SignInTries;

  constructor(
    private readonly database: Database,
    secret: string,
  ) {
    this.tries = new SignInTries('customer', database, secret);
  }

  /**
   * Counts a request for a link before anything is looked up.
   * @returns whether this address may get one more mail now
   * @throws AppError 429 when too many were asked for from one network
   */
  mayAsk(email: string, ip: string): Promise<boolean> {
    return this.tries.mayBeMailed(email, ip);
  }

  /** The profile to which a link for this address belongs; undefined where nobody is a customer, or may sign in. */
  async customerOf(tx: Tx, email: string): Promise<string | undefined> {
    const row = await tx.row<{ id: string }>(
      `select u.id from public.unified_profiles u
       left join cortex_customers."user" c on c.id = u.id
       where cortex.address(u.email) collate "C" = cortex.address($1::citext) and not coalesce(c.banned, false)
       order by c.id is null, u.created_at, u.id limit 1`,
      [email],
    );
    return row?.id;
  }

  /**
   * The one open link of a customer: an earlier one stops working.
   * @returns when it runs out
   * @throws AppError 409 when their access was revoked
   */
  async make(
    tx: Tx,
    profileId: string,
    link: { purpose: LinkPurpose; by: string; token: string; minutes: number },
  ): Promise<Date> {
    const row = await tx.row<{ expires_at: Date }>(
      `insert into cortex.customer_password_links (profile_id, address, token_hash, purpose, created_by, expires_at)
       select u.id, cortex.address(u.email), $2::bytea, $3::text, $4::text, cortex.now() + make_interval(mins => $5)
       from public.unified_profiles u
       where u.id = $1 and not exists (select from cortex_customers."user" c where c.id = u.id and c.banned)
       on conflict (profile_id) do update set address = excluded.address, token_hash = excluded.token_hash,
         purpose = excluded.purpose, created_by = excluded.created_by, created_at = cortex.now(), expires_at = excluded.expires_at
       returning expires_at`,
      [profileId, hashOf(link.token), link.purpose, link.by, link.minutes],
    );
    if (!row) throw new AppError('access_revoked', 'Their access was revoked. Restore it first.');
    return row.expires_at;
  }

  /**
   * Sets a password by a link, once; the customer's first one makes their account. Every session of theirs ends.
   * @throws AppError 404 when the link is used or too old, 403 when their access was revoked, 400 for a password that is
   * easily guessed
   */
  async take(token: string, password: string): Promise<{ email: string }> {
    const customer = await this.database.row<{ id: string; email: string; name: string }>(
      `select u.id, coalesce(u.email::text, '') as email, btrim(concat_ws(' ', u.first_name, u.last_name)) as name
       from cortex.customer_password_links l join public.unified_profiles u on u.id = l.profile_id
       where l.token_hash = $1 and l.expires_at > cortex.now() and l.address = cortex.address(u.email)`,
      [hashOf(token)],
    );
    if (!customer) throw gone();
    assertGoodPassword(password, customer);
    const hash = await hashPassword(password);
    await this.database.tx(async (tx) => {
      const taken = await tx.run('delete from cortex.customer_password_links where token_hash = $1', [hashOf(token)]);
      if (taken === 0) throw gone();
      // Waits for a ban that is under way, and then has it before its eyes.
      const user = await tx.row<{ banned: boolean }>(
        `insert into cortex_customers."user" (id) values ($1)
         on conflict (id) do update set "updatedAt" = now() returning banned`,
        [customer.id],
      );
      if (user!.banned) throw gone();
      await tx.run(
        `insert into cortex_customers.account (id, "accountId", "providerId", "userId", password, "updatedAt")
         values ($1, $2::uuid::text, 'credential', $2::uuid, $3, now())
         on conflict ("userId", "providerId") do update set password = excluded.password, "updatedAt" = now()`,
        [newId(), customer.id, hash],
      );
      await tx.run('delete from cortex_customers.session where "userId" = $1', [customer.id]);
      // Whoever reads their mail is the right person, however many others have tried.
      await this.tries.forget([['account', customer.email.toLowerCase()]], tx);
    });
    return { email: customer.email };
  }
}
