import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '#testing';
import { newerThanServer } from './fold-newer.js';
import { fold } from './fold.js';

const LAST = 0x10ffff;
const isSurrogate = (point: number) => point >= 0xd800 && point <= 0xdfff;

describe('folding in TypeScript and in the database', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db.drop());

  it('leaves alone exactly the code points that this runtime knows and the server does not', async () => {
    const rows = await db.database.rows<{ point: number }>(
      `select point from generate_series(1, $1::int) point
       where not (point between 55296 and 57343) and not unicode_assigned(chr(point))`,
      [LAST],
    );
    const newer = rows.map((row) => row.point).filter((point) => /\P{Cn}/u.test(String.fromCodePoint(point)));
    expect(newerThanServer.source).toBe(asClass(newer));
  });

  it('gives the same text for every code point in the contexts where case folding looks around', async () => {
    const contexts: ((c: string) => string)[] = [
      (c) => c,
      (c) => `a${c}`,
      (c) => `${c}Σ`,
      (c) => `AΣ${c}`,
      (c) => `Σ${c}Σ b`,
      (c) => `e${c}\u0301`,
      (c) => `İ${c}I`,
    ];
    let compared = 0;
    for (let from = 1; from <= LAST; from += 0x8000) {
      const texts: string[] = [];
      for (let point = from; point < Math.min(from + 0x8000, LAST + 1); point++) {
        if (isSurrogate(point)) continue;
        // The large planes without letters need one look each, not seven.
        const interesting = point < 0x20000 || (point >= 0xe0000 && point < 0xe1000);
        if (!interesting && point % 64 !== 0) continue;
        for (const context of contexts) texts.push(context(String.fromCodePoint(point)));
      }
      if (texts.length === 0) continue;
      const unequal = await db.database.rows<{ text: string }>(
        `select t.text from unnest($1::text[], $2::text[]) as t(text, folded) where cortex.fold(t.text) is distinct from t.folded limit 5`,
        [texts, texts.map(fold)],
      );
      expect(unequal).toEqual([]);
      compared += texts.length;
    }
    expect(compared).toBeGreaterThan(900_000);
  }, 120_000);
});

function asClass(points: number[]): string {
  const ranges: [number, number][] = [];
  for (const point of points) {
    const last = ranges.at(-1);
    if (last && last[1] === point - 1) last[1] = point;
    else ranges.push([point, point]);
  }
  const text = (point: number) => `\\u{${point.toString(16)}}`;
  return `[${ranges.map(([from, to]) => (from === to ? text(from) : `${text(from)}-${text(to)}`)).join('')}]+`;
}
