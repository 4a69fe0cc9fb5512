import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';

/** As the API sends them: the library knows the form. */
type Options = Record<string, unknown>;

/** Browsers know passkeys under https (and on localhost), and for names only. */
export const canUsePasskeys = (): boolean =>
  browserSupportsWebAuthn() && globalThis.isSecureContext && !/^[\d.]+$|^\[/.test(globalThis.location.hostname);

/** Why the browser came back without a passkey, for the person who was asked. */
class NoPasskey extends Error {}

const reasons = new Map([
  ['NotAllowedError', 'Nothing was chosen, or it took too long. Try again.'],
  ['AbortError', 'Nothing was chosen, or it took too long. Try again.'],
  ['InvalidStateError', 'This device already has a passkey for your account.'],
]);

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const { name, message } = error as Error;
    throw new NoPasskey(reasons.get(name) ?? `The browser could not use a passkey: ${message}`, { cause: error });
  }
}

/** Lets the person choose a passkey, and its device answer. @throws Error that says what happened */
export const passkeyFor = (options: Options) =>
  asked(() => startAuthentication({ optionsJSON: options as unknown as PublicKeyCredentialRequestOptionsJSON }));

/** Lets the device make a passkey. @throws Error that says what happened */
export const newPasskey = (options: Options) =>
  asked(() => startRegistration({ optionsJSON: options as unknown as PublicKeyCredentialCreationOptionsJSON }));
