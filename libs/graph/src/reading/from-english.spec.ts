import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomRules } from '#testing';
import { graphRulesSchema, thingsOf, typeKey, whereSchema, type Thing } from '#rules';
import { applyAll } from '../editing/operations.js';
import { typedRefusal, typedSteps } from '../editing/typed-steps.js';
import { usualExperiment } from '../model/experiment.js';
import { emptyGraph, type Graph } from '../model/graph.js';
import { nodes, nodeTypes, type NodeType } from '../nodes/index.js';
import { durationUnits } from '../times/duration.js';
import { dayNames } from '../words/hear-times.js';
import { stepFromEnglish, stepsFromEnglish } from './from-english.js';
import { toEnglish } from './to-english.js';
import { sentenceOf, wholeSentenceOf } from './readable.js';

const uuid = (n: string) => `00000000-0000-7000-8000-0000000000${n}`;
const all: Thing[] = [
  { kind: 'list', id: uuid('a1'), name: 'Regulars' },
  { kind: 'list', id: uuid('a2'), name: 'Reads, then writes' },
  { kind: 'list', id: uuid('b1'), name: 'Nested' },
  { kind: 'course', id: uuid('c1'), name: 'Plants' },
  { kind: 'course', id: uuid('c2'), name: 'Trees or shrubs' },
  { kind: 'automation', id: uuid('d1'), name: 'Welcome' },
  { kind: 'template', id: uuid('e1'), name: 'Questions?' },
  { kind: 'activity', id: 'course.enrolled', name: 'Enrolled in a course' },
];
const things = thingsOf(all);
const names = new Map(all.map(({ kind, id, name }) => [kind === 'activity' ? typeKey(id) : id, name]));
const idOf = (kind: Thing['kind']) => fc.constantFrom(...all.filter((one) => one.kind === kind).map(({ id }) => id));

const now = Date.parse('2026-11-22T12:00:00Z');
const rules = randomRules(now, 'person', 1).filter((each) => graphRulesSchema.safeParse(each).success);
const where = randomRules(now, 'where', 1).filter((each) => whereSchema.safeParse(each).success);
const span = fc.record({ n: fc.integer({ min: 1, max: 200 }), unit: fc.constantFrom(...durationUnits) });
const offset = fc.record({
  n: fc.integer({ min: -9, max: 9 }).filter((n) => n !== 0),
  unit: fc.constantFrom(...durationUnits),
});
const time = fc.constantFrom('09:00', '00:05', '23:59');
const type = fc.constantFrom('checkout.abandoned', 'page_view', 'course.enrolled', 'happens');
const dateField = fc.constantFrom(
  'created_at',
  'last_activity',
  'attributes.birthday',
  'attributes.trial_ends_at',
  'attributes.starts_on',
  'attributes._odd__name',
  'attributes.then',
);
const zone = fc.constantFrom(
  'contact',
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Argentina/Buenos_Aires',
  '+05:30',
);
const text = fc.constantFrom(
  'Questions?',
  'You left something behind',
  'a',
  'Hi “you”, then “me”',
  '5%',
  'Really; or not: “if so”',
  `${'long '.repeat(40)}end`,
  'It’s time',
  "it's",
);
const label = fc.constantFrom('VIP', 'New', 'a b', 'Second, third', 'x or y', '10%');
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const config = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .record(Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, optional(value)])))
    .map((made) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)));

/** Any config of a type as a draft may hold it: whole, unfinished, with long texts. */
const configs: Record<NodeType, fc.Arbitrary<Record<string, unknown>>> = {
  activity_received: config({ activity_type: type, where, rules }),
  smart_list_entered: config({ smart_list_id: idOf('list') }),
  smart_list_left: config({ smart_list_id: idOf('list') }),
  monitor: fc.oneof(
    config({ rules, lead: fc.record({ older_than: span, within: span, enrolled: fc.constant(false) }) }).map(
      (made) => ({ ...made, over: 'leads' }),
    ),
    config({ rules }).map((made) => ({ ...made, over: 'people' })),
  ),
  schedule: config({
    smart_list_id: idOf('list'),
    cron: fc.constantFrom('0 9 * * 1', '30 18 * * *', '0 7 * * 1-5', '0 9 3 * *', '0 9 * * 1,4,0', '*/15 8-18 * * 1-5'),
    timezone: fc.constantFrom('Europe/Berlin', 'UTC'),
  }),
  date_reached: config({
    date_field: dateField,
    offset,
    time,
    timezone: zone,
    repeat: fc.constantFrom('once', 'yearly'),
  }),
  manual: config({}),
  filter: config({ rules }),
  switch: fc.record({
    cases: fc.array(
      config({ label, rules }).map((made) => ({ id: 'x', ...made })),
      { maxLength: 6 },
    ),
  }),
  random_split: config({
    experiment: fc
      .record({
        goal: fc.constantFrom('enrollments', 'money'),
        within_days: fc.integer({ min: 1, max: 90 }),
        hold_out: fc.constantFrom('x0', 'x1'),
      })
      .map((made) => ({ ...usualExperiment, ...made })),
    branches: fc
      .array(config({ label, percent: fc.constantFrom(50, 33.33, 5) }), { maxLength: 4 })
      .map((list) => list.map((made, at) => ({ id: `x${at}`, ...made }))),
  }),
  wait: config({ for: span }),
  wait_until: fc.oneof(config({ activity_type: type, where, timeout: span }), config({ rules, timeout: span })),
  wait_for_time: fc.oneof(
    config({ date_field: dateField, offset, time, timezone: zone }),
    config({ time, days: fc.uniqueArray(fc.integer({ min: 1, max: dayNames.length })), timezone: zone }),
  ),
  send_email: config({
    subject: text,
    template_id: idOf('template'),
    stream: fc.constantFrom('broadcast', 'transactional'),
  }),
  update_contact: config({
    add_tags: fc.array(fc.constantFrom('vip', 'a, b', 'and'), { maxLength: 3 }),
    remove_tags: fc.array(fc.constantFrom('abandoned', 'remove the tag'), { maxLength: 2 }),
    set: fc.dictionary(
      fc.constantFrom(
        'first_name',
        'country',
        'attributes.plan',
        'attributes.country',
        'attributes.to',
        'attributes.n_1',
      ),
      fc.constantFrom('pro', 'and', 5, -1.5, true, false, null, ''),
    ),
  }),
  update_list: config({ smart_list_id: idOf('list'), action: fc.constantFrom('add', 'remove') }),
  record_activity: config({ activity_type: type }),
  webhook: config({
    url: fc.constantFrom('https://example.com/hook?a=1', 'https://example.com:8443', 'http://a.example/x'),
  }),
  notify_team: config({ to: fc.constantFrom('ada@example.com', 'a+b@x.example'), subject: text }),
  enter_automation: config({ automation_id: idOf('automation') }),
  exit: config({ reason: fc.constantFrom('enrolled', 'never mind: too late, then gone', 'End') }),
};

describe('steps that are typed', () => {
  it.each(nodeTypes)('%s: every sentence that it says can be typed back', (nodeType) => {
    fc.assert(
      fc.property(configs[nodeType], (made) => {
        const said = wholeSentenceOf({ type: nodeType, config: made }, names);
        const typed = stepFromEnglish(said, things);
        expect([said, typed?.type, typed && wholeSentenceOf(typed, names)]).toEqual([said, nodeType, said]);
        // Typed again it is the same step.
        expect(stepFromEnglish(said, things)).toEqual(typed);
        expect(stepsFromEnglish(said, things).marks).toEqual([]);
      }),
      { numRuns: 60, seed: 20_261_130 },
    );
  });

  it.each([
    ['wait', { for: { n: 2, unit: 'days' } }],
    ['filter', { rules: { operator: 'AND', conditions: [{ field: 'lead', operator: 'not_enrolled' }] } }],
    ['send_email', { subject: 'Questions', stream: 'transactional' }],
    ['send_email', { template_id: uuid('e1'), stream: 'broadcast' }],
    ['update_contact', { add_tags: ['a', 'b'], set: { country: 'DE', 'attributes.plan': 'pro' } }],
    ['update_list', { smart_list_id: uuid('a2'), action: 'remove' }],
    ['wait_until', { activity_type: 'course.enrolled', timeout: { n: 3, unit: 'hours' } }],
    ['wait_for_time', { time: '09:00', days: [1, 2, 3], timezone: 'Europe/Berlin' }],
    [
      'date_reached',
      {
        date_field: 'attributes.birthday',
        offset: { n: -3, unit: 'days' },
        repeat: 'yearly',
        time: '08:00',
        timezone: 'contact',
      },
    ],
    ['schedule', { smart_list_id: uuid('a1'), cron: '0 9 * * 1', timezone: 'UTC' }],
    [
      'random_split',
      {
        branches: [
          { id: 'a', percent: 20, label: 'Some' },
          { id: 'b', percent: 80 },
        ],
      },
    ],
    ['exit', { reason: 'enrolled' }],
  ] as const)('%s: it is that very step, with everything the sentence says', (nodeType, made) => {
    expect(stepFromEnglish(sentenceOf({ type: nodeType, config: made }, names), things)).toEqual({
      type: nodeType,
      config: made,
    });
  });

  it('follow each other, with “if”, “otherwise” and what a way out is called', () => {
    const said = (typed: string) => {
      const found = stepsFromEnglish(typed, things);
      const graph: Graph = { ...emptyGraph(), nodes: found.nodes, edges: found.edges };
      return [
        ...toEnglish(graph, names).split('\n'),
        found.marks.map(({ from, to }) => typed.slice(from, to)).join('|'),
      ];
    };
    expect(said('wait 2 days, then if not enrolled send ‘Questions’')).toEqual([
      'Wait 2 days',
      'Only if their lead is not enrolled',
      '  if so: Send “Questions”',
      '',
    ]);
    expect(said('Split people at random: 50% / 50%; send "A", otherwise wait a week. Send "B"')).toEqual([
      'Split people at random: 50% / 50%',
      '  50%: Send “A”',
      '  50%: Wait 1 week',
      '  Send “B”',
      '',
    ]);
    expect(said('wait until enrolled, at most 3 days, if the time runs out send "Still here", then end')).toEqual([
      'Wait until their lead is enrolled, at most 3 days',
      '  if the time runs out: Send “Still here”',
      '  End',
      '',
    ]);
    expect(
      said('wait 2 days or until they enrol, then if they enrolled end: enrolled, otherwise send "Questions"'),
    ).toEqual([
      'Wait until their lead is enrolled, at most 2 days',
      '  as soon as it holds: Only if their lead is enrolled',
      '    if so: End: enrolled',
      '    everyone else: Send “Questions”',
      '  if the time runs out: on to “Only if their lead is enrolled”',
      '',
    ]);
    expect(said('wait 2 days, then sned "x", then end')).toEqual(['Wait 2 days', 'End', 'sned "x", ']);
  });

  it('say how a text could go on', () => {
    const completions = (typed: string) => stepsFromEnglish(typed, things).completions;
    expect(completions('wa')).toEqual(expect.arrayContaining(['Wait', 'Wait until']));
    expect(completions('wait 2')).toContain('wait 2 days');
    expect(completions('add them to “re')).toEqual(['add them to “Regulars”', 'add them to “Reads, then writes”']);
    expect(completions('wait 2 days, then s')).toEqual(expect.arrayContaining(['wait 2 days, then Send']));
    expect(completions('wait 2 days then ')).toEqual(expect.arrayContaining(['wait 2 days then Send']));
  });

  it('go between two steps: what followed follows every way that was left open', () => {
    const graph: Graph = {
      ...emptyGraph(),
      nodes: [
        { id: 's', type: 'manual', config: {} },
        { id: 'e', type: 'exit', config: {} },
      ],
      edges: [{ source: 's', port: 'next', target: 'e' }],
    };
    const place = { source: 's', port: 'next' };
    let made = 0;
    const typed = stepsFromEnglish('wait 2 days, then if not enrolled send "Questions?"', things);
    expect(typedRefusal(graph, typed, place)).toBeUndefined();
    const { operations, ids } = typedSteps(graph, typed, place, () => `n${(made += 1)}`);
    const { document } = applyAll({ name: '', graph, settings: {} }, operations);
    expect(ids).toEqual(['n1', 'n2', 'n3']);
    expect(document.graph.edges).toEqual(
      expect.arrayContaining([
        { source: 's', port: 'next', target: 'n1' },
        { source: 'n1', port: 'next', target: 'n2' },
        { source: 'n2', port: 'yes', target: 'n3' },
        { source: 'n3', port: 'next', target: 'e' },
        { source: 'n2', port: 'no', target: 'e' },
      ]),
    );
    expect(typedRefusal(graph, stepsFromEnglish('end', things), place)).toMatch(/Other steps follow/);
    expect(typedRefusal(graph, stepsFromEnglish('When page_view happens', things), undefined)).toMatch(
      /already has a start/,
    );
  });

  it('take at most 120 keys for the reference drawing, its mails by name', () => {
    const mails = ['You left something behind', 'Questions?'];
    const known = thingsOf(mails.map((name, at): Thing => ({ kind: 'template', id: uuid(`f${at}`), name })));
    const drawing =
      'when a lead is 30 minutes old and has not enrolled, within 24 hours; send “You left something behind”; ' +
      'wait 2 days or until they enrolled; if they enrolled end: enrolled; otherwise send “Questions?”';
    const lower = drawing.toLowerCase();
    // Fewest keys to each beginning of the text: a letter, or so many arrows and Enter for what is offered.
    const fewest = new Map([[0, 1]]);
    for (let at = 0; at < drawing.length; at += 1) {
      const here = fewest.get(at);
      if (here === undefined) continue;
      const put = (end: number, keys: number) => {
        if (keys < (fewest.get(end) ?? Infinity)) fewest.set(end, keys);
      };
      put(at + 1, here + 1);
      const { completions, marks, nodes: read } = stepsFromEnglish(drawing.slice(0, at), known);
      const before = marks.length === 0 && read.length > 0 ? 1 : 0;
      for (const [down, text] of [...new Set(completions)].slice(0, 8).entries()) {
        // The palette puts a space behind what it completes; a sign takes its place with one key more.
        if (lower.startsWith(`${text} `.toLowerCase())) put(text.length + 1, here + before + down + 1);
        else if (lower.startsWith(text.toLowerCase())) put(text.length, here + before + down + 2);
      }
    }
    const found = stepsFromEnglish(drawing, known);
    expect(found.marks).toEqual([]);
    const types = ['monitor', 'send_email', 'wait_until', 'filter', 'exit', 'send_email'];
    expect(found.nodes.map(({ type }) => type)).toEqual(types);
    expect((fewest.get(drawing.length) ?? Infinity) + 1).toBeLessThanOrEqual(120);
  });

  it('has words for every type of step', () => {
    for (const type of nodeTypes) expect(nodes[type].hears).toEqual(expect.any(Function));
  });
});
