import { describe, expect, it } from '@jest/globals';
import { UnreadableSecret, VaultKeys } from './vault.js';

const secret = 'Bearer planted-4711';
const now = new VaultKeys(['the secret of now']);

describe('the vault', () => {
  it('gives back what was sealed, and shows nothing of it', () => {
    const sealed = now.seal(secret, 'place');
    expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]+$/);
    expect(sealed + Buffer.from(sealed.split('.')[2]!, 'base64url').toString()).not.toContain('planted');
    expect(now.open(sealed, 'place')).toBe(secret);
    expect(now.open(now.seal('', 'place'), 'place')).toBe('');
  });

  it('seals the same text otherwise each time', () => {
    expect(now.seal(secret, 'place')).not.toBe(now.seal(secret, 'place'));
  });

  it('opens nothing in another place, nothing that was changed, and nothing of another secret', () => {
    const sealed = now.seal(secret, 'place');
    const [version, key, rest] = sealed.split('.') as [string, string, string];
    const bytes = Buffer.from(rest, 'base64url');
    const changed = Array.from({ length: bytes.length }, (_, at) => {
      const other = Buffer.from(bytes);
      other[at]! ^= 1;
      return `${version}.${key}.${other.toString('base64url')}`;
    });
    for (const bad of [
      ...changed,
      '',
      'v1',
      `v1.${key}.`,
      `v2.${key}.${rest}`,
      secret,
      `v1.${key}.${rest.slice(0, 20)}`,
    ])
      expect(() => now.open(bad, 'place')).toThrow(UnreadableSecret);
    expect(() => now.open(sealed, 'elsewhere')).toThrow(UnreadableSecret);
    expect(() => new VaultKeys(['another']).open(sealed, 'place')).toThrow(UnreadableSecret);
  });

  it('opens what an earlier secret sealed while that is known, and seals with the current one', () => {
    const next = new VaultKeys(['the next secret', 'the secret of now']);
    expect(next.open(now.seal(secret, 'place'), 'place')).toBe(secret);
    expect(next.seal(secret, 'place').startsWith(next.current)).toBe(true);
    expect(next.known).toEqual([next.current, now.current]);
    expect(() => now.open(next.seal(secret, 'place'), 'place')).toThrow(UnreadableSecret);
  });

  it('knows a request again by a mark, under an earlier secret too, and no other', () => {
    const next = new VaultKeys(['the next secret', 'the secret of now']);
    expect(now.isMark(now.mark('one'), 'one')).toBe(true);
    expect(next.isMark(now.mark('one'), 'one')).toBe(true);
    expect(next.isMark(now.mark('one'), 'two')).toBe(false);
    expect(next.isMark(Buffer.alloc(0), 'one')).toBe(false);
  });
});
