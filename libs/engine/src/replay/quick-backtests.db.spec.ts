import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DraftSettings, Graph, GraphNode } from '#graph';
import { createLog, newId } from '#platform';
import { drawn } from './backtests.js';
import { FROM, TO, World, type Lived } from './lived-world.fixture.js';
import { QuickBacktests, type QuickBacktest } from './quick-backtests.js';
import { dice, oneOf, type Dice } from './random-drawing.fixture.js';
import { replay } from './replay.js';
import type { BacktestResult } from './tally.js';

const DRAWINGS = 30;
const EDITS = 6;
const window = { from: FROM, to: TO };
const log = createLog('silent', 'test');

/** One edit as somebody at the canvas makes it; the start stays. */
function edited(roll: Dice, graph: Graph, donors: readonly GraphNode[]): Graph {
  const [start, ...steps] = graph.nodes;
  const { edges } = graph;
  const some = <T>(list: readonly T[]) => oneOf(roll, ...list);
  if (steps.length === 0 || edges.length === 0) return graph;
  const [step, edge, donor] = [some(steps), some(edges), some(donors)];
  const other = (nodes: GraphNode[]): Graph => ({ ...graph, nodes: [start!, ...nodes] });
  switch (Math.floor(roll() * 6)) {
    case 0:
      return other(steps.map((each) => (each === step ? { ...donor, id: each.id } : each)));
    case 1:
      return {
        ...other(steps.filter((each) => each !== step)),
        edges: edges.filter(({ target }) => target !== step.id),
      };
    case 2:
      return { ...graph, edges: edges.filter((each) => each !== edge) };
    case 3:
      return other(steps.map((each) => (each === step ? { ...each, config: {} } : each)));
    case 4: {
      const id = `new${graph.nodes.length}`;
      const on = { ...edge, target: id };
      const off = { source: id, port: 'next', target: edge.target };
      const wait = { id, type: 'wait', config: { for: { n: 2, unit: 'hours' } } };
      return { ...other([...steps, wait]), edges: [...edges.filter((each) => each !== edge), on, off] };
    }
    default:
      return { ...graph, nodes: graph.nodes.map((each) => ({ ...each, note: 'Seen' })) };
  }
}

/** The figures that both have. */
const figures = ({ entered, people, messages, nodes }: QuickBacktest | BacktestResult) => ({
  entered,
  people,
  messages,
  nodes: Object.fromEntries(
    Object.entries(nodes).map(([id, node]) => [id, { entered: node.entered, ports: node.ports }]),
  ),
});

describe('what a draft would have done, said while one draws', () => {
  let world: World;
  let lived: Lived[];

  beforeAll(async () => {
    world = await World.begin();
    const roll = dice(41);
    lived = await world.draw(roll, DRAWINGS);
    await world.live(roll, lived);
  }, 300_000);
  afterAll(() => world.end());

  it('is what the backtest of the same drawing says, after any edit', async () => {
    const { database } = world.db;
    const quick = new QuickBacktests(database, log);
    const roll = dice(42);
    const donors = lived.flatMap(({ drawing }) => drawing.graph.nodes.slice(1));
    let runs = 0;
    for (const { id, drawing } of lived) {
      let { graph } = drawing;
      let settings: DraftSettings = drawing.settings;
      for (let edit = 0; edit < EDITS; edit += 1) {
        const answer = await quick.ask(id, { window, graph, settings });
        const full = await replay(database, drawn(id, 'Test', graph, settings), window, log);
        expect({ graph, settings, ...figures(answer) }).toEqual({ graph, settings, ...figures(full) });
        expect(answer).toMatchObject({ more: false, looked_at: answer.in_scope });
        runs += full.entered;
        graph = edited(roll, graph, donors);
        if (roll() < 0.15) settings = { ...settings, goal: undefined };
      }
    }
    expect(runs).toBeGreaterThan(DRAWINGS * EDITS);
  }, 300_000);

  it('looks at no more people than it may, goes on where it stopped, and after an edit only at whom it concerns', async () => {
    const quick = new QuickBacktests(world.db.database, log);
    const id = lived[0]!.id;
    const step = (config: object): Graph =>
      ({
        schema: 1,
        nodes: [
          { id: 's', type: 'activity_received', config: { activity_type: 'a.one' } },
          {
            id: 'a',
            type: 'filter',
            config: { rules: { operator: 'AND', conditions: [{ field: 'type', operator: 'eq', value: 'robot' }] } },
          },
          { id: 'w', type: 'wait', config },
        ],
        edges: [
          { source: 's', port: 'next', target: 'a' },
          { source: 'a', port: 'yes', target: 'w' },
        ],
      }) as Graph;
    const ask = (graph: Graph) => quick.ask(id, { window, graph, settings: {} });
    const short = step({ for: { n: 1, unit: 'hours' } });
    // So little time that each answer is about one group.
    quick.limits = { people: 30, milliseconds: 0 };
    const first = await ask(short);
    expect(first).toMatchObject({ looked_at: 10, more: true });
    expect(first.in_scope).toBeGreaterThan(30);
    expect(await ask(short)).toMatchObject({ looked_at: 20, more: true });
    expect(await ask(short)).toMatchObject({ looked_at: 30, more: false });
    // Nobody comes to the wait, so nobody is looked at again; everybody comes to the question before it.
    expect(await ask(step({ for: { n: 5, unit: 'hours' } }))).toMatchObject({ looked_at: 30, more: false });
    const other = structuredClone(short);
    other.nodes[1] = { id: 'a', type: 'wait', config: { for: { n: 1, unit: 'hours' } } };
    expect(await ask(other)).toMatchObject({ looked_at: 10, more: true });
    // At once, the earlier question gives way to the later one, and both are answered.
    const [early, late] = await Promise.all([ask(short), ask(other)]);
    expect([early.in_scope, late.in_scope]).toEqual([first.in_scope, first.in_scope]);
  });

  it('says what it rests on, and nothing without a start', async () => {
    const quick = new QuickBacktests(world.db.database, log);
    const id = lived[0]!.id;
    const graph: Graph = {
      schema: 1,
      nodes: [
        { id: 's', type: 'activity_received', config: { activity_type: 'a.one' } },
        { id: 'm', type: 'send_email', config: { subject: 'S', html: '<p>H</p>', stream: 'transactional' } },
        { id: 'c', type: 'wait_until', config: { activity_type: 'email.clicked', timeout: { n: 1, unit: 'hours' } } },
        { id: 'f', type: 'filter', config: {} },
      ],
      edges: [
        { source: 's', port: 'next', target: 'm' },
        { source: 'm', port: 'next', target: 'c' },
        { source: 'c', port: 'timed_out', target: 'f' },
      ],
    };
    const answer = await quick.ask(id, { window, graph, settings: {} });
    expect(answer.assumed).toEqual([{ code: 'mail_clicked', text: expect.stringContaining('0%'), node_ids: ['c'] }]);
    const { entered, ports } = answer.nodes.c!;
    expect(ports).toEqual({ timed_out: expect.any(Number) });
    expect(answer.nodes.f).toEqual({ entered: ports.timed_out, ports: {}, unfinished: true });
    expect(answer.nodes.m).toMatchObject({ entered, sent: expect.any(Number) });
    await expect(quick.ask(id, { graph: { ...graph, nodes: graph.nodes.slice(1) } })).rejects.toMatchObject({
      code: 'no_start',
    });
    await expect(quick.ask(newId())).rejects.toMatchObject({ code: 'not_found' });
  });
});
