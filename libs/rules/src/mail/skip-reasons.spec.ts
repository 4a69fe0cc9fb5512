import { describe, expect, it } from '@jest/globals';
import { skipClause, skipLabel, skipReasons } from './skip-reasons.js';

describe('why a mail is not sent', () => {
  it('has the reasons of the public counts, each once', () => {
    expect([...skipReasons].sort()).toEqual(
      [
        'unsubscribed',
        'suppressed',
        'no_consent',
        'capped',
        'no_address',
        'duplicate',
        'erased',
        'changed_since',
        'topic_off',
        'paused',
        'held_out',
      ].sort(),
    );
  });

  it('has words of its own for each, and none for what is not a reason', () => {
    for (const words of [skipClause, skipLabel]) {
      const said = skipReasons.map(words);
      expect(said.every((one) => one && !one.includes('_'))).toBe(true);
      expect(new Set(said).size).toBe(said.length);
      expect(words('constructor')).toBeUndefined();
      expect(words('Postmark refused it.')).toBeUndefined();
    }
  });
});
