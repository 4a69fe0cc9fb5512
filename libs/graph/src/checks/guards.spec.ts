import { describe, expect, it } from '@jest/globals';
import type { Graph } from '../model/graph.js';
import type { Surroundings } from '../model/surroundings.js';
import { validate } from './validate.js';

const list = '00000000-0000-7000-8000-0000000000a1';
const drawing = (start: Record<string, unknown>, type: string, rules?: object, html = '<p>Hello</p>'): Graph => ({
  schema: 1,
  nodes: [
    { id: 'start', type, config: start },
    ...(rules ? [{ id: 'ask', type: 'filter', config: { rules } }] : []),
    { id: 'mail', type: 'send_email', config: { subject: 'Hello', html, stream: 'broadcast' } },
  ],
  edges: rules
    ? [
        { source: 'start', port: 'next', target: 'ask' },
        { source: 'ask', port: 'yes', target: 'mail' },
      ]
    : [{ source: 'start', port: 'next', target: 'mail' }],
});
const codes = (graph: Graph, settings = {}, world: Surroundings = {}) =>
  validate(graph, settings, world).map(({ code, severity }) => `${code}: ${severity}`);
const manual = (rules: object) => drawing({}, 'manual', rules);
const and = (...conditions: object[]) => ({ operator: 'AND', conditions });

describe('before publishing it is said', () => {
  it('that nobody can fulfil a rule', () => {
    const country = (operator: string, value: string) => ({ field: 'country', operator, value });
    expect(codes(manual(and(country('eq', 'DE'), country('eq', 'AT'))))).toEqual(['contradiction: look']);
    expect(codes(manual(and(country('eq', 'DE'), country('neq', 'de'))))).toEqual(['contradiction: look']);
    const spent = (operator: string, value: number) => ({ field: 'lifetime_value', operator, value });
    expect(codes(manual(and(spent('gt', 100), spent('lt', 50))))).toEqual(['contradiction: look']);
    expect(codes(manual(and(spent('gt', 50), spent('lt', 100))))).toEqual([]);
    expect(codes(manual({ operator: 'OR', conditions: [country('eq', 'DE'), country('eq', 'AT')] }))).toEqual([]);
    const tag = (value: string) => ({ field: 'tags', operator: 'contains', value });
    expect(codes(manual(and(tag('a'), tag('b'))))).toEqual([]);
  });

  it('that a schedule takes everybody once only, and that it is a limit by itself', () => {
    const weekly = drawing({ cron: '0 9 * * 1', smart_list_id: list }, 'schedule');
    expect(codes(weekly)).toEqual(['schedule_once: look']);
    expect(codes(weekly, { entry: { limit: 'always' } })).toEqual([]);
    expect(codes(drawing({ activity_type: 'a.b' }, 'activity_received'), { entry: { limit: 'always' } })).toEqual([
      'no_entry_limit: look',
    ]);
  });

  it('that a schedule cannot be read', () => {
    const world: Surroundings = { checkCron: (cron) => (cron.startsWith('61') ? '61 minutes' : undefined) };
    const always = { entry: { limit: 'always' } };
    expect(codes(drawing({ cron: '61 9 * * 1', smart_list_id: list }, 'schedule'), always, world)).toEqual([
      'cron: blocks',
    ]);
    expect(codes(drawing({ cron: '1 9 * * 1', smart_list_id: list }, 'schedule'), always, world)).toEqual([]);
  });

  it('that a link leads to this machine only, where mail really leaves', () => {
    const linked = drawing({}, 'manual', undefined, '<a href="http://localhost:3000/offer">Look</a>');
    expect(codes(linked)).toEqual([]);
    expect(codes(linked, {}, { real_mail: true })).toEqual(['local_link: blocks']);
    const open = drawing({}, 'manual', undefined, '<a href="https://localhost.example/offer">Look</a>');
    expect(codes(open, {}, { real_mail: true })).toEqual([]);
  });

  it('that two marketing mails follow each other at once, and that a mail reaches nobody', () => {
    const mail = (id: string, stream = 'broadcast') => ({
      ...{ id, type: 'send_email' },
      config: { subject: 'Hello', html: '<p>Hello</p>', stream },
    });
    const path = (...steps: [id: string, port: string][]): Graph['edges'] =>
      steps.slice(1).map(([target], at) => ({ source: steps[at]![0], port: steps[at]![1], target }));
    const manual = { id: 'start', type: 'manual', config: {} };
    const tag = { id: 'tag', type: 'update_contact', config: { add_tags: ['x'] } };
    const wait = { id: 'wait', type: 'wait', config: { for: { n: 1, unit: 'days' } } };
    const row = (...nodes: Graph['nodes']): Graph => ({
      ...{ schema: 1, nodes },
      edges: path(...nodes.map(({ id }): [string, string] => [id, 'next'])),
    });
    expect(codes(row(manual, mail('a'), tag, mail('b')))).toEqual(['mails_without_wait: look']);
    expect(codes(row(manual, mail('a'), wait, mail('b')))).toEqual([]);
    expect(codes(row(manual, mail('a', 'transactional'), mail('b')))).toEqual([]);

    const may = (operator: string) => and({ field: 'can_be_emailed', operator });
    const asked = (port: string, rules: object): Graph => ({
      ...{ schema: 1, nodes: [manual, { id: 'ask', type: 'filter', config: { rules } }, mail('mail')] },
      edges: path(['start', 'next'], ['ask', port], ['mail', 'next']),
    });
    expect(codes(asked('yes', may('is_false')))).toEqual(['mail_to_nobody: look']);
    expect(codes(asked('no', may('is_true')))).toEqual(['mail_to_nobody: look']);
    expect(codes(asked('yes', may('is_true')))).toEqual([]);
    expect(codes(asked('no', may('is_false')))).toEqual([]);
    const both = asked('yes', may('is_false'));
    expect(codes({ ...both, edges: [...both.edges, { source: 'ask', port: 'no', target: 'mail' }] })).toEqual([]);
    const gone = { id: 'start', type: 'activity_received', config: { activity_type: 'email.unsubscribed' } };
    expect(codes(row(gone, mail('mail')))).toEqual(['mail_to_nobody: look']);
  });
});
