import { describe, expect, it, jest } from '@jest/globals';
import { validate, version } from 'uuid';
import { newId } from './ids.js';

describe('a new id', () => {
  it('carries its instant', () => {
    const before = Date.now();
    const at = Number.parseInt(newId().replaceAll('-', '').slice(0, 12), 16);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
  });

  it('is of version 7, never given twice, and rises also while the clock stands or goes back', () => {
    const now = jest.spyOn(Date, 'now');
    try {
      let clock = 1_800_000_000_000;
      let last = '';
      const seen = new Set<string>();
      for (let n = 0; n < 20_000; n += 1) {
        if (n % 700 === 0) clock += n % 3 === 0 ? 5 : -2;
        now.mockReturnValue(clock);
        const id = newId();
        expect(id > last).toBe(true);
        last = id;
        seen.add(id);
      }
      expect(seen.size).toBe(20_000);
      expect([validate(last), version(last)]).toEqual([true, 7]);
    } finally {
      now.mockRestore();
    }
  });
});
