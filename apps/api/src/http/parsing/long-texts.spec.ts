import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LongTexts } from './long-texts.js';

const MOST = 12;

/** What comes out of a text that comes in by pieces of these sizes. */
async function through(text: string, sizes: number[], room = 1_000_000): Promise<string> {
  const cut = new LongTexts(MOST, room, () => new Error('too large'));
  const bytes = Buffer.from(text);
  const out: Buffer[] = [];
  cut.on('data', (piece: Buffer) => out.push(piece));
  const ended = new Promise<void>((resolve, reject) => cut.on('end', resolve).on('error', reject));
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const size = sizes[n % sizes.length]!;
    cut.write(bytes.subarray(at, at + size));
    at += size;
  }
  cut.end();
  await ended;
  expect(cut.receivedEncodedLength).toBe(bytes.length);
  return Buffer.concat(out).toString();
}

describe('texts that are too long', () => {
  it('are cut where they stand, whatever they are made of and however they come, and nothing else is', async () => {
    const string = fc.string({
      unit: fc.constantFrom('a', '"', '\\', '/', 'ü', '😀', '\n', '{', ']', ',', ':'),
      maxLength: 30,
    });
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(string, fc.integer(), fc.dictionary(fc.constant('k'), string))),
        sizes,
        async (value, by) => {
          const text = JSON.stringify(value);
          const read: unknown = JSON.parse(await through(text, by));
          const cutAs = (was: unknown, is: unknown): void => {
            if (typeof was === 'string') {
              expect(was.startsWith(String(is))).toBe(true);
              const written = Buffer.byteLength(JSON.stringify(was)) - 2;
              if (written <= MOST) expect(is).toBe(was);
              // A character more at most, which is six bytes where it is an escape.
              else expect(Buffer.byteLength(JSON.stringify(is)) - 2).toBeLessThan(MOST + 6);
            } else if (typeof was === 'object' && was !== null) {
              expect(Object.keys(is as object)).toEqual(Object.keys(was));
              for (const [key, one] of Object.entries(was)) cutAs(one, (is as Record<string, unknown>)[key]);
            } else expect(is).toBe(was);
          };
          cutAs(value, read);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('do not halve an escape', async () => {
    expect(await through(`["${'\\u00e4'.repeat(9)}"]`, [5])).toBe(`["${'\\u00e4'.repeat(2)}"]`);
    expect(await through(`["${'a'.repeat(11)}\\\\\\"x"]`, [1])).toBe(`["${'a'.repeat(11)}\\\\"]`);
  });

  it('leave a body that is too large all the same refused', async () => {
    await expect(through(JSON.stringify(Array.from({ length: 100 }, (_, n) => n)), [7], 50)).rejects.toThrow(
      'too large',
    );
  });
});
