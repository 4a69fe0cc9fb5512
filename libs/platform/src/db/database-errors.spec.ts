import { describe, expect, it } from '@jest/globals';
import { DatabaseAway, databaseErrorOf, databaseFailure, isTransient, outageOf } from '#platform';

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
    ['53100', 'unavailable', true],
    ['ENOSPC', 'unavailable', true],
    ['58030', 'unavailable', true],
    ['25006', 'unavailable', true],
    ['25P03', 'unavailable', true],
    ['EAI_AGAIN', 'unavailable', true],
    ['57014', 'cancelled', true],
    ['22P02', 'invalid', false],
    ['23505', 'invalid', false],
    ['42P01', 'other', false],
    ['ENOENT', 'other', false],
    ['ERR_INVALID_ARG_TYPE', 'other', false],
  ])('%s is %s, whoever throws it', (code, failure, transient) => {
    for (const error of [pg(code), typeorm(code)]) {
      expect(databaseFailure(error)).toBe(failure);
      expect(isTransient(error)).toBe(transient);
    }
    expect(databaseErrorOf(typeorm(code))).toEqual({ code, constraint: 'some_key' });
  });

  it('says what kind of outage it is, for those that somebody has to do something about', () => {
    const kinds = ['53100', 'ENOSPC', '25006', '53300', '57P01', 'ECONNRESET', '23505'].map((code) =>
      outageOf(pg(code)),
    );
    expect(kinds).toEqual(['full_disk', 'full_disk', 'read_only', 'busy', 'away', 'away', undefined]);
    expect(outageOf(new Error('timeout exceeded when trying to connect'))).toBe('busy');
  });

  it('is a lost connection where pg gives no code, and a mistake of ours where nothing speaks of one', () => {
    expect(databaseFailure(new Error('Connection terminated unexpectedly'))).toBe('unavailable');
    expect(databaseFailure(new Error('timeout exceeded when trying to connect'))).toBe('unavailable');
    for (const said of ['Query read timeout', 'timeout expired', 'Connection terminated due to connection timeout'])
      expect(databaseFailure(new Error(said))).toBe('unavailable');
    expect(databaseFailure(new DatabaseAway())).toBe('unavailable');
    expect(databaseFailure(new TypeError('x is not a function'))).toBe('other');
    expect(databaseFailure(new TypeError("Cannot read properties of undefined (reading 'connection')"))).toBe('other');
    expect(databaseFailure(undefined)).toBe('other');
  });
});
