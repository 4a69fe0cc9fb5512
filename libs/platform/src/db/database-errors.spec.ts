import { describe, expect, it } from '@jest/globals';
import { databaseErrorOf, databaseFailure, isTransient } from '#platform';

const pg = (code: string) => Object.assign(new Error('refused'), { code });
const typeorm = (code: string) =>
  Object.assign(new Error('refused'), { name: 'QueryFailedError', driverError: { code, constraint: 'some_key' } });

describe('a failure of the database', () => {
  it.each([
    ['40001', 'collision', true],
    ['40P01', 'collision', true],
    ['55P03', 'collision', true],
    ['08006', 'unavailable', true],
    ['53300', 'unavailable', true],
    ['57P01', 'unavailable', true],
    ['ECONNRESET', 'unavailable', true],
    ['EPIPE', 'unavailable', true],
    ['57014', 'cancelled', true],
    ['22P02', 'invalid', false],
    ['23505', 'invalid', false],
    ['42P01', 'other', false],
    ['ERR_INVALID_ARG_TYPE', 'other', false],
  ])('%s is %s, whoever throws it', (code, failure, transient) => {
    for (const error of [pg(code), typeorm(code)]) {
      expect(databaseFailure(error)).toBe(failure);
      expect(isTransient(error)).toBe(transient);
    }
    expect(databaseErrorOf(typeorm(code))).toEqual({ code, constraint: 'some_key' });
  });

  it('is a lost connection where pg gives no code, and a mistake of ours where nothing speaks of one', () => {
    expect(databaseFailure(new Error('Connection terminated unexpectedly'))).toBe('unavailable');
    expect(databaseFailure(new Error('timeout exceeded when trying to connect'))).toBe('unavailable');
    expect(databaseFailure(new TypeError('x is not a function'))).toBe('other');
    expect(databaseFailure(undefined)).toBe('other');
  });
});
