import { describe, expect, it } from '@jest/globals';
import { cursorKey, decodeCursor, encodeCursor, joinInstant, openCursor, signCursor, splitInstant } from './cursor.js';

describe('cursor', () => {
  it('gives back what it was made of', () => {
    const key = ['2026-01-01T00:00:00Z', 'ümlaut', 3, null];
    expect(decodeCursor(encodeCursor(key), 4)).toEqual(key);
  });

  it('carries the instant of the first page, where it has one', () => {
    const at = new Date('2026-01-01T00:00:00.123Z');
    expect(splitInstant(joinInstant(at, 'abc'))).toEqual({ at, cursor: 'abc' });
    expect(splitInstant('abc')).toEqual({ cursor: 'abc' });
    expect(splitInstant(undefined)).toEqual({});
    for (const text of ['.abc', 'x.abc', '-1.abc', '999999999999999.abc'])
      expect(() => splitInstant(text)).toThrow(/cursor was not made by this list/);
  });

  it('is absent on the first page', () => {
    expect(decodeCursor(undefined, 2)).toBeUndefined();
    expect(decodeCursor('', 2)).toBeUndefined();
  });

  it.each(['nonsense', encodeCursor(['a']), encodeCursor([{}, 'b']), Buffer.from('{}').toString('base64url')])(
    'refuses %s for a key of two values',
    (text) => {
      expect(() => decodeCursor(text, 2)).toThrow(/cursor was not made by this list/);
    },
  );

  it('opens what was signed for the same list with the same secret, and nothing else', () => {
    const key = cursorKey('a secret');
    const signed = signCursor(key, '/contacts -created_at', 'abc');
    expect(openCursor(key, '/contacts -created_at', signed)).toBe('abc');
    expect(signed).toMatch(/^[\w-]+$/);
    const others: [Buffer, string, string][] = [
      [cursorKey('another secret'), '/contacts -created_at', signed],
      [key, '/contacts email', signed],
      [key, '/contacts -created_at', `${signed}d`],
      [key, '/contacts -created_at', 'abc'],
      [key, '/contacts -created_at', ''],
      [key, '/contacts -created_at', 'ü'.repeat(22)],
    ];
    for (const [by, list, text] of others)
      expect(() => openCursor(by, list, text)).toThrow(/cursor was not made by this list/);
  });
});
