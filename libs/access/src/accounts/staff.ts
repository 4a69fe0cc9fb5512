import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  AppError,
  Config,
  Database,
  decodeCursor,
  encodeCursor,
  lockKey,
  newId,
  notFound,
  recordAudit,
  type Actor,
  type Role,
  type Tx,
} from '#platform';
import { assertGoodPassword } from '../passwords/password-rules.js';
import { hashPassword } from '../passwords/passwords.js';

interface StaffRow {
  id: string;
  email: string;
  name: string;
  role: Role;
  banned: boolean;
  second_factor: boolean;
  created_at: Date;
  last_seen_at: Date | null;
}

const STAFF = `
  select u.id, u.email, u.name, coalesce(u.role, 'viewer') as role, coalesce(u.banned, false) as banned,
    exists (select from cortex.staff_second_factors f where f.staff_id = u.id and f.confirmed_at is not null) as second_factor,
    u."createdAt" as created_at, (select max(s."updatedAt") from cortex_staff.session s where s."userId" = u.id) as last_seen_at
  from cortex_staff."user" u`;

const gone = () =>
  new AppError(
    'not_found',
    'This invitation was used or withdrawn, or is older than a week. Sign in if you used it; otherwise ask for a new one.',
  );

const present = (row: StaffRow) => ({
  ...row,
  created_at: row.created_at.toISOString(),
  last_seen_at: row.last_seen_at?.toISOString() ?? null,
});

export interface NewStaff {
  email: string;
  name: string;
  role: Role;
  password: string;
}

/**
 * Adds a staff member who can sign in with the password of this hash.
 * @throws AppError 409 when the address is taken
 */
export async function insertStaff(tx: Tx, wanted: Omit<NewStaff, 'password'>, passwordHash: string): Promise<string> {
  const id = newId();
  const added = await tx.run(
    `insert into cortex_staff."user" (id, name, email, "emailVerified", role) values ($1, $2, $3, true, $4)
     on conflict (email) do nothing`,
    [id, wanted.name, wanted.email.toLowerCase(), wanted.role],
  );
  if (added === 0) throw new AppError('already_exists', 'There is already a staff member with this address.');
  await tx.run(
    `insert into cortex_staff.account (id, "accountId", "providerId", "userId", password, "updatedAt")
     values ($1, $2, 'credential', $2, $3, now())`,
    [newId(), id, passwordHash],
  );
  return id;
}

const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();
const INVITED_FOR_DAYS = 7;

interface InvitationRow {
  id: string;
  email: string;
  role: Role;
  created_at: Date;
  expires_at: Date;
}

const presentInvitation = (row: InvitationRow) => ({
  id: row.id,
  email: row.email,
  role: row.role,
  created_at: row.created_at.toISOString(),
  expires_at: row.expires_at.toISOString(),
});

/** Who may sign in, with which role, and the sessions that are open. Every change is audited. */
@Injectable()
export class Staff {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /** A page of members by address. */
  async list(filter: { limit: number; cursor?: string }) {
    const [email] = decodeCursor(filter.cursor, 1) ?? [null];
    const rows = await this.database.rows<StaffRow>(
      `${STAFF} where $1::text is null or u.email > $1 order by u.email limit $2`,
      [email, filter.limit + 1],
    );
    const items = rows.slice(0, filter.limit);
    return {
      items: items.map(present),
      next_cursor: rows.length > filter.limit ? encodeCursor([items.at(-1)!.email]) : null,
    };
  }

  /** @throws AppError 400 for a password that is easily guessed, 409 when the address is taken */
  async add(actor: Actor, wanted: NewStaff) {
    assertGoodPassword(wanted.password, wanted);
    const hash = await hashPassword(wanted.password);
    return this.database.tx(async (tx) => {
      const id = await insertStaff(tx, wanted, hash);
      const row = present((await tx.row<StaffRow>(`${STAFF} where u.id = $1`, [id]))!);
      await recordAudit(tx, actor, { action: 'staff.added', targetKind: 'staff', targetId: id, after: row });
      return row;
    });
  }

  /** @throws AppError 404, or 409 when nobody would be left who can administer */
  async change(actor: Actor, id: string, change: { name?: string; role?: Role; banned?: boolean }) {
    return this.database.tx(async (tx) => {
      const before = await this.locked(tx, id);
      const losesAdmin = (change.role !== undefined && change.role !== 'admin') || change.banned === true;
      if (losesAdmin) await this.assertAnotherAdmin(tx, id);
      await tx.run(
        `update cortex_staff."user" set name = coalesce($2, name), role = coalesce($3, role),
           banned = coalesce($4, banned), "updatedAt" = now() where id = $1`,
        [id, change.name ?? null, change.role ?? null, change.banned ?? null],
      );
      if (change.banned) await tx.run('delete from cortex_staff.session where "userId" = $1', [id]);
      const after = present((await tx.row<StaffRow>(`${STAFF} where u.id = $1`, [id]))!);
      await recordAudit(tx, actor, {
        action: 'staff.changed',
        targetKind: 'staff',
        targetId: id,
        before: present(before),
        after,
      });
      return after;
    });
  }

  /** @throws AppError 404, or 409 when nobody would be left who can administer */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const before = await this.locked(tx, id);
      await this.assertAnotherAdmin(tx, id);
      await tx.run('delete from cortex_staff."user" where id = $1', [id]);
      await recordAudit(tx, actor, {
        action: 'staff.removed',
        targetKind: 'staff',
        targetId: id,
        before: present(before),
      });
    });
  }

  private async locked(tx: Tx, id: string): Promise<StaffRow> {
    const row = await tx.row<StaffRow>(`${STAFF} where u.id = $1 for update of u`, [id]);
    if (!row) throw notFound('staff member');
    return row;
  }

  private async assertAnotherAdmin(tx: Tx, id: string): Promise<void> {
    await tx.rows(`select pg_advisory_xact_lock(${lockKey.named("'cortex.staff'")})`);
    const other = await tx.row(
      `select from cortex_staff."user" where role = 'admin' and not coalesce(banned, false) and id <> $1 limit 1`,
      [id],
    );
    if (!other)
      throw new AppError(
        'last_administrator',
        'This is the last administrator. Make someone else an administrator first.',
      );
  }

  /** A page of open invitations, newest first. */
  async invitations(filter: { limit: number; cursor?: string }) {
    const [id] = decodeCursor(filter.cursor, 1) ?? [null];
    const rows = await this.database.rows<InvitationRow>(
      `select id, email, role, created_at, expires_at from cortex.staff_invitations
       where expires_at > cortex.now() and ($1::uuid is null or id < $1) order by id desc limit $2`,
      [id, filter.limit + 1],
    );
    const items = rows.slice(0, filter.limit);
    return {
      items: items.map(presentInvitation),
      next_cursor: rows.length > filter.limit ? encodeCursor([items.at(-1)!.id]) : null,
    };
  }

  /** Invites an address; the link is in this answer and nowhere else. @throws AppError 409 when it is a member */
  async invite(actor: Actor, wanted: { email: string; role: Role }) {
    const token = randomBytes(32).toString('base64url');
    return this.database.tx(async (tx) => {
      const email = wanted.email.toLowerCase();
      if (await tx.row('select from cortex_staff."user" where email = $1', [email])) {
        throw new AppError('already_exists', 'There is already a staff member with this address.');
      }
      const row = await tx.row<InvitationRow>(
        `insert into cortex.staff_invitations (email, role, token_hash, created_by, expires_at)
         values ($1, $2, $3, $4, cortex.now() + make_interval(days => $5))
         returning id, email, role, created_at, expires_at`,
        [email, wanted.role, tokenHash(token), actor.label, INVITED_FOR_DAYS],
      );
      const view = presentInvitation(row!);
      await recordAudit(tx, actor, {
        action: 'staff.invited',
        targetKind: 'invitation',
        targetId: view.id,
        after: view,
      });
      return { ...view, link: `${this.config.publicUrl}/invite/${token}` };
    });
  }

  async withdraw(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const gone = await tx.run('delete from cortex.staff_invitations where id = $1', [id]);
      if (gone === 0) throw notFound('invitation');
      await recordAudit(tx, actor, { action: 'staff.invitation_withdrawn', targetKind: 'invitation', targetId: id });
    });
  }

  /**
   * Takes up an invitation, once.
   * @throws AppError 404 when the link is used, withdrawn or too old, 400 for a password that is easily guessed
   */
  async accept(token: string, chosen: { name: string; password: string }): Promise<{ email: string }> {
    const open = await this.database.row<{ email: string }>(
      'select email from cortex.staff_invitations where token_hash = $1 and expires_at > cortex.now()',
      [tokenHash(token)],
    );
    if (!open) throw gone();
    assertGoodPassword(chosen.password, { ...chosen, email: open.email });
    const hash = await hashPassword(chosen.password);
    return this.database.tx(async (tx) => {
      const taken = await tx.row<{ email: string; role: Role }>(
        'delete from cortex.staff_invitations where token_hash = $1 and expires_at > cortex.now() returning email, role',
        [tokenHash(token)],
      );
      if (!taken) throw gone();
      const id = await insertStaff(tx, { ...taken, name: chosen.name }, hash);
      const self: Actor = { kind: 'staff', id, label: taken.email, role: taken.role };
      await recordAudit(tx, self, { action: 'staff.invitation_accepted', targetKind: 'staff', targetId: id });
      return { email: taken.email };
    });
  }
}
