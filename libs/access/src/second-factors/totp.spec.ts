import { describe, expect, it } from '@jest/globals';
import { base32, codeOf, matchingStep, stepAt, totpAddress } from './totp.js';

const secret = Buffer.from('12345678901234567890');

describe('codes of an authenticator app', () => {
  // Appendix B of RFC 6238, its last six digits.
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ])('are those of the standard at %d', (seconds, code) => {
    expect(codeOf(secret, stepAt(new Date(seconds * 1000)))).toBe(code);
  });

  it('hold for half a minute more on either side, and no longer', () => {
    const now = new Date(1234567890_000);
    const step = stepAt(now);
    expect([-2, -1, 0, 1, 2].map((away) => matchingStep(secret, codeOf(secret, step + away), now))).toEqual([
      undefined,
      step - 1,
      step,
      step + 1,
      undefined,
    ]);
    for (const wrong of ['', '12345', '1234567', 'abcdef', '１２３４５６'])
      expect(matchingStep(secret, wrong, now)).toBeUndefined();
  });

  it('are written in base32 as apps read it', () => {
    expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => base32(Buffer.from(text)))).toEqual([
      '',
      'MY',
      'MZXQ',
      'MZXW6',
      'MZXW6YQ',
      'MZXW6YTB',
      'MZXW6YTBOI',
    ]);
    expect(totpAddress(secret, 'a+b@example.com', 'Cortex')).toBe(
      'otpauth://totp/Cortex:a%2Bb%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Cortex',
    );
  });
});
