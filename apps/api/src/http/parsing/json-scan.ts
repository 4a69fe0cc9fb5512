/** Something in JSON text that parsing would lose or change: where it is, and what to say of it. */
export interface ScanFinding {
  path: (string | number)[];
  message: string;
  /** What is to be done with the parsed value: a key that may not be there goes, a value becomes null. */
  is: 'key' | 'value';
}

/** How deep a body may be nested. */
export const MAX_DEPTH = 64;
/** Findings after which nobody reads on. */
export const MAX_FINDINGS = 100;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;

/** What a body may have at most, so that reading and checking it stays short whatever it says. */
const MOST_LEVELS = 1000;
const MOST_ENTRIES = 20_000;
const MOST_VALUES = 100_000;

/**
 * How deep JSON text nests, strings aside; or, as a sentence, what of it is too much to be read at all. One pass, in
 * which text inside quotation marks is stepped over. It promises sense for valid JSON only, and never throws.
 */
export function measureJson(text: string): { depth: number; tooMuch?: string } {
  /** Entries so far of each object and array that is open. */
  const entries: number[] = [];
  let values = 1;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at) - 1;
    else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      depth = Math.max(depth, entries.push(1));
      values += 1;
      if (depth > MOST_LEVELS)
        return { depth, tooMuch: `The body is nested more than ${MOST_LEVELS} levels deep. Make it flatter.` };
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) entries.pop();
    else if (code === COMMA) {
      values += 1;
      const last = Math.max(entries.length - 1, 0);
      const inside = (entries[last] ?? 0) + 1;
      entries[last] = inside;
      if (inside > MOST_ENTRIES)
        return { depth, tooMuch: `A list or an object in the body has more than ${MOST_ENTRIES} entries. Send fewer.` };
    }
    if (values > MOST_VALUES)
      return { depth, tooMuch: `The body has more than ${MOST_VALUES} values. Send it in several requests.` };
  }
  return { depth };
}

/** The object or array that the scan is inside of: the key or position it has come to. */
interface Level {
  isObject: boolean;
  at: string | number;
  /** In an object, whether the next string is a key. */
  isKeyNext: boolean;
}

/**
 * Goes once through JSON text, in time linear in its length, and finds what PostgreSQL cannot store or JavaScript
 * would silently change: NUL characters, half surrogate pairs, keys called `__proto__`, numbers that do not fit a
 * double, nesting beyond `MAX_DEPTH`. It only promises sense for valid JSON; of other text it finds anything or
 * nothing, and never throws.
 * @returns at most `MAX_FINDINGS`
 */
export function scanJson(text: string): ScanFinding[] {
  const findings: ScanFinding[] = [];
  const levels: Level[] = [];
  let at = 0;
  let tooDeep = 0;
  const find = (message: string, is: ScanFinding['is'] = 'value') => {
    if (tooDeep === 0) findings.push({ path: levels.map((level) => level.at), message, is });
  };
  while (at < text.length && findings.length < MAX_FINDINGS) {
    const code = text.charCodeAt(at);
    const level = levels.at(-1);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      readString(text, at, end, level, find);
      at = end;
    } else if (code === MINUS || isDigit(code)) {
      const end = endOfNumber(text, at);
      if (isLossy(text, at, end))
        find(`${text.slice(at, Math.min(end, at + 40))} does not fit a double. Send it as text.`);
      at = end;
    } else {
      if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
        if (tooDeep > 0) tooDeep += 1;
        else if (levels.length === MAX_DEPTH) {
          find(`This is nested more than ${MAX_DEPTH} levels deep. Make it flatter.`);
          tooDeep = 1;
        } else levels.push({ isObject: code === OPEN_OBJECT, at: 0, isKeyNext: code === OPEN_OBJECT });
      } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
        if (tooDeep > 0) tooDeep -= 1;
        else levels.pop();
      } else if (tooDeep === 0 && level && code === COMMA) {
        if (level.isObject) level.isKeyNext = true;
        else level.at = Number(level.at) + 1;
      } else if (tooDeep === 0 && level && code === COLON) level.isKeyNext = false;
      at += 1;
    }
  }
  return findings;
}

function readString(
  text: string,
  start: number,
  end: number,
  level: Level | undefined,
  find: (message: string, is?: ScanFinding['is']) => void,
): void {
  const isKey = level?.isKeyNext === true;
  const raw = text.slice(start + 1, end - 1);
  // Only an escape can stand for a character that is not to be stored.
  const value = raw.includes('\\') ? unescaped(raw) : raw;
  if (isKey) level.at = value;
  const message =
    isKey && value === '__proto__'
      ? 'A key may not be called __proto__.'
      : raw === value
        ? undefined
        : textProblem(value);
  if (message) find(message, isKey ? 'key' : 'value');
}

function unescaped(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}

function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'Text may not contain NUL characters.';
  if (!text.isWellFormed()) return 'Text may not contain half of a surrogate pair. Send valid Unicode.';
  return undefined;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** The position after the closing quote of the string that begins here. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let before = quote;
    while (before > start + 1 && text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    // An odd number of backslashes escapes the quote.
    if ((quote - before) % 2 === 0) return quote + 1;
  }
  return text.length;
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // Digits, `.`, `e`, `E`, `+` and `-`.
    if (!isDigit(code) && code !== 0x2e && code !== 0x65 && code !== 0x45 && code !== 0x2b && code !== MINUS) break;
  }
  return at;
}

/** Longer ones are not read: no double has so many digits before its point. */
const MOST_DIGITS = 400;

/** Whether a number's text says more than a double gives back: beyond its range, or a whole number that it rounds. */
function isLossy(text: string, start: number, end: number): boolean {
  if (end - start < 5) return false;
  if (end - start > MOST_DIGITS) return true;
  const source = text.slice(start, end);
  const value = Number(source);
  if (Number.isNaN(value)) return false;
  if (!Number.isFinite(value)) return true;
  if (Number.isSafeInteger(value) || !/^-?\d+$/.test(source)) return false;
  return String(value) !== source && BigInt(source) !== BigInt(value);
}
