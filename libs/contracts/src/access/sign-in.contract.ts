import { z } from 'zod';
import { roles } from '../http/permissions.js';
import { emailAddress, page, pageQuery, route } from '../http/route.js';

const role = z.enum(roles);

/** Characters of a password: no other form is asked for, but one that is easily guessed is refused. */
export const passwordLength = { min: 10, max: 128 } as const;
const { min, max } = passwordLength;
export const password = z
  .string()
  .min(min, `A password has at least ${min} characters.`)
  .max(max, `A password has at most ${max} characters.`);
const knownPassword = z.string().min(1, 'Enter the password.').max(max, `A password has at most ${max} characters.`);
/** Of an authenticator app, or a recovery code. */
const code = z.string().trim().min(6, 'A code has at least 6 characters.').max(40, 'This is not a code.');
const done = z.object({ done: z.literal(true) });

export const sessionView = z.object({
  email: z.string(),
  name: z.string(),
  role,
  /** Whether a code is asked for beside the password. */
  second_factor: z.boolean(),
  /** The workspace demands a second factor of administrators; until there is one, only it can be set up. */
  second_factor_missing: z.boolean(),
});

export const signIn = route({
  method: 'POST',
  path: '/auth/staff/sign-in',
  access: 'open',
  tag: 'Sign-in',
  summary: 'Sign in as staff; the answer sets the session cookie',
  description: 'Answers second_factor_needed when the same call has to be made again with a code.',
  body: z.strictObject({ email: emailAddress, password: knownPassword, code: code.optional() }),
  response: sessionView,
  problems: [
    'wrong_credentials',
    'second_factor_needed',
    'wrong_code',
    'BANNED_USER',
    'too_many_attempts',
    'other_site',
    'busy',
  ],
});

export const signOut = route({
  method: 'POST',
  path: '/auth/staff/sign-out',
  access: 'open',
  tag: 'Sign-in',
  summary: 'End this session',
  response: done,
});

export const currentSession = route({
  method: 'GET',
  path: '/auth/staff/session',
  access: 'own',
  tag: 'Sign-in',
  summary: 'Who is signed in',
  response: sessionView,
});

export const changePassword = route({
  method: 'POST',
  path: '/auth/staff/password',
  access: 'own',
  tag: 'Sign-in',
  summary: 'Change your own password; other sessions end',
  body: z.strictObject({ current_password: knownPassword, new_password: password }),
  response: done,
  problems: ['wrong_password', 'too_many_attempts', 'busy'],
});

export const acceptInvitation = route({
  method: 'POST',
  path: '/auth/staff/accept-invitation',
  access: 'open',
  tag: 'Sign-in',
  summary: 'Accept an invitation: choose a name and a password, then sign in',
  body: z.strictObject({
    token: z.string().min(20).max(200),
    name: z.string().trim().min(1).max(200),
    password,
  }),
  response: z.object({ email: z.string() }),
  problems: ['not_found', 'already_exists'],
});

export const askForReset = route({
  method: 'POST',
  path: '/auth/staff/reset',
  access: 'open',
  tag: 'Sign-in',
  summary: 'Ask for a mail with a link to set a new password',
  description: 'The answer is the same whether or not somebody has this address.',
  status: 202,
  body: z.strictObject({ email: emailAddress }),
  response: done,
  problems: ['too_many_attempts', 'other_site'],
});

export const takeReset = route({
  method: 'POST',
  path: '/auth/staff/reset/confirm',
  access: 'open',
  tag: 'Sign-in',
  summary: 'Set a new password by the link of a mail or of an administrator; every session ends',
  body: z.strictObject({ token: z.string().min(20).max(200), password }),
  response: z.object({ email: z.string() }),
  problems: ['not_found', 'other_site', 'busy'],
});

const withPassword = z.strictObject({ password: knownPassword });
const recoveryCodes = z.object({ recovery_codes: z.array(z.string()) });

export const getSecondFactor = route({
  method: 'GET',
  path: '/auth/staff/second-factor',
  access: 'own',
  tag: 'Sign-in',
  summary: 'Whether you are asked for a code, and how many recovery codes you have left',
  response: z.object({ enabled: z.boolean(), recovery_codes: z.number().int() }),
});

export const beginSecondFactor = route({
  method: 'POST',
  path: '/auth/staff/second-factor/begin',
  access: 'own',
  tag: 'Sign-in',
  summary: 'Make a secret for an authenticator app; it counts once its first code is confirmed',
  body: withPassword,
  response: z.object({ secret: z.string(), address: z.string() }),
  problems: ['wrong_password', 'already_exists', 'too_many_attempts', 'busy'],
});

export const confirmSecondFactor = route({
  method: 'POST',
  path: '/auth/staff/second-factor/confirm',
  access: 'own',
  tag: 'Sign-in',
  summary:
    'Turn two-factor authentication on with the first code from the app; the recovery codes are in this answer only',
  body: z.strictObject({ code }),
  response: recoveryCodes,
  problems: ['wrong_code', 'already_exists', 'not_found', 'too_many_attempts'],
});

export const renewRecoveryCodes = route({
  method: 'POST',
  path: '/auth/staff/second-factor/recovery-codes',
  access: 'own',
  tag: 'Sign-in',
  summary: 'Make new recovery codes; the old ones stop working',
  body: withPassword,
  response: recoveryCodes,
  problems: ['wrong_password', 'not_found', 'too_many_attempts', 'busy'],
});

export const removeSecondFactor = route({
  method: 'POST',
  path: '/auth/staff/second-factor/remove',
  access: 'own',
  tag: 'Sign-in',
  summary: 'Turn your two-factor authentication off',
  body: withPassword,
  response: done,
  problems: ['wrong_password', 'not_found', 'too_many_attempts', 'busy'],
});

/** Bytes as browsers write them in passkeys: base64url, of at most this many letters. */
const bytes = (letters: number) =>
  z
    .string()
    .max(letters)
    .regex(/^[\w-]+$/, 'This is not base64url.');
const attachment = z.enum(['platform', 'cross-platform']).optional().catch(undefined);
const answerOf = <const R extends z.ZodRawShape>(response: R) =>
  z.object({
    id: bytes(1_400),
    rawId: bytes(1_400),
    type: z.literal('public-key'),
    response: z.object({ clientDataJSON: bytes(4_000), ...response }),
    authenticatorAttachment: attachment,
    // Nothing is asked of extensions.
    clientExtensionResults: z.unknown().transform(() => ({})),
  });
/** What `navigator.credentials.create` and `get` take, as JSON. */
const passkeyOptions = z.object({ options: z.looseObject({ challenge: z.string() }) });

const passkeyView = z.object({
  id: z.string(),
  name: z.string(),
  /** Kept by a provider for all devices of its owner, and not on one alone. */
  synced: z.boolean(),
  created_at: z.string(),
  last_used_at: z.string().nullable(),
});

export const askForPasskey = route({
  method: 'POST',
  path: '/auth/staff/passkey/begin',
  access: 'open',
  tag: 'Sign-in',
  summary: 'What to ask a passkey for, before you sign in with it; good for five minutes',
  response: passkeyOptions,
  problems: ['other_site', 'passkeys_need_a_name'],
});

export const signInByPasskey = route({
  method: 'POST',
  path: '/auth/staff/passkey',
  access: 'open',
  tag: 'Sign-in',
  summary: 'Sign in as staff with a passkey; the answer sets the session cookie',
  body: z.strictObject({
    response: answerOf({
      authenticatorData: bytes(4_000),
      signature: bytes(8_000),
      userHandle: bytes(200).optional(),
    }),
  }),
  response: sessionView,
  problems: ['wrong_passkey', 'BANNED_USER', 'too_many_attempts', 'other_site', 'passkeys_need_a_name'],
});

export const listPasskeys = route({
  method: 'GET',
  path: '/auth/staff/passkeys',
  access: 'own',
  tag: 'Sign-in',
  summary: 'Your passkeys, at most 20',
  response: z.object({ passkeys: z.array(passkeyView) }),
});

export const beginPasskey = route({
  method: 'POST',
  path: '/auth/staff/passkeys/begin',
  access: 'own',
  tag: 'Sign-in',
  summary: 'What to make a passkey of; good for five minutes',
  body: withPassword,
  response: passkeyOptions,
  problems: ['wrong_password', 'too_many_attempts', 'busy', 'passkeys_need_a_name'],
});

export const addPasskey = route({
  method: 'POST',
  path: '/auth/staff/passkeys',
  access: 'own',
  tag: 'Sign-in',
  summary: 'Add the passkey that the device has made',
  status: 201,
  body: z.strictObject({
    name: z.string().trim().min(1, 'Give the passkey a name.').max(80, 'A name has at most 80 characters.'),
    response: answerOf({
      attestationObject: bytes(16_000),
      transports: z
        .array(z.string().regex(/^[a-z-]{1,20}$/))
        .max(8)
        .optional()
        .catch(undefined),
    }),
  }),
  response: passkeyView,
  problems: ['unreadable_passkey', 'already_exists', 'passkeys_need_a_name'],
});

export const removePasskey = route({
  method: 'POST',
  path: '/auth/staff/passkeys/:id/remove',
  access: 'own',
  tag: 'Sign-in',
  summary: 'Remove one of your passkeys; nobody signs in with it from then on',
  params: z.strictObject({ id: z.uuid() }),
  body: withPassword,
  response: done,
  problems: ['wrong_password', 'not_found', 'too_many_attempts', 'busy'],
});

export const staffSession = z.object({
  id: z.string(),
  staff_id: z.string(),
  email: z.string(),
  ip_address: z.string().nullable(),
  user_agent: z.string().nullable(),
  created_at: z.string(),
  last_seen_at: z.string(),
  expires_at: z.string(),
});

export const listSessions = route({
  method: 'GET',
  path: '/sessions',
  access: 'admin',
  tag: 'Sessions',
  summary: 'Sessions that are open now',
  query: pageQuery,
  response: page(staffSession),
});

const sessionParams = z.strictObject({ id: z.string().min(1).max(100) });

export const endSession = route({
  method: 'DELETE',
  path: '/sessions/:id',
  access: 'admin',
  tag: 'Sessions',
  summary: 'End a session at once',
  params: sessionParams,
  response: done,
  problems: ['not_found'],
});

export const listMySessions = route({
  method: 'GET',
  path: '/sessions/mine',
  access: 'own',
  tag: 'Sessions',
  summary: 'Where you are signed in now',
  query: pageQuery,
  response: page(staffSession.extend({ current: z.boolean() })),
});

export const endMySession = route({
  method: 'DELETE',
  path: '/sessions/mine/:id',
  access: 'own',
  tag: 'Sessions',
  summary: 'End one of your sessions at once',
  params: sessionParams,
  response: done,
  problems: ['not_found'],
});

export const endMySessions = route({
  method: 'DELETE',
  path: '/sessions',
  access: 'own',
  tag: 'Sessions',
  summary: 'End every session of yours, or every other one',
  query: z.object({ keep_this: z.enum(['true', 'false']).optional() }),
  response: z.object({ ended: z.number().int() }),
});
