import { emailAddress, password, sender } from '#contracts';
import { pathText, type RawIssue } from '#rules';
import { z } from 'zod';
import { readHosts, readNetworks } from './networks.js';

/**
 * The forms that environment variables have. Each says in one sentence what its variable must be, and never repeats the
 * value: it may be a secret.
 */
const must = (be: string, holds: (value: string) => boolean) => z.string().refine(holds, { error: sentence(be) });

const sentence = (be: string) => (issue: RawIssue) => `${pathText(issue.path ?? [])} must ${be}.`;

/** Whether `work` ends without an error. */
const works = (work: () => unknown): boolean => {
  try {
    work();
    return true;
  } catch {
    return false;
  }
};

const isLine = (value: string): boolean => !/[\u0000-\u001f\u007f]/.test(value);

export const line = (longest: number) =>
  must(`be one line of at most ${longest} characters`, (value) => isLine(value) && value.length <= longest);

export const text = must('have at most 1000 characters', (value) => value.length <= 1000);

export const oneOf = <const T extends string>(values: readonly [T, ...T[]]) =>
  z.enum(values, { error: sentence(`be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`) });

export const flag = z.enum(['0', '1'], { error: sentence('be 0 or 1') }).transform((value) => value === '1');

export const wholeNumber = (least: number, most: number) =>
  must(
    `be a whole number from ${least} to ${most}`,
    (value) => /^\d{1,15}$/.test(value) && Number(value) >= least && Number(value) <= most,
  ).transform(Number);

export const address = must(
  'be an e-mail address, such as name@example.com',
  (value) => emailAddress.safeParse(value).success,
);

export const mailbox = must(
  'be a sender, such as School <news@example.com>',
  (value) => sender.safeParse(value).success,
);

export const staffPassword = must(
  'be a password of 10 to 128 characters',
  (value) => password.safeParse(value).success,
);

/** 32 characters hold the 128 bits of a key, also where each is a hexadecimal digit. */
export const secret = must(
  'have 32 to 1000 characters that nobody can guess: use the output of openssl rand -base64 32',
  (value) => value.length >= 32 && value.length <= 1000 && isLine(value),
);

export const apiKey = must(
  'have 20 to 200 letters, digits or other visible characters without spaces: use the output of openssl rand -base64 32',
  (value) => /^[\x21-\x7e]{20,200}$/.test(value),
);

/** Postmark's own are UUIDs; a server that speaks like it may have others. */
const postmarkToken = (of: 'server' | 'account') =>
  must(`be the ${of} API token that Postmark shows, without spaces`, (value) => /^[\x21-\x7e]{8,200}$/.test(value));
export const serverToken = postmarkToken('server');
export const accountToken = postmarkToken('account');

export const streamId = must('be the id of a message stream, such as broadcast', (value) =>
  /^[a-z0-9_-]{1,60}$/i.test(value),
);

export const timeZone = must(
  'be the name of a time zone, such as Europe/Berlin',
  (value) => /^[a-z]/i.test(value) && works(() => new Intl.DateTimeFormat('en', { timeZone: value })),
);

export const url = must(
  'be an address that begins with http:// or https://, such as https://cortex.example.com, without a user, a query or a fragment',
  (value) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    return /^https?:\/\/[^\s?#@]+$/i.test(value) && parsed !== undefined && parsed.hostname !== '';
  },
);

/** For programs that put their own paths behind it. */
export const origin = must(
  'be an address of http:// or https:// without a path, such as https://api.stripe.com',
  (value) => /^https?:\/\/[^\s?#@/]+\/?$/i.test(value) && URL.canParse(value) && new URL(value).hostname !== '',
);

/** Keys and tokens that other programs give out. */
export const givenToken = must('be the token as it was given, without spaces', (value) =>
  /^[\x21-\x7e]{8,2000}$/.test(value),
);

export const databaseUrl = must(
  'look like postgres://user:password@host:5432/database, with special characters of the user and the password written as %23 and the like',
  (value) => {
    if (!/^postgres(ql)?:\/\//.test(value) || !URL.canParse(value)) return false;
    const { hostname, pathname, username, password: word } = new URL(value);
    // A slash or a question mark in the password ends the host early, and shows here.
    return (
      hostname !== '' &&
      /^\/[^/@]+$/.test(pathname) &&
      works(() => [username, word, pathname].map((part) => decodeURIComponent(part)))
    );
  },
);

export const networks = must('list networks with commas between them, such as 10.1.0.0/16,127.0.0.1', (value) =>
  works(() => readNetworks(value)),
);

export const hosts = must(
  'list names of hosts with commas between them, such as hooks.example.com,*.example.org',
  (value) => works(() => readHosts(value)),
);

/** Ranges that proxy-addr knows by name. */
const namedRanges: ReadonlySet<string> = new Set(['loopback', 'linklocal', 'uniquelocal']);

export const proxies = must(
  'be a number of proxies from 0 to 20, or list addresses and networks with commas between them, such as 10.1.0.0/16,127.0.0.1',
  (value) => {
    if (/^\d+$/.test(value)) return Number(value) <= 20;
    const parts = value.split(',').map((part) => part.trim());
    const numeric = parts.filter((part) => !namedRanges.has(part));
    return parts.every(Boolean) && works(() => readNetworks(numeric.join(',')));
  },
);
