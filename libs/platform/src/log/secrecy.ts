import { AppError } from '../answers/errors.js';

/**
 * The one list of what is secret or personal: the log leaves it out, and the test of a whole run looks for it. Whoever
 * adds a field that holds such a thing adds its name here.
 */

/** Names of fields whose values let somebody in, or sign something. In lower case, without `-` and `_`. */
const secret = [
  ...[
    'password',
    'currentpassword',
    'newpassword',
    'pass',
    'passwd',
    'secret',
    'secrets',
    'token',
    'tokens',
    'key',
    'apikey',
  ],
  ...[
    'authorization',
    'proxyauthorization',
    'cookie',
    'setcookie',
    'credentials',
    'hash',
    'keyhash',
    'tokenhash',
    'requesthash',
  ],
  ...[
    'code',
    'codes',
    'recoverycodes',
    'totp',
    'signature',
    'sealed',
    'signingsecret',
    'headers',
    'connectionstring',
    'databaseurl',
    'url',
    'link',
  ],
  ...[
    'cortexsecret',
    'cortexsecretprevious',
    'cortexapikey',
    'cortexadminpassword',
    'postmarkservertoken',
    'postmarkwebhookpassword',
    'stripeapikey',
    'stripewebhooksecret',
    'stripesignature',
    'orderstoken',
    'supabaseservicekey',
  ],
  ...['xapikey', 'xpostmarkservertoken', 'webhooksignature', 'idempotencykey', 'sessiontoken'],
] as const;

/** Names of fields that say who somebody is. */
const personal = [
  ...[
    'email',
    'emails',
    'contactemail',
    'address',
    'addresses',
    'to',
    'from',
    'replyto',
    'recipient',
    'firstname',
    'lastname',
  ],
  ...[
    'name',
    'phone',
    'ip',
    'ipaddress',
    'useragent',
    'anonymousid',
    'attributes',
    'metadata',
    'body',
    'html',
    'text',
    'subject',
  ],
] as const;

/** What a failed statement says of the rows it was about, and what it was made of. */
const values = [
  'parameters',
  'query',
  'detail',
  'where',
  'hint',
  'internalquery',
  'input',
  'driverError',
  'data',
] as const;

const hidden: ReadonlySet<string> = new Set([...secret, ...personal, ...values].map((name) => name.toLowerCase()));

/** Names that a line of the log uses for what is neither: SQLSTATEs are no recovery codes, jobs and loops have names. */
const harmless: ReadonlySet<string> = new Set(['code', 'name', 'key', 'to', 'from', 'url']);

/** Whether a field of this name holds what is secret or personal. */
export const isConfidential = (name: string): boolean => hidden.has(name.toLowerCase().replaceAll(/[-_]/g, ''));

export const REDACTED = '[redacted]';

/** Forms that tell a secret or an address wherever it stands in a text. */
const forms: readonly RegExp[] = [
  // The user and password of an address.
  /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s@]{1,300}@/gi,
  // Mail addresses, percent-encoded too.
  /[^\s"'<>(),;:=[\]/]{1,64}(?:@|%40)[a-z0-9.-]{1,253}\.[a-z0-9-]{2,63}/gi,
  /\b(?:Bearer|Basic)\s+[\w.~+/=-]{6,}/gi,
  /\bcx_[\w-]{8,}/g,
  /\b[sr]k_(?:live|test)_\w{8,}/g,
  /\bwhsec_[\w+/=-]{8,}/g,
  /\bv1\.[0-9a-f]{8}\.[\w-]{16,}/g,
  // The tokens of links: invitations, resets, mails.
  /(?<=\/(?:invite|reset|unsubscribe|preferences|confirm|m|t|o)\/)[\w-]{16,}/g,
];

const LONGEST = 2_000;

/** A text of at most 2,000 characters without secrets and addresses that their form gives away. */
export const redactedText = (text: string): string =>
  forms.reduce((left, form) => left.replaceAll(form, REDACTED), text.slice(0, LONGEST));

interface FailedStatement {
  code?: unknown;
  message?: unknown;
  driverError?: unknown;
}

/** SQLSTATEs have five characters; `ECONNREFUSED` and the like have more. */
const isState = (code: unknown): code is string => typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code);

/** PostgreSQL quotes the value that it could not read, and what a function of ours raised may hold one. */
const sentenceOf = (code: unknown, message: string): string =>
  isState(code) && /^(22|P0)/.test(code) ? message.replaceAll(/"[^"]*"/g, '"…"') : message;

/**
 * Takes the values of its rows out of a failed statement's error, the error itself: whoever logs, stores or shows it later
 * cannot hand on what it never had. Its code, constraint and table stay.
 */
export function withoutValues<E>(error: E): E {
  for (const failed of [error, (error as FailedStatement | undefined)?.driverError]) {
    // Our own refusals have a detail too, written for whoever asked.
    if (!(failed instanceof Error) || failed instanceof AppError) continue;
    const { code, message, stack } = failed as Error & FailedStatement;
    for (const name of values) if (name !== 'driverError') Reflect.deleteProperty(failed, name);
    for (const name of ['internalQuery', 'length', 'position', 'internalPosition'])
      Reflect.deleteProperty(failed, name);
    const told = sentenceOf(code, message);
    if (told === message) continue;
    failed.message = told;
    if (stack) failed.stack = stack.replace(message, told);
  }
  return error;
}

/** An error as the log tells it. */
export interface ToldError {
  type: string;
  message: string;
  code?: string;
  constraint?: string;
  table?: string;
  column?: string;
  stack?: string;
  cause?: ToldError;
}

/** What may be said of an error: what it is and where, nothing that it carries. At most three causes deep. */
export function toldError(error: unknown, depth = 3): ToldError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'something was thrown that is no error' };
  const carried = error as Error & Record<'code' | 'constraint' | 'table' | 'column', unknown>;
  const told: ToldError = {
    type: error.name,
    message: redactedText(sentenceOf(carried.code, error.message)),
  };
  for (const name of ['code', 'constraint', 'table', 'column'] as const) {
    const value = carried[name];
    if (typeof value === 'string') told[name] = value.slice(0, 100);
  }
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  if (frames.length > 0) told.stack = frames.slice(0, 30).join('\n');
  if (error.cause !== undefined && depth > 1) told.cause = toldError(error.cause, depth - 1);
  return told;
}

/** Numbers and flags say how many and whether. */
const isSaying = (value: unknown): boolean =>
  typeof value === 'string' || (typeof value === 'object' && value !== null && !(value instanceof Error));

const DEEPEST = 4;
const MOST_ENTRIES = 100;

/** What is logged, without anything that its name or its form gives away. */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactedText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return toldError(value);
  if (value instanceof Date) return value;
  if (depth >= DEEPEST) return '[…]';
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((each) => redacted(each, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MOST_ENTRIES)
      .map(([name, inner]) => [
        name,
        isSaying(inner) && isConfidential(name) && !(depth === 0 && harmless.has(name))
          ? REDACTED
          : redacted(inner, depth + 1),
      ]),
  );
}
