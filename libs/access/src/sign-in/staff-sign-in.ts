import type { IncomingHttpHeaders } from 'node:http';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AppError, recordAudit, type Actor, type Config, type Database, type Log, type Role } from '#platform';
import { settingSql } from '#rules';
import { assertTrustedOrigin } from './origins.js';
import type { Passkeys } from '../passkeys/passkeys.js';
import { relyingParty, type RelyingParty } from '../passkeys/relying-party.js';
import { assertGoodPassword } from '../passwords/password-rules.js';
import { hashPassword, isOldHash } from '../passwords/passwords.js';
import { SecondFactors, wrongCode } from '../second-factors/second-factors.js';
import { recordFailedSignIn } from './sign-in-failures.js';
import { PasswordGate } from './password-gate.js';
import { Sessions, type SignInRequest } from './sessions.js';
import { networkOf, type SignInTries, type TryOf } from './sign-in-tries.js';

type StaffActor = Extract<Actor, { kind: 'staff' }>;

export interface StaffSession {
  /** The session's own id. */
  session: string;
  id: string;
  email: string;
  name: string;
  role: Role;
  /** Whether a code is asked for beside the password. */
  second_factor: boolean;
  /** The workspace demands one of administrators, and this one has none yet. */
  second_factor_missing: boolean;
}

interface Account {
  id: string;
  email: string;
  name: string;
  role: Role;
  banned: boolean;
  hash: string;
  second_factor: boolean;
}

const ACCOUNT = `
  select u.id, u.email, u.name, coalesce(u.role, 'viewer') as role, coalesce(u.banned, false) as banned, a.password as hash,
    exists (select from cortex.staff_second_factors f where f.staff_id = u.id and f.confirmed_at is not null) as second_factor
  from cortex_staff."user" u join cortex_staff.account a on a."userId" = u.id and a."providerId" = 'credential'`;

const actorFor = ({ id, email, role }: Pick<Account, 'id' | 'email' | 'role'>): StaffActor => ({
  kind: 'staff',
  id,
  label: email,
  role,
});

/** Staff sign-in and sessions; the sessions are better-auth's, on its own schema. */
@Injectable()
export class StaffSignIn implements OnApplicationShutdown {
  private readonly sessions: Sessions;
  private readonly publicUrl: string;
  private readonly gate: PasswordGate;
  private readonly tries: SignInTries;

  constructor(
    private readonly database: Database,
    config: Config,
    secret: string,
    log: Log,
    private readonly secondFactors: SecondFactors,
    private readonly passkeys: Passkeys,
  ) {
    this.sessions = new Sessions('staff', database, config, secret, log);
    this.publicUrl = config.publicUrl;
    this.gate = new PasswordGate('staff', database, config, secret);
    this.tries = this.gate.tries;
  }

  /** Where better-auth would have its endpoints, for the test that none of them answers. */
  libraryPaths(): Promise<string[]> {
    return this.sessions.libraryPaths();
  }

  assertTrustedOrigin(headers: IncomingHttpHeaders): void {
    assertTrustedOrigin(this.publicUrl, headers);
  }

  /** Whether the request carries the cookie of a session, good or not. */
  hasCookie(headers: IncomingHttpHeaders): boolean {
    return this.sessions.hasCookie(headers);
  }

  /** Who holds the session of these cookies; read from the database each time, so that a ban holds at once. */
  async sessionOf(headers: IncomingHttpHeaders): Promise<StaffSession | undefined> {
    const held = await this.sessions.find(headers);
    if (!held) return undefined;
    const row = await this.database.row<
      Omit<StaffSession, 'second_factor_missing' | 'session'> & { demanded: boolean }
    >(
      `select u.id, u.email, u.name, coalesce(u.role, 'viewer') as role,
         exists (select from cortex.staff_second_factors f
           where f.staff_id = u.id and f.confirmed_at is not null) as second_factor,
         ${settingSql('admins_need_second_factor')} as demanded
       from cortex_staff."user" u where u.id = $1`,
      [held.user],
    );
    if (!row) return undefined;
    const { demanded, ...member } = row;
    const second_factor_missing = member.role === 'admin' && demanded && !member.second_factor;
    return { ...member, session: held.session, second_factor_missing };
  }

  /**
   * Signs somebody in: the answer's cookies are the new session, which replaces the one the request came with.
   * @throws AppError 429 after too many tries, 401 for a wrong password or code, or when a code is missing
   */
  async signIn(request: SignInRequest, given: { email: string; password: string; code?: string }) {
    this.assertTrustedOrigin(request.headers);
    const known = await this.account('u.email = $1', given.email.toLowerCase());
    const account = await this.gate.pass(request, given, known, (counts) =>
      recordFailedSignIn(this.database, { account: known, ip: request.ip, reason: 'password', counts }),
    );
    this.assertNotBanned(account);
    if (account.second_factor) await this.askForCode(request, account, given.code);
    if (isOldHash(account.hash)) await this.storePassword(account.id, given.password);
    return this.letIn(request, account, account.second_factor ? ['password', 'code'] : ['password']);
  }

  /** What the browser asks a passkey for, before somebody signs in. @throws AppError 422 without a name */
  async askForPasskey(request: SignInRequest) {
    this.assertTrustedOrigin(request.headers);
    return this.passkeys.ask(this.party(request));
  }

  /**
   * Signs in whoever this passkey belongs to. It has asked its owner for a finger, a face or a PIN, so neither the
   * password nor a code is asked for.
   * @throws AppError 429 after too many tries, 401 when the passkey is not known or its answer is wrong
   */
  async signInByPasskey(request: SignInRequest, response: AuthenticationResponseJSON) {
    this.assertTrustedOrigin(request.headers);
    const party = this.party(request);
    const of: TryOf[] = [['address', networkOf(request.ip)]];
    const counts = await this.tries.begin(of);
    let staffId: string;
    try {
      staffId = await this.passkeys.check(party, response);
    } catch (error) {
      const refused = error instanceof AppError && error.code === 'wrong_passkey';
      const failure = { account: undefined, ip: request.ip, reason: 'passkey', counts } as const;
      if (refused) await recordFailedSignIn(this.database, failure);
      throw error;
    }
    await this.tries.takeBack(of);
    const account = (await this.account('u.id = $1', staffId))!;
    this.assertNotBanned(account);
    return this.letIn(request, account, ['passkey']);
  }

  /** Ends the session of these cookies, if there is one. @returns the lines that take the cookie away */
  async signOut(request: SignInRequest): Promise<string[]> {
    this.assertTrustedOrigin(request.headers);
    return this.sessions.endOf(request);
  }

  /**
   * Changes one's own password. Every session ends, and a new one starts here.
   * @throws AppError 400 when the current one is wrong or the new one is easily guessed, 429 after too many tries
   */
  async changePassword(request: SignInRequest, actor: Actor, change: { current: string; next: string }) {
    const account = await this.assertPassword(request, actor, change.current);
    assertGoodPassword(change.next, account, '/new_password');
    const hash = await hashPassword(change.next);
    await this.database.tx(async (tx) => {
      await tx.run(
        `update cortex_staff.account set password = $2, "updatedAt" = now()
         where "userId" = $1 and "providerId" = 'credential'`,
        [actor.id, hash],
      );
      await tx.run('delete from cortex_staff.session where "userId" = $1', [actor.id]);
      await tx.run('delete from cortex.staff_password_resets where staff_id = $1', [actor.id]);
      await recordAudit(tx, actor, { action: 'password.changed', targetKind: 'staff', targetId: actor.id });
    });
    return this.sessions.start(request, actor.id);
  }

  /**
   * Asks for the password of who is signed in, before something that a stranger at their desk must not do.
   * @throws AppError 400 when it is wrong, 429 after too many tries
   */
  async assertPassword(request: SignInRequest, actor: Actor, password: string): Promise<Account> {
    const account = await this.account('u.id = $1', actor.id);
    if (!account) throw new AppError('not_signed_in', 'Sign in at /sign-in.');
    const right = await this.gate.passAgain(request, account, password, (counts) =>
      recordFailedSignIn(this.database, { account, ip: request.ip, reason: 'password', counts }),
    );
    if (!right) throw new AppError('wrong_password', 'The current password is wrong.');
    return account;
  }

  /**
   * Turns one's own second factor on by its first code, which may be guessed no oftener than any other.
   * @returns the recovery codes
   * @throws AppError 401 when the code is wrong, 404 when none was begun, 429 after too many tries
   */
  async confirmSecondFactor(request: SignInRequest, actor: Actor, code: string): Promise<string[]> {
    const of = this.codeTriesOf(request, actor.id);
    const counts = await this.tries.begin(of);
    const codes = await this.secondFactors.confirm(actor, code);
    if (!codes) {
      const account = { id: actor.id, email: actor.label };
      await recordFailedSignIn(this.database, { account, ip: request.ip, reason: 'code', counts });
      throw wrongCode();
    }
    await this.tries.forget(of);
    return codes;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.sessions.close();
  }

  /** Starts a session in place of the one that the request came with. */
  private async letIn(request: SignInRequest, account: Account, factors: string[]) {
    const before = await this.sessionOf(request.headers);
    const cookies = await this.sessions.start(request, account.id);
    await this.database.tx(async (tx) => {
      if (before) await tx.run('delete from cortex_staff.session where id = $1', [before.session]);
      await recordAudit(tx, actorFor(account), {
        action: 'session.started',
        targetKind: 'staff',
        targetId: account.id,
        after: { ip: request.ip, factors },
      });
    });
    const session = await this.sessionOf({ cookie: cookies.map((line) => line.split(';')[0]).join('; ') });
    if (!session) throw this.sessions.banned();
    return { session, cookies: [...cookies, this.gate.markDevice(account.id)] };
  }

  /** The page that asks: its origin is one of ours, which is asserted of every request with a session. */
  party({ headers }: SignInRequest): RelyingParty {
    return relyingParty(headers.origin ?? new URL(this.publicUrl).origin);
  }

  private assertNotBanned({ banned }: Account): void {
    if (banned) throw this.sessions.banned();
  }

  private async askForCode(request: SignInRequest, account: Account, code: string | undefined): Promise<void> {
    if (!code) throw new AppError('second_factor_needed', 'Enter the code from your authenticator app as well.');
    const of = this.codeTriesOf(request, account.id);
    const counts = await this.tries.begin(of);
    if (!(await this.secondFactors.check(account.id, actorFor(account), code))) {
      await recordFailedSignIn(this.database, { account, ip: request.ip, reason: 'code', counts });
      throw wrongCode();
    }
    await this.tries.forget(of);
  }

  private codeTriesOf(request: SignInRequest, staffId: string): TryOf[] {
    const device = this.gate.deviceOf(request, staffId);
    return [device ? ['code_device', device] : ['code', staffId]];
  }

  private account(where: string, value: string): Promise<Account | undefined> {
    return this.database.row<Account>(`${ACCOUNT} where ${where}`, [value]);
  }

  private async storePassword(staffId: string, password: string): Promise<void> {
    const hash = await hashPassword(password);
    await this.database.run(
      `update cortex_staff.account set password = $2, "updatedAt" = now()
       where "userId" = $1 and "providerId" = 'credential'`,
      [staffId, hash],
    );
  }
}
