/** Another program at which customers sign in, beside ours; what support does is done there too. */
export interface OutsideSignIn {
  /** For sentences: “Block sign-in at …”. */
  readonly label: string;
  /** @throws SignInServiceError, as all of them */
  find(email: string, signal: AbortSignal): Promise<OutsideAccount | undefined>;
  /** For good: nobody is signed in anew, and no session is renewed. */
  ban(id: string, signal: AbortSignal): Promise<void>;
  liftBan(id: string, signal: AbortSignal): Promise<void>;
  changeAddress(id: string, email: string, signal: AbortSignal): Promise<void>;
  /** Has it mail its own link for a new password. */
  mailReset(email: string, signal: AbortSignal): Promise<void>;
}

export interface OutsideAccount {
  id: string;
  email: string;
  banned: boolean;
  /** When its last link for a new password was mailed. */
  reset_mailed_at: Date | null;
}

/** The one that this installation was given; null: customers sign in here only. */
export const OUTSIDE_SIGN_IN = Symbol('OUTSIDE_SIGN_IN');

/** A program that did not do what it was asked for. */
export class SignInServiceError extends Error {
  /** @param final it was certainly not done; otherwise nobody knows */
  constructor(
    message: string,
    readonly final: boolean,
  ) {
    super(message);
    this.name = 'SignInServiceError';
  }
}
