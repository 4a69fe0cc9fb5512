import type { IncomingHttpHeaders } from 'node:http';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { assertTrustedOrigin, PasswordGate, Sessions, type SignInRequest } from '#access';
import { adminAddresses } from '#contracts';
import { openAttention, type Config, type Database, type Log } from '#platform';

export interface CustomerSession {
  /** Of the profile. */
  id: string;
  email: string;
  name: string;
}

interface Account extends CustomerSession {
  banned: boolean;
  hash: string;
}

const NAME = `btrim(concat_ws(' ', u.first_name, u.last_name))`;

/** Failures in a row of one account that a person should know about. */
const many = 10;

/** Customers' sign-in and sessions, in the manner of the staff's, on a schema of their own. */
@Injectable()
export class CustomerSignIn implements OnApplicationShutdown {
  private readonly sessions: Sessions;
  private readonly gate: PasswordGate;
  private readonly publicUrl: string;

  constructor(
    private readonly database: Database,
    config: Config,
    secret: string,
    log: Log,
  ) {
    this.sessions = new Sessions('customer', database, config, secret, log);
    this.gate = new PasswordGate('customer', database, config, secret);
    this.publicUrl = config.publicUrl;
  }

  /** Where better-auth would have its endpoints, for the test that none of them answers. */
  libraryPaths(): Promise<string[]> {
    return this.sessions.libraryPaths();
  }

  /** @throws AppError 403 when a page of another site asks */
  assertTrustedOrigin(headers: IncomingHttpHeaders): void {
    assertTrustedOrigin(this.publicUrl, headers);
  }

  /** Who holds the session of these cookies; asked of the database each time, so that a ban holds at once. */
  async sessionOf(headers: IncomingHttpHeaders): Promise<CustomerSession | undefined> {
    const held = await this.sessions.find(headers);
    if (!held) return undefined;
    return this.database.row<CustomerSession>(
      `select u.id, coalesce(u.email::text, '') as email, ${NAME} as name from public.unified_profiles u where u.id = $1`,
      [held.user],
    );
  }

  /**
   * Signs a customer in: the answer's cookies are the new session, which replaces the one the request came with.
   * @throws AppError 429 after too many tries, 401 for a wrong password, 403 when their access was revoked
   */
  async signIn(request: SignInRequest, given: { email: string; password: string }) {
    this.assertTrustedOrigin(request.headers);
    const known = await this.account(given.email);
    const {
      hash: _hash,
      banned,
      ...customer
    } = await this.gate.pass(request, given, known, async (counts) => {
      const tries = Math.max(...[...counts].map(([kind, n]) => (kind === 'address' ? 0 : n)));
      if (known && tries >= many) await this.noteGuessing(known.id, tries);
    });
    if (banned) throw this.sessions.banned();
    const cookies = await this.sessions.start(request, customer.id);
    if (this.sessions.hasCookie(request.headers)) await this.sessions.endOf(request);
    return { session: customer, cookies: [...cookies, this.gate.markDevice(customer.id)] };
  }

  /** Ends the session of these cookies, if there is one. @returns the lines that take the cookie away */
  async signOut(request: SignInRequest): Promise<string[]> {
    this.assertTrustedOrigin(request.headers);
    return this.sessions.endOf(request);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.sessions.close();
  }

  /** The customer who signs in with this address, as the directory has it now. */
  private account(email: string): Promise<Account | undefined> {
    return this.database.row<Account>(
      `select u.id, coalesce(u.email::text, '') as email, ${NAME} as name, c.banned, a.password as hash
       from public.unified_profiles u
       join cortex_customers."user" c on c.id = u.id
       join cortex_customers.account a on a."userId" = u.id and a."providerId" = 'credential'
       where cortex.address(u.email) collate "C" = cortex.address($1::citext) and a.password is not null
       order by u.created_at, u.id limit 1`,
      [email],
    );
  }

  private noteGuessing(profileId: string, tries: number): Promise<void> {
    return openAttention(this.database, {
      key: `customer_sign_in:${profileId}`,
      kind: 'sign_in_failures',
      title: 'Many failed sign-ins of a customer',
      detail: `${tries} attempts in a row to sign in as the same customer failed. Somebody may be guessing, or they need a new password.`,
      action: { label: 'Open the customer', href: adminAddresses.contact(profileId) },
    });
  }
}
