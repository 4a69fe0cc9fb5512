import { describe, expect, it } from '@jest/globals';
import { auditActions } from '#contracts';
import { readSources } from './architecture.js';

const server = readSources().filter(
  ({ isSpec, part }) => !isSpec && !['web', 'bench', 'testing', 'contracts'].includes(part),
);
/** `automation.${to}` writes each action that begins so. */
const written = server.flatMap(({ text }) =>
  [...text.matchAll(/['`]([a-z_]+\.)(?:([a-z_]+)['`]|\$\{)/g)].map(([, begin, rest]) => begin! + (rest ?? '')),
);

describe('actions of the audit', () => {
  // That none is missing, the compiler says: `recordAudit` takes no other.
  it('are all written by something', () => {
    const phantoms = Object.keys(auditActions).filter(
      (action) => !written.includes(action) && !written.includes(`${action.split('.')[0]}.`),
    );
    expect(phantoms).toEqual([]);
  });

  it('are told as what somebody did', () => {
    expect(Object.values(auditActions).filter((words) => !/^[A-Z][a-z]+(ed|ew|nt|de) .*[a-z]$/.test(words))).toEqual(
      [],
    );
  });
});
