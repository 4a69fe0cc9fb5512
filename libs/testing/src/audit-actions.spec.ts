import { describe, expect, it } from '@jest/globals';
import { auditActions, auditSentence } from '#contracts';
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

  it('name what was done to whom, and say as much as they know of what is gone', () => {
    const said = (action: string, target_kind: string | null, target_name: string | null) =>
      auditSentence({ action, target_kind, target_name });
    expect(said('automation.published', 'automation', 'Win $& back')).toBe('Published the automation “Win $& back”');
    expect(said('automation.retried', 'automation', 'Welcome')).toBe(
      'Retried every failed person in the automation “Welcome”',
    );
    expect(said('contact.enrolled', 'contact', 'Ada Costa')).toBe('Enrolled Ada Costa in a course');
    expect(said('run.retried', 'run', 'Ada Costa')).toBe('Retried a failed step: Ada Costa');
    expect(said('contacts.entered', 'automation', 'Welcome')).toBe('Started the automation “Welcome” for people');
    expect(said('template.deleted', 'template', null)).toBe('Deleted a template');
    expect(said('x.y', 'constructor', 'Z')).toBe('x.y: “Z”');
  });
});
