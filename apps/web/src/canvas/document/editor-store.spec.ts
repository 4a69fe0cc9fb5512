import { describe, expect, it } from '@jest/globals';
import { blocks, insertAt, recipes, validate, type AutomationDocument } from '#graph';
import { condensed, createEditorStore, takeProblems } from './editor-store';
import { place, roundedPath, route } from '../drawing/geometry';
import { editCommands } from '../commands/edit';
import { neighbour } from '../commands/navigate';
import { nearestPlace } from '../drawing/nearest-place';
import { addStep, mustAsk, removeSteps } from './steps';
import { changesBetween } from './changes';

const recipe = recipes.find(({ id }) => id === 'abandoned-checkout');
if (!recipe) throw new Error('The recipe is gone');
const document: AutomationDocument = { name: 'Left behind', graph: recipe.graph, settings: recipe.settings };
const open = () =>
  createEditorStore({
    id: 'a',
    revision: 1,
    document,
    problems: [],
    updated_at: '2026-11-22T12:00:00Z',
    readOnly: false,
  });
const wait = { id: 'pause', type: 'wait', config: { for: { n: 1, unit: 'hours' as const } } };

describe('the editor’s document', () => {
  it('mautic#4807: undoes and does again, one entry per edit, and queues what to send', () => {
    const store = open();
    store.getState().edit('Add wait', insertAt(document.graph, wait, { source: 'start', port: 'next' }));
    store.getState().edit('Rename', [{ op: 'rename', name: 'Other' }]);
    expect(store.getState().past.map(({ label }) => label)).toEqual(['Add wait', 'Rename']);
    expect(store.getState().unsent).toHaveLength(4);
    store.getState().undo();
    store.getState().undo();
    expect(store.getState().document.name).toBe('Left behind');
    expect(store.getState().document.graph.nodes.map(({ id }) => id)).not.toContain('pause');
    store.getState().redo();
    expect(store.getState().document.graph.nodes.map(({ id }) => id)).toContain('pause');
    expect(store.getState().future).toHaveLength(1);
  });

  it('mautic#1406: duplicates a group in one go, places it by itself, needs no end steps, and takes it back in one go', () => {
    const store = open();
    const before = store.getState().document;
    const ends = before.graph.nodes.length;
    store.setState({ selected: ['wait', 'enrolled', 'second-mail'] });
    const run = (id: string) =>
      editCommands.find((command) => command.id === id)?.run({ store, screen: undefined as never });
    run('duplicate');
    const { graph } = store.getState().document;
    expect(graph.nodes.length).toBe(ends + 3);
    const copies = store.getState().selected;
    const typeOf = (id: string) => graph.nodes.find((node) => node.id === id)?.type;
    expect(copies.map(typeOf)).toEqual(['wait_until', 'filter', 'send_email']);
    // Every card has a place of its own, and nobody had to draw an end to each path.
    const corners = [...place(graph, 'build').places.values()].map(({ x, y }) => `${x} ${y}`);
    expect(new Set(corners).size).toBe(graph.nodes.length);
    expect(graph.nodes.filter(({ type }) => type === 'exit')).toHaveLength(1);
    // The recipe's mails are still blank, and that is all.
    const problems = blocks(validate(graph, before.settings, {}));
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['unfinished']));
    expect(store.getState().past.map(({ label }) => label)).toEqual(['Duplicate steps']);
    run('undo');
    expect(store.getState().document).toEqual(before);
    run('redo');
    expect(store.getState().document.graph).toEqual(graph);
  });

  it('takes a burst of typing as one entry, and sends it as one operation', () => {
    const store = open();
    for (const subject of ['Y', 'Yo', 'You'])
      store
        .getState()
        .edit('Write', [{ op: 'set_config', node_id: 'first-mail', config: { stream: 'broadcast', subject } }], {
          burst: 'subject',
        });
    expect(store.getState().past).toHaveLength(1);
    expect(store.getState().unsent).toHaveLength(1);
    store.getState().undo();
    expect(store.getState().document.graph.nodes.find(({ id }) => id === 'first-mail')?.config).toEqual({
      stream: 'broadcast',
    });
  });

  it('keeps what the server found in the world while one types, until it speaks of what is on screen', () => {
    const store = open();
    const gone = {
      code: 'unknown_template',
      severity: 'blocks',
      node_id: 'first-mail',
      pointer: '/nodes/1/config/template_id',
      message: 'This template does not exist. Choose another.',
    } as const;
    const shown = () => store.getState().problems.filter(({ code }) => code === 'unknown_template');
    const drawn = () => store.getState().problems.length;
    const before = drawn();
    takeProblems(store, { revision: 1, problems: [gone, { ...gone, code: 'unfinished' }] });
    expect(shown()).toEqual([gone]);
    // Problems of the drawing are the browser's own to say.
    expect(drawn()).toBe(before + 1);
    const config = { stream: 'broadcast', subject: 'Hello' };
    store.getState().edit('Write', [{ op: 'set_config', node_id: 'first-mail', config }]);
    expect(shown()).toEqual([gone]);
    store.setState({ revision: 2 });
    takeProblems(store, { revision: 1, problems: [] });
    expect(shown()).toEqual([gone]);
    takeProblems(store, { revision: 2, problems: [] });
    expect(shown()).toEqual([]);
  });

  it('drops what the server found at a step together with the step', () => {
    const store = open();
    const cron = {
      code: 'cron',
      severity: 'blocks',
      node_id: 'second-mail',
      pointer: '/nodes/4',
      message: 'No.',
    } as const;
    takeProblems(store, { revision: 1, problems: [cron] });
    expect(store.getState().problems).toContainEqual(cron);
    removeSteps(store, ['second-mail']);
    expect(store.getState().problems).not.toContainEqual(cron);
  });

  it('refuses an edit that does not fit, and changes nothing', () => {
    const store = open();
    expect(store.getState().edit('Remove', [{ op: 'remove_node', node_id: 'gone' }])).toBe(false);
    expect(store.getState().past).toEqual([]);
    store.setState({ readOnly: true });
    expect(store.getState().edit('Rename', [{ op: 'rename', name: 'x' }])).toBe(false);
  });

  it('keeps the newest of repeated operations only where nothing stands between', () => {
    const set = (subject: string) => ({ op: 'set_config' as const, node_id: 'a', config: { subject } });
    expect(condensed([set('1'), set('2')])).toEqual([set('2')]);
    const between = { op: 'remove_node' as const, node_id: 'b' };
    expect(condensed([set('1'), between, set('2')])).toEqual([set('1'), between, set('2')]);
  });

  it('adds a step, opens it at its blank, and says why where it cannot', () => {
    const store = open();
    expect(addStep(store, 'send_email', { source: 'start', port: 'next' })).toBeUndefined();
    const { open: opened, focus, fresh } = store.getState();
    expect(focus?.field).toBe('subject');
    expect(fresh.has(opened ?? '')).toBe(true);
    expect(addStep(store, 'exit', { source: 'start', port: 'next' })).toMatch(/Other steps follow/);
  });

  it('removes a step and selects its neighbour; asks first where paths divide', () => {
    const store = open();
    expect(mustAsk(document.graph, 'enrolled')).toBe(true);
    expect(mustAsk(document.graph, 'wait')).toBe(false);
    removeSteps(store, ['first-mail']);
    expect(store.getState().selected).toEqual(['start']);
    removeSteps(store, ['enrolled'], 'no');
    expect(store.getState().document.graph.nodes.map(({ id }) => id)).toEqual(['start', 'wait', 'second-mail']);
  });
});

describe('the drawing', () => {
  it('walks by arrows along paths and between them', () => {
    expect(neighbour(document.graph, 'start', 'down')).toBe('first-mail');
    expect(neighbour(document.graph, 'end', 'right')).toBe('second-mail');
    expect(neighbour(document.graph, 'second-mail', 'up')).toBe('enrolled');
    expect(neighbour(document.graph, 'start', 'up')).toBeUndefined();
  });

  it('finds the path under something dropped, and none far away', () => {
    const corner = place(document.graph, 'build').places.get('start');
    expect(corner).toBeDefined();
    const below = { x: (corner?.x ?? 0) + 180, y: (corner?.y ?? 0) + 130 };
    expect(nearestPlace(document.graph, 'build', below)).toEqual({ source: 'start', port: 'next' });
    expect(nearestPlace(document.graph, 'build', { x: 5000, y: 0 })).toBeUndefined();
  });

  it('leads a path back up round the outside', () => {
    const points = route({ x: 0, y: 500 }, { x: 0, y: 0 }, undefined);
    expect(Math.max(...points.map(({ x }) => x))).toBeGreaterThan(140);
    expect(points.at(-1)).toEqual({ x: 0, y: 0 });
    expect(roundedPath(points)).toMatch(/^M0,500L/);
  });

  it('says what a version changes in sentences', () => {
    const store = open();
    store
      .getState()
      .edit('Change', [
        { op: 'set_config', node_id: 'end', config: { reason: 'bought' } },
        ...insertAt(document.graph, wait, { source: 'start', port: 'next' }),
      ]);
    expect(changesBetween(document, store.getState().document)).toEqual(
      ['New: Wait 1 hour.', 'End: enrolled → End: bought.'].toReversed(),
    );
    expect(changesBetween(null, document)[0]).toContain('6 steps');
  });
});
