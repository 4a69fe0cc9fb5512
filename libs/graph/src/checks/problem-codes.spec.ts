import { describe, expect, it } from '@jest/globals';
import type { Graph } from '../model/graph.js';
import type { Problem } from '../model/node.js';
import { drawingProblemCodes, drawingProblems, problemSource } from '../model/problem-codes.js';
import type { Surroundings } from '../model/surroundings.js';
import { validate } from './validate.js';

const id = (n: number) => `00000000-0000-7000-8000-00000000000${n}`;

/** Wrong in everything that only the world can tell. */
const drawing: Graph = {
  schema: 1,
  nodes: [
    { id: 'start', type: 'schedule', config: { cron: '99 * * * *', smart_list_id: id(1) } },
    { id: 'mail', type: 'send_email', config: { stream: 'broadcast', template_id: id(2) } },
    { id: 'system', type: 'send_email', config: { stream: 'transactional', template_id: id(8) } },
    {
      id: 'own',
      type: 'send_email',
      config: { stream: 'broadcast', subject: '{{ x', html: '<a href="http://localhost/x">x</a>' },
    },
    { id: 'list', type: 'update_list', config: { smart_list_id: id(1), action: 'add' } },
    { id: 'team', type: 'notify_team', config: { to: 'ann@example.com', subject: 'Hi', text: 'Hi' } },
    { id: 'self', type: 'enter_automation', config: { automation_id: id(3) } },
    { id: 'gone', type: 'enter_automation', config: { automation_id: id(4) } },
    { id: 'back', type: 'enter_automation', config: { automation_id: id(5) } },
    { id: 'asleep', type: 'enter_automation', config: { automation_id: id(6) } },
    { id: 'until', type: 'wait_until', config: { activity_type: 'never.seen', timeout: { n: 1, unit: 'days' } } },
  ],
  edges: [],
};
const monitor: Graph = {
  schema: 1,
  nodes: [
    {
      id: 'start',
      type: 'monitor',
      config: {
        over: 'leads',
        lead: {
          older_than: { n: 1, unit: 'hours' },
          within: { n: 1, unit: 'days' },
          enrolled: false,
          course_id: id(7),
        },
        every: { n: 1, unit: 'minutes' },
      },
    },
  ],
  edges: [],
};

const world: Surroundings = {
  automation_id: id(3),
  activity_types: new Set(),
  template_ids: new Set([id(8)]),
  unapproved_template_ids: new Set([id(8)]),
  course_ids: new Set(),
  lists: new Map([[id(1), 'rules']]),
  automations: new Map([
    [id(5), { name: 'Back', live: true, leads_back: true }],
    [id(6), { name: 'Asleep', live: false, leads_back: false }],
  ]),
  staff: new Set(),
  senders: { broadcast: false, transactional: false },
  delivery: {
    ...{ postal_address: false, links_point_here: true, stopped: true, refused: true },
    ...{ stream_unreadable: true, no_reports: true },
  },
  real_mail: true,
  checkCron: () => 'No.',
  checkTemplate: (text) => (text.includes('{{ x') ? 'Not closed.' : undefined),
};

/** Found where the database is asked, or where the mail is rendered. */
const askedElsewhere = new Set([
  'circle_through_others',
  'unknown_smart_list',
  'unknown_topic',
  'adds_footer',
  'system_mail_not_approved',
]);

const codes = (problems: readonly Problem[]) => new Set(problems.map(({ code }) => code));

describe('the problems of a drawing', () => {
  it('without a world are those of the drawing alone', () => {
    const found = [...codes(validate(drawing)), ...codes(validate(monitor))];
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((code) => problemSource(code) !== 'drawing')).toEqual([]);
  });

  it('with a world has every one that is listed as the world’s, but for those that libs above find', () => {
    const alone = new Set([...codes(validate(drawing)), ...codes(validate(monitor))]);
    const found = new Set([...codes(validate(drawing, {}, world)), ...codes(validate(monitor, {}, world))]);
    const more = [...found].filter((code) => !alone.has(code)).sort();
    const listed = drawingProblemCodes.filter((code) => problemSource(code) === 'world');
    expect(more).toEqual(listed.filter((code) => !askedElsewhere.has(code)).sort());
  });

  it('calls what it does not know the server’s, because a newer one may find more', () => {
    expect(problemSource('constructor')).toBe('world');
  });

  it('say in a sentence what they mean', () => {
    const unclear = Object.values(drawingProblems).filter(({ means }) => !/^[A-Z].*\.$/.test(means));
    expect(unclear).toEqual([]);
  });
});
