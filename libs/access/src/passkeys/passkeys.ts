import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { AppError, notFound, recordAudit, type Actor, type Database, type Tx } from '#platform';
import { CHALLENGE_LIFE, Challenges } from './challenges.js';
import type { RelyingParty } from './relying-party.js';

/** Of one member. */
const MOST = 20;

export interface Passkey {
  id: string;
  name: string;
  synced: boolean;
  created_at: Date;
  last_used_at: Date | null;
}

interface Stored {
  staff_id: string;
  public_key: Buffer;
  counter: string;
}

const VIEW = 'id, name, synced, created_at, last_used_at';
const SIGN_IN = 'sign in';
const adding = (staffId: string): string => `add to ${staffId}`;

/** Only where somebody uses one: nothing else has a use for the library. */
const library = () => import('@simplewebauthn/server');

const wrong = (): AppError =>
  new AppError('wrong_passkey', 'This passkey is not known here, or the answer came too late. Try again.');

/** Passkeys: adding one, listing and removing them, and telling by one who somebody is. */
export class Passkeys {
  private readonly challenges: Challenges;

  constructor(
    private readonly database: Database,
    secret: string,
  ) {
    this.challenges = new Challenges(secret);
  }

  /** At most 20, the oldest first. */
  async of(staffId: string): Promise<Passkey[]> {
    return this.database.rows<Passkey>(
      `select ${VIEW} from cortex.staff_passkeys where staff_id = $1 order by id limit ${MOST}`,
      [staffId],
    );
  }

  /** What `navigator.credentials.create` needs; a device that has one of these already offers none. */
  async beginAdding(actor: Actor, party: RelyingParty) {
    const { generateRegistrationOptions } = await library();
    const known = await this.database.rows<{ id: string }>(
      `select translate(encode(credential_id, 'base64'), E'+/=\\n', '-_') as id
       from cortex.staff_passkeys where staff_id = $1 limit ${MOST}`,
      [actor.id],
    );
    return generateRegistrationOptions({
      rpName: 'Cortex',
      rpID: party.id,
      userName: actor.label,
      userDisplayName: actor.label,
      userID: new TextEncoder().encode(actor.id),
      challenge: this.challenges.make(adding(actor.id), await this.now(this.database)),
      timeout: CHALLENGE_LIFE,
      excludeCredentials: known,
      // Found without an address, and asking for a finger, a face or a PIN: so it stands for both factors.
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
  }

  /**
   * Adds the passkey that a device has made.
   * @throws AppError 400 when the answer is none to our question, 409 when it is known already or there are 20
   */
  async add(
    actor: Actor,
    party: RelyingParty,
    { name, response }: { name: string; response: RegistrationResponseJSON },
  ): Promise<Passkey> {
    const { verifyRegistrationResponse } = await library();
    return this.database.tx(async (tx) => {
      const now = await this.now(tx);
      const answered = { challenge: '' };
      const verified = await verifyRegistrationResponse({
        response,
        expectedChallenge: (challenge) => {
          answered.challenge = challenge;
          return this.challenges.isGood(challenge, adding(actor.id), now);
        },
        expectedOrigin: party.origin,
        expectedRPID: party.id,
        requireUserVerification: true,
      }).catch(() => undefined);
      if (!verified?.verified || !(await this.takeAnswer(tx, answered.challenge)))
        throw new AppError('unreadable_passkey', 'The device’s answer does not fit what it was asked. Try again.');
      const { credential, credentialBackedUp } = verified.registrationInfo;
      // Locked, so that two at a time do not go beyond the number.
      await tx.row('select from cortex_staff."user" where id = $1 for update', [actor.id]);
      const row = await tx.row<Passkey>(
        `insert into cortex.staff_passkeys (staff_id, name, credential_id, public_key, counter, transports, synced)
         select $1, $2, $3, $4, $5, $6, $7
         where (select count(*) from cortex.staff_passkeys where staff_id = $1) < ${MOST}
         on conflict (credential_id) do nothing
         returning ${VIEW}`,
        [
          actor.id,
          name,
          Buffer.from(credential.id, 'base64url'),
          Buffer.from(credential.publicKey),
          credential.counter,
          (credential.transports ?? []).slice(0, 8),
          credentialBackedUp,
        ],
      );
      if (!row)
        throw new AppError('already_exists', `This passkey is known already, or you have ${MOST}. Remove one first.`);
      await recordAudit(tx, actor, {
        action: 'passkey.added',
        targetKind: 'staff',
        targetId: actor.id,
        after: { passkey: row.id, name },
      });
      return row;
    });
  }

  /** Removes one of one's own; nobody signs in with it from then on. @throws AppError 404 */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const gone = await tx.row<{ name: string }>(
        'delete from cortex.staff_passkeys where id = $1 and staff_id = $2 returning name',
        [id, actor.id],
      );
      if (!gone) throw notFound('passkey');
      await recordAudit(tx, actor, {
        action: 'passkey.removed',
        targetKind: 'staff',
        targetId: actor.id,
        before: { passkey: id, name: gone.name },
      });
    });
  }

  /** What `navigator.credentials.get` needs. It names nobody: whose passkey answers, the device says. */
  async ask(party: RelyingParty) {
    const { generateAuthenticationOptions } = await library();
    return generateAuthenticationOptions({
      rpID: party.id,
      challenge: this.challenges.make(SIGN_IN, await this.now(this.database)),
      timeout: CHALLENGE_LIFE,
      userVerification: 'required',
    });
  }

  /**
   * Whose passkey this answer is from. It works once.
   * @returns the member's id
   * @throws AppError 401 when it is nobody's, not signed by it, or no answer to a question of ours
   */
  async check(party: RelyingParty, response: AuthenticationResponseJSON): Promise<string> {
    const { verifyAuthenticationResponse } = await library();
    return this.database.tx(async (tx) => {
      const credentialId = Buffer.from(response.id, 'base64url');
      // Locked, so that its counter is read and written by one at a time.
      const stored = await tx.row<Stored>(
        'select staff_id, public_key, counter from cortex.staff_passkeys where credential_id = $1 for update',
        [credentialId],
      );
      if (!stored) throw wrong();
      const now = await this.now(tx);
      const answered = { challenge: '' };
      const verified = await verifyAuthenticationResponse({
        response,
        expectedChallenge: (challenge) => {
          answered.challenge = challenge;
          return this.challenges.isGood(challenge, SIGN_IN, now);
        },
        expectedOrigin: party.origin,
        expectedRPID: party.id,
        credential: {
          id: response.id,
          publicKey: new Uint8Array(stored.public_key),
          counter: Number(stored.counter),
        },
        requireUserVerification: true,
      }).catch(() => undefined);
      if (!verified?.verified || !(await this.takeAnswer(tx, answered.challenge))) throw wrong();
      const { newCounter, credentialBackedUp } = verified.authenticationInfo;
      await tx.run(
        `update cortex.staff_passkeys set counter = $2, synced = $3, last_used_at = cortex.now()
         where credential_id = $1`,
        [credentialId, newCounter, credentialBackedUp],
      );
      return stored.staff_id;
    });
  }

  private async now(on: Database | Tx): Promise<Date> {
    return (await on.row<{ now: Date }>('select cortex.now() as now'))!.now;
  }

  /** Whether this challenge was not answered before; those that have run out are forgotten. */
  private async takeAnswer(tx: Tx, challenge: string): Promise<boolean> {
    await tx.run(`delete from cortex.staff_passkey_answers where answered_at < cortex.now() - $1 * interval '1 ms'`, [
      2 * CHALLENGE_LIFE,
    ]);
    const taken = await tx.run(
      'insert into cortex.staff_passkey_answers (challenge) values ($1) on conflict do nothing',
      [Buffer.from(challenge, 'base64url')],
    );
    return taken === 1;
  }
}
