import { describe, expect, it } from '@jest/globals';
import type { Graph } from '#graph';
import { mailsAhead } from './mails-ahead';

const graph = {
  schema: 1,
  nodes: [
    { id: 'start', type: 'manual', config: {} },
    { id: 'wait', type: 'wait', config: { for: { n: 1, unit: 'days' } } },
    { id: 'hello', type: 'send_email', config: { subject: 'Hello', html: 'x', stream: 'broadcast' } },
    { id: 'later', type: 'wait', config: { for: { n: 1, unit: 'days' } } },
    { id: 'filter', type: 'filter', config: {} },
    { id: 'bye', type: 'send_email', config: { subject: 'Bye', html: 'x', stream: 'broadcast' } },
  ],
  edges: [
    { source: 'start', port: 'next', target: 'wait' },
    { source: 'wait', port: 'next', target: 'hello' },
    { source: 'hello', port: 'next', target: 'later' },
    { source: 'later', port: 'next', target: 'filter' },
    { source: 'filter', port: 'yes', target: 'bye' },
    { source: 'filter', port: 'no', target: 'wait' },
  ],
} as unknown as Graph;

describe('mails ahead', () => {
  it.each([
    ['wait', false, ['hello'], true],
    ['later', false, ['bye'], false],
    ['bye', false, [], false],
    ['bye', true, ['bye'], true],
    ['gone', false, [], false],
  ] as const)('from %s, again %s', (from, again, mails, certain) => {
    const ahead = mailsAhead(graph, from, again);
    expect([ahead.mails.map(({ id }) => id), ahead.certain]).toEqual([mails, certain]);
  });
});
