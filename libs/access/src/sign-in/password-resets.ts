import { createHash, randomBytes } from 'node:crypto';
import {
  AppError,
  notFound,
  recordAudit,
  systemActor,
  type Actor,
  type Config,
  type Database,
  type Role,
  type Tx,
} from '#platform';
import { assertGoodPassword } from '../passwords/password-rules.js';
import { hashPassword } from '../passwords/passwords.js';
import { SignInTries } from './sign-in-tries.js';

/** How long a link works that was mailed, and one that an administrator hands over. */
const MAILED_FOR_MINUTES = 60;
const HANDED_FOR_MINUTES = 24 * 60;

export interface ResetLink {
  link: string;
  email: string;
  expires_at: string;
}

interface Member {
  id: string;
  email: string;
  name: string;
  role: Role;
  banned: boolean;
}

const MEMBER = `select id, email, name, coalesce(role, 'viewer') as role, coalesce(banned, false) as banned
  from cortex_staff."user"`;

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** The way back for a forgotten password: a link that works once, and for a while. */
export class PasswordResets {
  private readonly tries: SignInTries;

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    secret: string,
  ) {
    this.tries = new SignInTries('staff', database, secret);
  }

  /**
   * Counts a request for a link before anything is looked up.
   * @returns whether the member with this address may get one more mail now
   * @throws AppError 429 when too many were asked for from one address
   */
  mayAsk(email: string, ip: string): Promise<boolean> {
    return this.tries.mayBeMailed(email, ip);
  }

  /**
   * Opens the way for the link of a mail, in the transaction that queues it.
   * @param queue queues the mail and answers the token that its link carries
   * @returns whether somebody who may sign in has this address
   */
  async forMail(tx: Tx, email: string, queue: (member: { email: string; name: string }) => Promise<string>) {
    const member = await tx.row<Member>(`${MEMBER} where email = $1`, [email.toLowerCase()]);
    if (!member || member.banned) return false;
    await this.make(tx, member, systemActor('not signed in'), MAILED_FOR_MINUTES, await queue(member));
    return true;
  }

  /** A link for an administrator to hand over. @throws AppError 404 */
  async forStaff(actor: Actor, staffId: string): Promise<ResetLink> {
    return this.database.tx(async (tx) => {
      const member = await tx.row<Member>(`${MEMBER} where id = $1`, [staffId]);
      if (!member) throw notFound('staff member');
      return this.make(tx, member, actor, HANDED_FOR_MINUTES);
    });
  }

  /** A link for whoever sits at the machine. @throws AppError 404 */
  async forAddress(actor: Actor, email: string): Promise<ResetLink> {
    return this.database.tx(async (tx) => {
      const member = await tx.row<Member>(`${MEMBER} where email = $1`, [email.toLowerCase()]);
      if (!member) throw new AppError('not_found', `No staff member has the address ${email}.`);
      return this.make(tx, member, actor, HANDED_FOR_MINUTES);
    });
  }

  /**
   * Sets a new password by a link, once. Every session of the member ends; their second factor stays.
   * @throws AppError 404 when the link is used or too old, 400 for a password that is easily guessed
   */
  async take(token: string, password: string): Promise<{ email: string }> {
    const find = `select u.id, u.email, u.name, coalesce(u.role, 'viewer') as role, coalesce(u.banned, false) as banned
      from cortex.staff_password_resets r join cortex_staff."user" u on u.id = r.staff_id
      where r.token_hash = $1 and r.expires_at > cortex.now()`;
    const gone = new AppError('not_found', 'This link has been used or is too old. Ask for a new one.');
    const member = await this.database.row<Member>(find, [hashOf(token)]);
    if (!member) throw gone;
    assertGoodPassword(password, member);
    const hash = await hashPassword(password);
    await this.database.tx(async (tx) => {
      const taken = await tx.run('delete from cortex.staff_password_resets where token_hash = $1', [hashOf(token)]);
      if (taken === 0) throw gone;
      await tx.run(
        `update cortex_staff.account set password = $2, "updatedAt" = now()
         where "userId" = $1 and "providerId" = 'credential'`,
        [member.id, hash],
      );
      await tx.run('delete from cortex_staff.session where "userId" = $1', [member.id]);
      // Whoever reads their mail is the right person, however many others have tried.
      await this.tries.forget([['account', member.email]], tx);
      const self: Actor = { kind: 'staff', id: member.id, label: member.email, role: member.role };
      await recordAudit(tx, self, { action: 'password.replaced', targetKind: 'staff', targetId: member.id });
    });
    return { email: member.email };
  }

  /** The one open link of a member: an earlier one stops working. */
  private async make(
    tx: Tx,
    member: Member,
    actor: Actor,
    minutes: number,
    token = randomBytes(32).toString('base64url'),
  ): Promise<ResetLink> {
    const row = await tx.row<{ expires_at: Date }>(
      `insert into cortex.staff_password_resets (staff_id, token_hash, created_by, expires_at)
       values ($1, $2, $3, cortex.now() + make_interval(mins => $4))
       on conflict (staff_id) do update set token_hash = excluded.token_hash, created_by = excluded.created_by,
         created_at = cortex.now(), expires_at = excluded.expires_at
       returning expires_at`,
      [member.id, hashOf(token), actor.label, minutes],
    );
    await recordAudit(tx, actor, { action: 'password.link_made', targetKind: 'staff', targetId: member.id });
    return {
      link: `${this.config.publicUrl}/reset/${token}`,
      email: member.email,
      expires_at: row!.expires_at.toISOString(),
    };
  }
}
