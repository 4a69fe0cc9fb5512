import { createHash, randomBytes } from 'node:crypto';
import {
  AppError,
  notFound,
  recordAudit,
  UnreadableSecret,
  type Actor,
  type Database,
  type Tx,
  type Vault,
} from '#platform';
import { base32, matchingStep, totpAddress } from './totp.js';

const recoveryCodes = 10;

interface FactorRow {
  secret: Buffer;
  confirmed_at: Date | null;
}

/** A recovery code as it is compared: people type them with spaces, hyphens and capitals. */
const hashOfCode = (code: string): Buffer =>
  createHash('sha256')
    .update(code.toLowerCase().replace(/[^a-z0-9]/g, ''))
    .digest();

/** 140 bits, so that a plain hash keeps them, in seven groups: `k3vf-9a2c-…`. */
const newCode = (): string =>
  base32(randomBytes(18))
    .slice(0, 28)
    .toLowerCase()
    .replace(/.{4}(?=.)/g, '$&-');

/** Codes of an authenticator app beside the password, and recovery codes for when the phone is gone. */
export class SecondFactors {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  /** Whether this member is asked for a code, and how many recovery codes they have left. */
  async stateOf(staffId: string): Promise<{ enabled: boolean; recovery_codes: number }> {
    const row = await this.database.row<{ confirmed: boolean; codes: number }>(
      `select f.confirmed_at is not null as confirmed,
         (select count(*)::int from cortex.staff_recovery_codes c where c.staff_id = f.staff_id) as codes
       from cortex.staff_second_factors f where f.staff_id = $1`,
      [staffId],
    );
    return { enabled: row?.confirmed === true, recovery_codes: row?.codes ?? 0 };
  }

  /**
   * Makes a secret for an app, to be confirmed by its first code. One that was never confirmed is replaced.
   * @throws AppError 409 when there is a second factor already
   */
  async begin(actor: Actor): Promise<{ secret: string; address: string }> {
    const secret = randomBytes(20);
    const written = await this.database.run(
      `insert into cortex.staff_second_factors as f (staff_id, secret) values ($1, $2)
       on conflict (staff_id) do update set secret = excluded.secret, last_step = 0, created_at = cortex.now()
       where f.confirmed_at is null`,
      [actor.id, await this.seal(actor.id, secret)],
    );
    if (written === 0)
      throw new AppError('already_exists', 'Two-factor authentication is on already. Turn it off first.');
    return { secret: base32(secret), address: totpAddress(secret, actor.label, 'Cortex') };
  }

  /**
   * Turns the second factor on by the first code of the app.
   * @returns the recovery codes, which nobody can read again; undefined when the code is wrong
   * @throws AppError 404 when none was begun, 409 when it is on already
   */
  async confirm(actor: Actor, code: string): Promise<string[] | undefined> {
    return this.database.tx(async (tx) => {
      const row = await this.locked(tx, actor.id);
      if (!row) throw notFound('second factor');
      if (row.confirmed_at) throw new AppError('already_exists', 'Two-factor authentication is on already.');
      if (!(await this.takeCode(tx, actor.id, row.secret, code))) return undefined;
      await tx.run('update cortex.staff_second_factors set confirmed_at = cortex.now() where staff_id = $1', [
        actor.id,
      ]);
      await recordAudit(tx, actor, { action: 'second_factor.added', targetKind: 'staff', targetId: actor.id });
      return this.makeCodes(tx, actor.id);
    });
  }

  /** New recovery codes; the old ones stop working. @throws AppError 404 without a second factor */
  async renewCodes(actor: Actor): Promise<string[]> {
    return this.database.tx(async (tx) => {
      if (!(await this.locked(tx, actor.id))?.confirmed_at) throw notFound('second factor');
      await recordAudit(tx, actor, { action: 'second_factor.codes_made', targetKind: 'staff', targetId: actor.id });
      return this.makeCodes(tx, actor.id);
    });
  }

  /** Turns off one's own. */
  async remove(actor: Actor): Promise<void> {
    await this.database.tx(async (tx) => {
      if (!(await this.delete(tx, actor.id))) throw notFound('second factor');
      await recordAudit(tx, actor, { action: 'second_factor.removed', targetKind: 'staff', targetId: actor.id });
    });
  }

  /**
   * Turns off a colleague's, who has lost their phone and the codes. Their passkeys go with it, which may be on that phone,
   * and their sessions end.
   * @throws AppError 404
   */
  async reset(actor: Actor, staffId: string): Promise<void> {
    await this.database.tx(async (tx) => {
      if (!(await this.delete(tx, staffId))) throw notFound('second factor');
      await tx.run('delete from cortex.staff_passkeys where staff_id = $1', [staffId]);
      await tx.run('delete from cortex_staff.session where "userId" = $1', [staffId]);
      await recordAudit(tx, actor, { action: 'second_factor.reset', targetKind: 'staff', targetId: staffId });
    });
  }

  /** Whether this is a code of the app, or a recovery code. Whichever it is, it works once. */
  async check(staffId: string, actor: Actor, code: string): Promise<boolean> {
    return this.database.tx(async (tx) => {
      const row = await this.locked(tx, staffId);
      if (!row?.confirmed_at) return false;
      if (await this.takeCode(tx, staffId, row.secret, code.replace(/\s/g, ''))) return true;
      const used = await tx.run('delete from cortex.staff_recovery_codes where staff_id = $1 and code_hash = $2', [
        staffId,
        hashOfCode(code),
      ]);
      if (used === 0) return false;
      await recordAudit(tx, actor, { action: 'second_factor.code_used', targetKind: 'staff', targetId: staffId });
      return true;
    });
  }

  private locked(tx: Tx, staffId: string): Promise<FactorRow | undefined> {
    return tx.row<FactorRow>(
      'select secret, confirmed_at from cortex.staff_second_factors where staff_id = $1 for update',
      [staffId],
    );
  }

  private async takeCode(tx: Tx, staffId: string, sealed: Buffer, code: string): Promise<boolean> {
    const secret = await this.open(staffId, sealed);
    const { now } = (await tx.row<{ now: Date }>('select cortex.now() as now'))!;
    const step = secret && matchingStep(secret, code, now);
    if (step === undefined) return false;
    const taken = await tx.run(
      'update cortex.staff_second_factors set last_step = $2 where staff_id = $1 and last_step < $2',
      [staffId, step],
    );
    return taken === 1;
  }

  private async makeCodes(tx: Tx, staffId: string): Promise<string[]> {
    const codes = Array.from({ length: recoveryCodes }, newCode);
    await tx.run('delete from cortex.staff_recovery_codes where staff_id = $1', [staffId]);
    await tx.run(
      `insert into cortex.staff_recovery_codes (staff_id, code_hash)
       select $1, decode(h, 'hex') from unnest($2::text[]) h`,
      [staffId, codes.map((code) => hashOfCode(code).toString('hex'))],
    );
    return codes;
  }

  private async delete(tx: Tx, staffId: string): Promise<boolean> {
    return (await tx.run('delete from cortex.staff_second_factors where staff_id = $1', [staffId])) === 1;
  }

  /** Bound to whose it is. */
  private async seal(staffId: string, secret: Buffer): Promise<Buffer> {
    return Buffer.from((await this.vault.keys()).seal(secret.toString('hex'), aboutFactor(staffId)));
  }

  /** Undefined when its CORTEX_SECRET is not known: then the recovery codes still work, and an administrator can reset it. */
  private async open(staffId: string, sealed: Buffer): Promise<Buffer | undefined> {
    try {
      return Buffer.from((await this.vault.keys()).open(sealed.toString(), aboutFactor(staffId)), 'hex');
    } catch (error) {
      if (error instanceof UnreadableSecret) return undefined;
      throw error;
    }
  }
}

const aboutFactor = (staffId: string): string => `second factor ${staffId}`;

/** Encrypts anew what was encrypted under an earlier CORTEX_SECRET; staff are few. @returns how many */
export async function sealSecondFactorsAnew(database: Database, vault: Vault): Promise<number> {
  const keys = await vault.keys();
  return database.tx(async (tx) => {
    const rows = await tx.rows<{ staff_id: string; sealed: string }>(
      `select staff_id, sealed from (select staff_id, encode(secret, 'escape') as sealed from cortex.staff_second_factors for update) f
       where not starts_with(sealed, $1) and exists (select from unnest($2::text[]) k where starts_with(sealed, k))`,
      [keys.current, keys.known],
    );
    for (const { staff_id, sealed } of rows) {
      const about = aboutFactor(staff_id);
      await tx.run('update cortex.staff_second_factors set secret = $2 where staff_id = $1', [
        staff_id,
        Buffer.from(keys.seal(keys.open(sealed, about), about)),
      ]);
    }
    return rows.length;
  });
}

export const wrongCode = (): AppError =>
  new AppError('wrong_code', 'The code is wrong or was used before. Enter the one that your app shows now.');
