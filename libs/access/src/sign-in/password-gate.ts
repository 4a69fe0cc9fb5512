import { AppError, type Config, type Database } from '#platform';
import { nobodysHash, verifyPassword } from '../passwords/passwords.js';
import { DeviceCookie } from './device-cookie.js';
import type { Realm } from './realms.js';
import type { SignInRequest } from './sessions.js';
import { networkOf, SignInTries, type TryKind, type TryOf } from './sign-in-tries.js';

/** Whose password it may be. */
export interface Guarded {
  id: string;
  hash: string;
}

/** How often each was tried, this time included. */
export type TryCounts = ReadonlyMap<TryKind, number>;

/** Asks for passwords, as often as the laws of tries allow, and takes as long for an address that nobody has. */
export class PasswordGate {
  readonly tries: SignInTries;
  private readonly devices: DeviceCookie;

  constructor(realm: Realm, database: Database, config: Config, secret: string) {
    this.tries = new SignInTries(realm, database, secret);
    this.devices = new DeviceCookie(realm, secret, config.publicUrl);
  }

  /**
   * Counts a try, then looks whether the password is right.
   * @param account whose it must be; undefined where nobody has this address
   * @param failed is told of a wrong one
   * @throws AppError 429 after too many tries, 401 when the address or the password is wrong
   */
  async pass<A extends Guarded>(
    request: SignInRequest,
    given: { email: string; password: string },
    account: A | undefined,
    failed: (counts: TryCounts) => Promise<void>,
  ): Promise<A> {
    const of = this.triesOf(request, given.email, account?.id);
    const counts = await this.tries.begin(of);
    const right = await verifyPassword(account?.hash ?? nobodysHash, given.password);
    if (!account || !right) {
      await failed(counts);
      throw new AppError('wrong_credentials', 'The e-mail address or the password is wrong.');
    }
    await this.forget(of);
    return account;
  }

  /**
   * The same of somebody who is signed in, whoever else tries from their address.
   * @returns whether it is right
   * @throws AppError 429 after too many tries
   */
  async passAgain(
    request: SignInRequest,
    account: Guarded & { email: string },
    password: string,
    failed: (counts: TryCounts) => Promise<void>,
  ): Promise<boolean> {
    const of = this.triesOf(request, account.email, account.id).filter(([kind]) => kind !== 'address');
    const counts = await this.tries.begin(of);
    if (!(await verifyPassword(account.hash, password))) {
      await failed(counts);
      return false;
    }
    await this.forget(of);
    return true;
  }

  /** The mark of the browser, when this person has signed in on it before. */
  deviceOf(request: SignInRequest, userId: string): string | undefined {
    return this.devices.read(request.headers.cookie, userId);
  }

  /** The `Set-Cookie` line that marks a browser as this person's. */
  markDevice(userId: string): string {
    return this.devices.make(userId);
  }

  /** What a try with this address counts for. A device that its owner has signed in on before counts by itself. */
  private triesOf(request: SignInRequest, email: string, userId: string | undefined): TryOf[] {
    const device = userId && this.deviceOf(request, userId);
    if (device) return [['device', device]];
    return [
      ['account', email.toLowerCase()],
      ['address', networkOf(request.ip)],
    ];
  }

  /** The right person: their own count begins anew, that of the address goes back by this one. */
  private async forget(of: readonly TryOf[]): Promise<void> {
    await this.tries.forget(of.filter(([kind]) => kind !== 'address'));
    await this.tries.takeBack(of.filter(([kind]) => kind === 'address'));
  }
}
