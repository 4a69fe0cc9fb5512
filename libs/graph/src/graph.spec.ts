import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { graph, withinDepth, type Graph } from './model/graph.js';
import { layout, cardSizes } from './reading/layout.js';
import { timelessLoop } from './reading/loops.js';
import { askedSteps } from './reading/step-names.js';
import { sentenceOf } from './reading/readable.js';
import { recipes } from './editing/recipes.js';
import { restore } from './editing/restore.js';
import { outline, toEnglish } from './reading/to-english.js';
import { validate } from './checks/validate.js';
import { successor } from './reading/walk.js';

const rules = { operator: 'AND', conditions: [{ field: 'tags', operator: 'contains', value: 'vip' }] };
const g = (nodes: Graph['nodes'], ...edges: [string, string, string][]): Graph => ({
  schema: 1,
  nodes,
  edges: edges.map(([source, port, target]) => ({ source, port, target })),
});
const start = { id: 'start', type: 'activity_received', config: { activity_type: 'checkout.abandoned' } };
const end = { id: 'end', type: 'exit', config: {} };
const wait = { id: 'w', type: 'wait', config: { for: { n: 1, unit: 'days' } } };
const tag = { id: 't', type: 'update_contact', config: { add_tags: ['x'] } };
const codes = (drawn: Graph, ...rest: [Parameters<typeof validate>[1]?, Parameters<typeof validate>[2]?]) =>
  validate(drawn, ...rest).map(({ code }) => code);

describe('the stored shape', () => {
  it('fills in what may be left out, and keeps notes, sections and layout', () => {
    const stored = graph.parse({
      nodes: [start, { ...end, note: 'why' }],
      edges: [{ source: 'start', target: 'end' }],
      notes: [{ id: 'n1', text: 'hello' }],
      sections: [{ id: 's', title: 'Second half', node_ids: ['end'] }],
      layout: 'free',
    });
    expect(stored).toMatchObject({ schema: 1, layout: 'free', edges: [{ port: 'next' }], notes: [{ text: 'hello' }] });
    expect(restore(JSON.parse(JSON.stringify(stored)))).toEqual(stored);
  });

  it.each([
    ['an id with a space', { nodes: [{ ...end, id: 'a b' }], edges: [] }, 'nodes.0.id'],
    ['an id of 41 characters', { nodes: [{ ...end, id: 'a'.repeat(41) }], edges: [] }, 'nodes.0.id'],
    ['an id twice', { nodes: [end, end], edges: [] }, 'nodes.1.id'],
    ['an unknown key', { nodes: [{ ...end, color: 'red' }], edges: [] }, 'nodes.0'],
    [
      'two edges from one way out',
      {
        nodes: [start, end, tag],
        edges: [
          { source: 'start', target: 'end' },
          { source: 'start', target: 't' },
        ],
      },
      'edges.1',
    ],
    ['401 steps', { nodes: Array.from({ length: 401 }, (_, at) => ({ ...end, id: `e${at}` })), edges: [] }, 'nodes'],
    ['more than 1 MB', { nodes: [{ ...end, config: { reason: 'x'.repeat(1_048_577) } }], edges: [] }, ''],
  ])('refuses %s and says where', (_, value, path) => {
    const parsed = graph.safeParse(value);
    expect(parsed.success).toBe(false);
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });

  it('refuses a config nested 100,000 deep without falling over', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(withinDepth(deep, 30)).toBe(false);
    expect(graph.safeParse({ nodes: [{ ...end, config: { deep } }], edges: [] }).success).toBe(false);
  });
});

describe('validate', () => {
  it('finds nothing wrong with a finished drawing', () => {
    expect(validate(g([start, tag, end], ['start', 'next', 't'], ['t', 'next', 'end']))).toEqual([]);
  });

  it('finds blank mails, and nothing else, in the recipes', () => {
    for (const recipe of recipes)
      for (const problem of validate(recipe.graph, recipe.settings))
        expect(problem).toMatchObject({
          code: 'unfinished',
          pointer: expect.stringMatching(/config\/(subject|html)$/),
        });
  });

  it.each<[string, Graph, string]>([
    ['no start', g([end]), 'no_entry'],
    ['two starts', g([start, { ...start, id: 'other' }]), 'several_entries'],
    ['an edge to nowhere', g([start], ['start', 'next', 'ghost']), 'edge_to_nowhere'],
    ['an edge from nowhere', g([start, end], ['start', 'next', 'end'], ['ghost', 'next', 'end']), 'edge_from_nowhere'],
    ['a way out that is not there', g([start, end], ['start', 'yes', 'end']), 'unknown_port'],
    ['a step nobody reaches', g([start, end]), 'unreachable'],
    ['a path back to the start', g([start, wait], ['start', 'next', 'w'], ['w', 'next', 'start']), 'edge_into_entry'],
    [
      'a type of step from elsewhere',
      g([start, { id: 'x', type: 'teleport', config: {} }], ['start', 'next', 'x']),
      'unknown_type',
    ],
    ['an unfinished step', g([start, { ...wait, config: {} }], ['start', 'next', 'w']), 'unfinished'],
    [
      'a loop without a wait',
      g(
        [start, { id: 'f', type: 'filter', config: { rules } }, tag],
        ['start', 'next', 'f'],
        ['f', 'yes', 't'],
        ['t', 'next', 'f'],
      ),
      'loop_without_wait',
    ],
    [
      'system mail with an unsubscribe link',
      g(
        [
          start,
          {
            id: 'm',
            type: 'send_email',
            config: { subject: 'a', html: '{{ links.unsubscribe }}', stream: 'transactional' },
          },
        ],
        ['start', 'next', 'm'],
      ),
      'marketing_on_transactional',
    ],
    [
      'a rule about a step that is gone',
      g(
        [
          start,
          {
            id: 'f',
            type: 'filter',
            config: { rules: { operator: 'AND', conditions: [{ field: 'step', operator: 'sent', node_id: 'gone' }] } },
          },
        ],
        ['start', 'next', 'f'],
      ),
      'unknown_step',
    ],
  ])('stops %s', (_, drawn, code) => {
    const problem = validate(drawn).find((found) => found.code === code);
    expect(problem).toMatchObject({ severity: 'blocks', pointer: expect.stringMatching(/^\//) });
  });

  it('allows a loop through a wait', () => {
    const drawn = g([start, wait, tag], ['start', 'next', 'w'], ['w', 'next', 't'], ['t', 'next', 'w']);
    expect(validate(drawn)).toEqual([]);
  });

  it('mentions a loop through a wait that may be over at once', () => {
    const until = { id: 'u', type: 'wait_until', config: { rules, timeout: { n: 1, unit: 'days' } } };
    const drawn = g([start, until, tag], ['start', 'next', 'u'], ['u', 'happened', 't'], ['t', 'next', 'u']);
    expect(validate(drawn)).toMatchObject([{ code: 'loop_may_not_wait', severity: 'look' }]);
  });

  it('stops an automation that would start itself, and only mentions it where everyone enters once', () => {
    const drawn = g(
      [start, { id: 'r', type: 'record_activity', config: { activity_type: 'checkout.abandoned' } }],
      ['start', 'next', 'r'],
    );
    expect(validate(drawn, { entry: { limit: { every: { n: 1, unit: 'hours' } } } })).toMatchObject([
      { code: 'feeds_itself', severity: 'blocks' },
    ]);
    expect(validate(drawn)).toMatchObject([{ code: 'feeds_itself', severity: 'look' }]);
  });

  it('mentions people coming again and again, and activities never seen', () => {
    const drawn = g([start, end], ['start', 'next', 'end']);
    expect(validate(drawn, { entry: { limit: 'always' } })).toMatchObject([
      { code: 'no_entry_limit', severity: 'look' },
    ]);
    expect(validate(drawn, {}, { activity_types: new Set() })).toMatchObject([
      { code: 'unknown_activity_type', severity: 'look' },
    ]);
  });

  it('asks the surroundings about senders and templates', () => {
    const mail = { id: 'm', type: 'send_email', config: { subject: 'Hi {{', html: 'x', stream: 'broadcast' } };
    const drawn = g([start, mail], ['start', 'next', 'm']);
    const world = {
      senders: { broadcast: false, transactional: true },
      checkTemplate: (text: string) => (text.includes('{{') ? 'Line 1: a {{ is not closed.' : undefined),
    };
    expect(codes(drawn, {}, world)).toEqual(['no_sender', 'template']);
    expect(codes(drawn)).toEqual([]);
  });

  it('stops settings that are unfinished', () => {
    expect(validate(g([start, end], ['start', 'next', 'end']), { exit_when: {} })).toMatchObject([
      { code: 'unfinished_settings', pointer: '/settings/exit_when' },
    ]);
  });
});

describe('a drawing in words', () => {
  it('says what lists, automations and its own mails are called, where that is known', () => {
    const friends = '00000000-0000-7000-8000-000000000001';
    const asks = { operator: 'AND', conditions: [{ field: 'step', node_id: 'm', operator: 'clicked' }] };
    const inside = { operator: 'AND', conditions: [{ field: 'smart_list', operator: 'in', value: [friends] }] };
    const drawn = g(
      [
        start,
        { id: 'm', type: 'send_email', config: { subject: 'Hello {{ contact.first_name }}', stream: 'broadcast' } },
        { id: 'f', type: 'filter', config: { rules: asks } },
        {
          id: 's',
          type: 'update_list',
          config: { smart_list_id: friends, action: 'add' },
        },
      ],
      ['start', 'next', 'm'],
      ['m', 'next', 'f'],
      ['f', 'yes', 's'],
    );
    const lines = (names?: Map<string, string>) => toEnglish(drawn, names).split('\n');
    expect(lines()[2]).toBe('Only if they clicked a link in the mail “Hello [first name]”');
    expect(lines()[3]).toContain('Add them to the chosen list');
    expect(lines(new Map([[friends, 'Friends']]))[3]).toContain('Add them to “Friends”');
    expect(sentenceOf({ type: 'filter', config: { rules: inside } }, new Map([[friends, 'Friends']]))).toBe(
      'Only if they are in the smart list “Friends”',
    );
    expect(askedSteps(drawn.nodes[2]!)).toEqual(['m']);
  });
});

describe('any drawing at all', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const anyGraph = fc
    .record({
      nodes: fc.uniqueArray(
        fc.record({
          id,
          type: fc.constantFrom('activity_received', 'filter', 'wait', 'wait_until', 'send_email', 'exit', 'unknown'),
          config: fc.constantFrom({}, { rules }, wait.config, { rules, timeout: wait.config.for }),
        }),
        { selector: (node) => node.id },
      ),
      edges: fc.uniqueArray(
        fc.record({ source: id, port: fc.constantFrom('next', 'yes', 'no', 'happened', 'timed_out'), target: id }),
        { selector: (edge) => `${edge.source}:${edge.port}` },
      ),
    })
    .map((drawn): Graph => ({ schema: 1, ...drawn }));

  it('can be checked, laid out, listed and read', () => {
    fc.assert(
      fc.property(anyGraph, (drawn) => {
        validate(drawn);
        const places = layout(drawn);
        expect(places.size).toBe(drawn.nodes.length);
        const taken = [...places.values()];
        for (const [at, one] of taken.entries())
          for (const other of taken.slice(at + 1))
            expect(Math.abs(one.x - other.x) >= cardSizes.width || Math.abs(one.y - other.y) >= cardSizes.height).toBe(
              true,
            );
        expect(outline(drawn).filter((item) => !item.again)).toHaveLength(drawn.nodes.length);
        expect(toEnglish(drawn)).not.toContain('undefined');
      }),
      { numRuns: 300 },
    );
  });

  it('has a timeless loop exactly where stepping without time comes back', () => {
    fc.assert(
      fc.property(anyGraph, (drawn) => {
        const loop = timelessLoop(drawn);
        loop?.forEach((from, at) => {
          const to = loop[(at + 1) % loop.length];
          expect(drawn.edges.some((edge) => edge.source === from && edge.target === to)).toBe(true);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('walks a chain of 400 steps', () => {
    const nodes = Array.from({ length: 400 }, (_, at) => (at === 0 ? start : { ...tag, id: `t${at}` }));
    const drawn = g(
      nodes,
      ...nodes.slice(1).map((node, at): [string, string, string] => [nodes[at]?.id ?? '', 'next', node.id]),
    );
    expect(validate(drawn)).toEqual([]);
    expect(layout(drawn).get('t399')?.y).toBe(399 * (cardSizes.height + cardSizes.gapY));
    expect(successor(drawn, 't1', 'next')?.id).toBe('t2');
    expect(successor(drawn, 't399', 'next')).toBeUndefined();
  });
});
