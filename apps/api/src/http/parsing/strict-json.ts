import { isUtf8 } from 'node:buffer';
import { AppError, invalidRequest, type FieldError } from '#platform';
import { MAX_DEPTH, MAX_FINDINGS, measureJson, scanJson, type ScanFinding } from './json-scan.js';

/** What is wrong inside a body that is JSON all the same, by JSON pointer; kept beside the parsed value. */
export interface StrictJson {
  value: unknown;
  problems: FieldError[];
}

const suspicious = /\\u0000|\\u[dD][89a-fA-F]|__proto__|\\u005[fF]|[eE]\+?\d{3}|\d{16}/;

/**
 * Parses a JSON body and finds what PostgreSQL cannot store or JavaScript would silently change; see `scanJson`.
 * Takes time in proportion to the body, whatever is in it: an ordinary one costs one regular expression and a count
 * of its values more than `JSON.parse`, any other one scan.
 * @throws AppError 400 that says where the JSON breaks, that it holds too much, or that too much of it is wrong
 */
export function parseStrictJson(body: Buffer): StrictJson {
  if (!isUtf8(body)) throw new AppError('invalid_json', 'The body is not valid UTF-8. Send JSON encoded in UTF-8.');
  const text = body.toString('utf8');
  if (text.trim() === '') return { value: undefined, problems: [] };
  const { depth, tooMuch } = measureJson(text);
  if (tooMuch) throw invalidRequest(tooMuch);
  const findings = suspicious.test(text) || depth > MAX_DEPTH ? scanJson(text) : [];
  const problems = findings.map(({ path, message }) => ({ pointer: pointerOf(path), message }));
  const value = parse(text);
  if (findings.length >= MAX_FINDINGS)
    throw invalidRequest('Too much of the body is wrong, so nothing was changed. See errors for the first.', problems);
  for (const finding of findings) takeOut(value, finding);
  return { value: findings.some(({ path }) => path.length === 0) ? null : value, problems };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(error as Error, text);
  }
}

const pointerOf = (path: readonly (string | number)[]): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('') || '/';

/** Nobody works on what a finding points at: what has problems is refused, and this makes sure of it. */
function takeOut(value: unknown, { path, is }: ScanFinding): void {
  let inside = value;
  for (const key of path.slice(0, -1)) {
    if (typeof inside !== 'object' || inside === null || !Object.hasOwn(inside, key)) return;
    inside = (inside as Record<string | number, unknown>)[key];
  }
  const last = path.at(-1);
  if (last === undefined || typeof inside !== 'object' || inside === null || !Object.hasOwn(inside, last)) return;
  if (is === 'key') delete (inside as Record<string | number, unknown>)[last];
  else (inside as Record<string | number, unknown>)[last] = null;
}

function malformed(error: Error, text: string): AppError {
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
