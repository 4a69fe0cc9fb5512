import { describe, expect, it } from '@jest/globals';
import type { DraftSettings, Graph } from '../model/graph.js';
import { validate } from './validate.js';

const where = (value: unknown) => ({
  operator: 'AND',
  conditions: [{ field: 'metadata.cart', operator: 'eq', value }],
});
const byActivity = { id: 'start', type: 'activity_received', config: { activity_type: 'checkout.opened' } };
const byHand = { id: 'start', type: 'manual', config: {} };
const byClock = { id: 'start', type: 'schedule', config: { cron: '0 9 * * *' } };
const overLeads = { id: 'start', type: 'monitor', config: { over: 'leads' } };

const until = (start: Graph['nodes'][number], value: unknown): Graph => ({
  schema: 1,
  nodes: [
    start,
    {
      id: 'w',
      type: 'wait_until',
      config: { activity_type: 'order.paid', where: where(value), timeout: { n: 1, unit: 'days' } },
    },
  ],
  edges: [{ source: 'start', port: 'next', target: 'w' }],
});

const found = (graph: Graph, settings: DraftSettings = {}) =>
  validate(graph, settings)
    .filter(({ code }) => code === 'template_in_rule' || code === 'no_activity' || code === 'no_lead')
    .map(({ code, severity, pointer, message }) => ({ code, severity, pointer, message }));

describe('H. a value of what started the run', () => {
  it.each([
    ['{{ activity.metadata.cart }}', '{ "entry": "metadata.cart" }'],
    ['{{- lead.course_id -}}', '{ "entry": "lead.course_id" }'],
    ['A{{', '{ "entry": "metadata.cart" }'],
  ])('is not written as a template: %s', (text, form) => {
    const [problem, ...more] = found(until(byActivity, text));
    expect(more).toEqual([]);
    expect(problem).toMatchObject({
      code: 'template_in_rule',
      severity: 'blocks',
      pointer: '/nodes/1/config/where',
    });
    expect(problem!.message).toContain(form);
  });

  it.each(['exit_when', 'goal'])('nor in %s, or deeper', (name) => {
    const counted = { field: 'activity', activity_type: 'a', operator: 'never', where: where('{{ cart }}') };
    const rules = { operator: 'AND', conditions: [{ operator: 'NOT', conditions: [counted] }] };
    const [problem] = found(until(byActivity, 'A'), { [name]: { rules } } as DraftSettings);
    expect(problem).toMatchObject({ code: 'template_in_rule', pointer: `/settings/${name}/rules` });
  });

  it.each([
    ['an activity', byActivity, []],
    ['a list that is entered', { id: 'start', type: 'smart_list_entered', config: {} }, []],
    ['a person by hand', byHand, ['no_activity']],
    ['the clock', byClock, ['no_activity']],
    ['a monitor over leads', overLeads, ['no_activity']],
  ])('of an activity exists where %s starts it', (_by, start, codes) => {
    expect(found(until(start, { entry: 'metadata.cart' })).map(({ code }) => code)).toEqual(codes);
  });

  it.each([
    ['an activity', byActivity, []],
    ['a person by hand', byHand, []],
    ['the clock', byClock, ['no_lead']],
    ['a monitor over leads', overLeads, []],
    ['a monitor over people', { ...overLeads, config: { over: 'people' } }, ['no_lead']],
  ])('of a lead may exist where %s starts it', (_by, start, codes) => {
    expect(found(until(start, { entry: 'lead.external_id' })).map(({ code }) => code)).toEqual(codes);
  });
});
