import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decimalsOf, minorMoney, moneyText, wholeMoney } from './money.js';

describe('money', () => {
  it('has the decimals that ISO 4217 gives its currency, not those that the browser shows', () => {
    expect(['EUR', 'usd', 'JPY', 'KWD', 'IQD', 'RSD', 'ISK', 'CLF', '', 'nonsense'].map(decimalsOf)).toEqual([
      2, 2, 0, 3, 3, 2, 0, 4, 2, 2,
    ]);
  });

  it('is written as people write it', () => {
    expect(moneyText(49, 'EUR')).toBe('€49.00');
    expect(moneyText(1240, 'EUR', { plain: true })).toBe('€1,240');
    expect(moneyText(1240.5, 'EUR', { plain: true })).toBe('€1,240.50');
    expect(moneyText(12_000, 'JPY')).toBe('¥12,000');
    // Between a code and its amount stands a space that does not break.
    expect(moneyText(-4.9, 'KWD')).toBe('-KWD\u00a04.900');
    expect(moneyText(49, 'RSD')).toBe('RSD\u00a049.00');
    expect(moneyText(49, 'gold')).toBe('49 gold');
    expect(moneyText(12.5, 'x')).toBe('12.50 x');
  });

  it('comes back as the same number of smallest units', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF'), (minor, of) => {
        expect(minorMoney(wholeMoney(minor, of), of)).toBe(minor);
      }),
    );
  });
});
