import { isUtf8 } from 'node:buffer';
import { AppError, type FieldError } from '#platform';

/** What is wrong inside a body that is JSON all the same, by JSON pointer; kept beside the parsed value. */
export interface StrictJson {
  value: unknown;
  problems: FieldError[];
}

const suspicious = /\\u0000|\\u[dD][89a-fA-F]|__proto__|\\u005[fF]|[eE]\+?\d{3}|\d{16}/;
const MAX_DEPTH = 64;
const MAX_PROBLEMS = 100;

/**
 * Parses a JSON body and finds what PostgreSQL cannot store or JavaScript would silently change: NUL characters,
 * lone surrogates, `__proto__` keys, numbers that do not fit a double. Ordinary bodies cost one regular expression.
 * @throws AppError 400 that says where the JSON breaks
 */
export function parseStrictJson(body: Buffer): StrictJson {
  if (!isUtf8(body)) throw new AppError('invalid_json', 'The body is not valid UTF-8. Send JSON encoded in UTF-8.');
  const text = body.toString('utf8');
  if (text.trim() === '') return { value: undefined, problems: [] };
  let value: unknown;
  const needsWalk = suspicious.test(text) || deeperThan(text, MAX_DEPTH);
  try {
    value = needsWalk
      ? JSON.parse(text, keepLossyNumbers as (key: string, value: unknown) => unknown)
      : JSON.parse(text);
  } catch (error) {
    throw malformed(error as Error, text);
  }
  if (!needsWalk) return { value, problems: [] };
  const problems: FieldError[] = [];
  value = walk(value, '', 0, problems);
  return { value, problems };
}

/** A number whose text says more than a double can hold. */
class LossyNumber {
  constructor(readonly text: string) {}
}

function keepLossyNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number') return value;
  const source = context?.source;
  if (!Number.isFinite(value)) return new LossyNumber(source ?? String(value));
  if (source && /^-?\d+$/.test(source) && !Number.isSafeInteger(value) && BigInt(source) !== BigInt(value)) {
    return new LossyNumber(source);
  }
  return value;
}

function walk(value: unknown, pointer: string, depth: number, problems: FieldError[]): unknown {
  if (problems.length >= MAX_PROBLEMS) return value;
  if (depth > MAX_DEPTH) {
    problems.push({ pointer, message: `This is nested more than ${MAX_DEPTH} levels deep. Make it flatter.` });
    return null;
  }
  if (typeof value === 'string') {
    const message = textProblem(value);
    if (message) problems.push({ pointer: pointer || '/', message });
    return value;
  }
  if (value instanceof LossyNumber) {
    problems.push({
      pointer: pointer || '/',
      message: `${value.text.slice(0, 40)} does not fit a double. Send it as text.`,
    });
    return 0;
  }
  if (Array.isArray(value)) {
    value.forEach((item, at) => (value[at] = walk(item, `${pointer}/${at}`, depth + 1, problems)));
    return value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Record<string, unknown>;
  for (const key of Object.keys(members)) {
    const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const message = key === '__proto__' ? 'A key may not be called __proto__.' : textProblem(key);
    if (message) {
      problems.push({ pointer: at, message });
      delete members[key];
    } else {
      members[key] = walk(members[key], at, depth + 1, problems);
    }
  }
  return value;
}

function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'Text may not contain NUL characters.';
  if (!text.isWellFormed()) return 'Text may not contain half of a surrogate pair. Send valid Unicode.';
  return undefined;
}

/** A cheap upper bound: brackets opened, not counting those closed; brackets inside strings only make it look deeper. */
function deeperThan(text: string, limit: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x7b || code === 0x5b) {
      if (++depth > limit) return true;
    } else if (code === 0x7d || code === 0x5d) depth = Math.max(0, depth - 1);
  }
  return false;
}

function malformed(error: Error, text: string): AppError {
  if (error instanceof RangeError)
    return new AppError('invalid_json', 'The body is nested too deeply. Make it flatter.');
  if (breaksAtEnd(error, text)) return new AppError('invalid_json', 'The body is not valid JSON: it ends too early.');
  const position = positionOf(error) ?? (text.length <= LOCATED_LENGTH ? breakingPosition(text) : undefined);
  if (position === undefined) return new AppError('invalid_json', 'The body is not valid JSON.');
  const before = text.slice(0, position).split('\n');
  const where = `line ${before.length}, column ${before.at(-1)!.length + 1}`;
  return new AppError('invalid_json', `The body is not valid JSON: it breaks at ${where} (position ${position}).`);
}

const LOCATED_LENGTH = 64 * 1024;

const positionOf = (error: Error): number | undefined => {
  const found = /position (\d+)/.exec(error.message)?.[1];
  return found === undefined ? undefined : Number(found);
};

const breaksAtEnd = (error: Error, text: string): boolean =>
  /Unexpected end|Unterminated/.test(error.message) || positionOf(error) === text.length;

/** For some mistakes the engine names no position: the longest beginning that could still be continued ends there. */
function breakingPosition(text: string): number {
  let good = 0;
  let bad = text.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (canContinue(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function canContinue(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    return breaksAtEnd(error as Error, beginning);
  }
}
