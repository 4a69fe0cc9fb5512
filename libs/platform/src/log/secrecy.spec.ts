import { describe, expect, it } from '@jest/globals';
import { createLog } from './log.js';
import { AppError } from '../answers/errors.js';
import { isConfidential, redactedText, toldError, withoutValues } from './secrecy.js';

/** What one call of the log writes. */
const logged = (write: (log: ReturnType<typeof createLog>) => void): string => {
  const lines: string[] = [];
  write(createLog('trace', 'test', { write: (line: string) => void lines.push(line) }));
  return lines.join('');
};

/** As pg and TypeORM throw it. */
function failedStatement(code: string, message: string) {
  const carried = {
    code,
    detail: 'Key (email)=(ann@secret.example) already exists.',
    where: 'PL/pgSQL function with planted-where',
    parameters: ['planted-parameter', 'ann@secret.example'],
    query: 'insert into cortex.api_keys values ($1)',
    constraint: 'api_keys_hash_key',
    table: 'api_keys',
  };
  const driverError = Object.assign(new Error(message), carried);
  return Object.assign(new Error(message), carried, { name: 'QueryFailedError', driverError });
}

describe('what the log leaves out', () => {
  it.each([
    'Authorization',
    'set-cookie',
    'X-Api-Key',
    'current_password',
    'contact_email',
    'first_name',
    'parameters',
    'DATABASE_URL',
    'driverError',
  ])('knows %s by its name, however it is spelled', (name) => {
    expect(isConfidential(name)).toBe(true);
    const text = logged((log) => log.info({ deep: { [name]: 'planted' }, many: [{ [name]: ['planted'] }] }, 'x'));
    expect(text).not.toContain('planted');
    expect(text).toContain('[redacted]');
  });

  it.each(['run_id', 'activity_id', 'reason', 'took_ms', 'constraint', 'table', 'loop', 'route'])(
    'keeps %s, which is neither',
    (name) => expect(isConfidential(name)).toBe(false),
  );

  it.each([
    ['postgres://cortex:p@ss:w0rd@db.example:5432/shop', 'p@ss:w0rd'],
    ['failed for Ann <ann.o-neil+x@shop.example>', 'ann.o-neil'],
    ['to ann%40shop.example', 'ann%40'],
    ['Authorization: Bearer planted-token', 'planted-token'],
    ['key cx_Ab3dEf6hIj was used', 'Ab3dEf'],
    ['GET /invite/aB3dEf6hIjKlMnOpQrSt', 'aB3dEf6h'],
    ['GET /unsubscribe/aB3dEf6hIjKlMnOpQrSt failed', 'aB3dEf6h'],
    ['whsec_cGxhbnRlZHBsYW50ZWQ=', 'cGxhbnRl'],
  ])('finds in “%s” what gives itself away', (text, secret) => {
    expect(redactedText(text)).not.toContain(secret);
    expect(logged((log) => log.warn({ reason: text }, text))).not.toContain(secret);
    expect(logged((log) => log.error(new Error(text)))).not.toContain(secret);
    expect(logged((log) => log.error({ err: new Error('outer', { cause: new Error(text) }) }, 'x'))).not.toContain(
      secret,
    );
  });

  it('leaves ordinary texts as they are', () => {
    const text = 'step n1 of run 0192f5a0-7b7a-7000-8000-000000000000 at http://localhost:3000/in failed: answered 500';
    expect(redactedText(text)).toBe(text);
  });

  it('takes time that grows with a text and no faster', () => {
    const began = performance.now();
    for (const text of ['a'.repeat(200_000), 'a@'.repeat(100_000), `x://${'a:'.repeat(100_000)}`, 'cx_'.repeat(60_000)])
      redactedText(text);
    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe('a failed statement', () => {
  it('is logged with its code, constraint and frames, and without what it was about', () => {
    const text = logged((log) =>
      log.error(
        { err: failedStatement('23505', 'duplicate key value violates unique constraint "api_keys_hash_key"') },
        'x',
      ),
    );
    expect(text).not.toMatch(/planted|secret\.example|insert into/);
    expect(JSON.parse(text)).toMatchObject({
      err: {
        type: 'QueryFailedError',
        code: '23505',
        constraint: 'api_keys_hash_key',
        table: 'api_keys',
        message: expect.stringContaining('"api_keys_hash_key"'),
        stack: expect.stringMatching(/secrecy\.spec/),
      },
    });
  });

  it('does not quote the value that could not be read', () => {
    const told = toldError(failedStatement('22P02', 'invalid input syntax for type uuid: "planted value"'));
    expect(told.message).toBe('invalid input syntax for type uuid: "…"');
    expect(JSON.stringify(told)).not.toContain('planted');
  });

  it('loses its values itself, so that nobody who keeps it can hand them on', () => {
    const error = failedStatement('22P02', 'invalid input syntax for type uuid: "planted value"');
    expect(withoutValues(error)).toBe(error);
    const { driverError, stack, ...rest } = error;
    const left = JSON.stringify([rest, driverError, error.message, stack, driverError.message, driverError.stack]);
    expect(left).not.toMatch(/planted|secret\.example/);
    expect(error).toMatchObject({ code: '22P02', constraint: 'api_keys_hash_key' });
    for (const other of [undefined, null, 'text', new Error('plain')]) expect(withoutValues(other)).toBe(other);
  });

  it('leaves our own refusals what they say', () => {
    const refusal = new AppError('not_found', 'There is no list with this id.');
    expect(withoutValues(refusal).detail).toBe('There is no list with this id.');
  });
});
