import { z } from 'zod';

/** A mistake as zod reports it to an error map: with the value, and the whole path to it. */
export type RawIssue = z.core.$ZodRawIssue;

/** `['nodes', 3, 'config', 'n']` → `nodes[3].config.n`, as a programmer writes it. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at > 0 ? '.' : ''}${String(key)}`)).join('');

const wanted = new Map<string, string>([
  ['string', 'text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['bigint', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['tuple', 'a list'],
  ['object', 'an object'],
  ['record', 'an object'],
  ['date', 'a date'],
  ['null', 'null'],
]);

const forms = new Map<string, string>([
  ['email', 'an e-mail address, such as name@example.com'],
  ['url', 'a URL, such as https://example.com/page'],
  ['uuid', 'a UUID'],
  ['guid', 'a UUID'],
  ['datetime', 'an instant with a time zone, such as 2026-11-22T09:00:00Z'],
  ['date', 'a date, such as 2026-11-22'],
  ['time', 'a time, such as 09:00:00'],
  ['json_string', 'JSON'],
]);

const either = (values: readonly unknown[]): string => {
  const words = values.map((value) => (typeof value === 'string' ? `“${value}”` : String(value)));
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
};

/** Names that a sentence has, and the characters of each: whoever sends more knows them. */
const MOST_NAMES = 5;
const LONGEST_NAME = 100;

/** A name that somebody sent, as a sentence has it. */
export const shownName = (name: string): string =>
  name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME).toWellFormed()}…` : name;

/** `“a”, “b” and “c”`; of many names the first ones and how many more. */
export const namesText = (names: readonly string[]): string => {
  const words = names.slice(0, MOST_NAMES).map((name) => `“${shownName(name)}”`);
  if (names.length > MOST_NAMES) words.push(`${names.length - MOST_NAMES} more`);
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
};

const count = (n: number | bigint, one: string, many: string): string => `${n} ${Number(n) === 1 ? one : many}`;

/** What a length or a value is measured in: “3 characters”, “1 item”, “3”. */
const amount = (origin: string, n: number | bigint): string => {
  if (origin === 'string') return count(n, 'character', 'characters');
  if (origin === 'array' || origin === 'set') return count(n, 'item', 'items');
  if (origin === 'file') return count(n, 'byte', 'bytes');
  if (origin === 'object' || origin === 'record' || origin === 'map') return count(n, 'entry', 'entries');
  return String(n);
};

const isLength = (origin: string): boolean => !['number', 'int', 'bigint', 'date'].includes(origin);

const tooSmall = (issue: z.core.$ZodIssueTooSmall, name: string): string => {
  const { origin, minimum } = issue;
  if (isLength(origin))
    return Number(minimum) === 1 ? `${name} is empty.` : `${name} must have at least ${amount(origin, minimum)}.`;
  if (origin === 'date') return `${name} is too early.`;
  return `${name} must be ${issue.inclusive === false ? 'more than' : 'at least'} ${minimum}.`;
};

const tooBig = (issue: z.core.$ZodIssueTooBig, name: string): string => {
  const { origin, maximum } = issue;
  if (isLength(origin)) return `${name} must have at most ${amount(origin, maximum)}.`;
  if (origin === 'date') return `${name} is too late.`;
  return `${name} must be ${issue.inclusive === false ? 'less than' : 'at most'} ${maximum}.`;
};

const badFormat = (issue: z.core.$ZodIssueInvalidStringFormat, name: string): string => {
  const detail = issue as { prefix?: string; suffix?: string; includes?: string };
  if (detail.prefix !== undefined) return `${name} must start with “${detail.prefix}”.`;
  if (detail.suffix !== undefined) return `${name} must end with “${detail.suffix}”.`;
  if (detail.includes !== undefined) return `${name} must contain “${detail.includes}”.`;
  const form = forms.get(issue.format);
  return form ? `${name} must be ${form}.` : `${name} does not have the right format.`;
};

/** Of alternatives only the kinds are named: which one was meant is anybody's guess. */
const noAlternative = (issue: z.core.$ZodIssueInvalidUnion, name: string): string => {
  const options = (issue as { options?: unknown }).options;
  if (Array.isArray(options) && options.length > 0) return `${name} must be ${either(options)}.`;
  const alone = issue.errors.map((errors) => errors.find(({ path }) => path.length === 0));
  const kinds = alone.map((one) => (one?.code === 'invalid_type' ? wanted.get(one.expected) : undefined));
  const known = [...new Set(kinds.filter((kind) => kind !== undefined))];
  if (known.length === 0 || known.length < issue.errors.length) return `${name} is not in an accepted format.`;
  return `${name} must be ${known.join(' or ')}.`;
};

/**
 * What is wrong, in a sentence that a person can act on, wherever a schema says nothing of its own.
 * @param name what the value is called on screen; otherwise the path to it
 */
export const issueText = (raw: RawIssue, name?: string): string => {
  const issue = raw as z.core.$ZodIssue & { input?: unknown };
  const called = name ?? (pathText(issue.path ?? []) || 'The value');
  if (issue.input === undefined && issue.code !== 'custom') return `${called} is missing.`;
  switch (issue.code) {
    case 'invalid_type':
      return `${called} must be ${wanted.get(issue.expected) ?? issue.expected}.`;
    case 'invalid_value':
      return `${called} must be ${either(issue.values)}.`;
    case 'too_small':
      return tooSmall(issue, called);
    case 'too_big':
      return tooBig(issue, called);
    case 'invalid_format':
      return badFormat(issue, called);
    case 'not_multiple_of':
      return `${called} must be a multiple of ${issue.divisor}.`;
    case 'unrecognized_keys':
      return issue.keys.length === 1
        ? `${namesText(issue.keys)} is not known here. Leave it out or check its spelling.`
        : `${namesText(issue.keys)} are not known here. Leave them out or check their spelling.`;
    case 'invalid_union':
      return noAlternative(issue, called);
    case 'invalid_key':
      return `${called} is not a name that is allowed here.`;
    default:
      return `${called} is not valid.`;
  }
};

// Set where every other part finds it: whatever parses with zod, in the server and in the browser, speaks so.
z.config({ customError: (issue) => issueText(issue) });
