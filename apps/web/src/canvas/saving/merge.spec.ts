import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  about,
  applyAll,
  graph as graphSchema,
  insertAt,
  nodeDef,
  operation as operationSchema,
  OperationError,
  portsOf,
  recipes,
  removeAll,
  type AutomationDocument,
  type Operation,
} from '#graph';
import fc from 'fast-check';
import { ApiError, type FailureCode } from '../../api/problem';
import { createEditorStore, type EditorStore } from '../document/editor-store';
import { resolve, settleConflict, applyTheirs } from '../document/merge';
import type { DraftServer } from './draft-server';
import { applyBackup } from './unsent-backup';
import { startSaving, type SaveQueue } from './save-queue';

const recipe = recipes.find(({ id }) => id === 'abandoned-checkout')!;
const first: AutomationDocument = { name: 'Left behind', graph: recipe.graph, settings: recipe.settings };
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const error = (code: FailureCode, body: Record<string, unknown> = {}) =>
  new ApiError(code, 'No', 'It was refused.', [], undefined, body);

/** A draft as the server keeps it: the same `applyAll`, one revision for each call, refusals with what happened since. */
class Draft {
  document = copy(first);
  revision = 1;
  private readonly log: { revision: number; batch: string; operations: Operation[] }[] = [];

  since(revision: number, most = 7) {
    const changes = this.log.filter((change) => change.revision > revision).slice(0, most);
    return copy({ revision: this.revision, changes: changes.map((one) => ({ ...one, author: null, at: '' })) });
  }

  operate(base: number, given: readonly Operation[], batch: string): { revision: number } {
    if (base !== this.revision) throw error('draft_changed', this.since(base, 1000));
    const operations = given.map((one) => operationSchema.parse(copy(one)));
    try {
      const { document } = applyAll(this.document, operations);
      this.document = { ...document, graph: graphSchema.parse(document.graph) };
    } catch (failure) {
      throw failure instanceof OperationError ? error('operations_do_not_fit') : failure;
    }
    this.revision += 1;
    this.log.push({ revision: this.revision, batch, operations });
    return { revision: this.revision };
  }
}

type Weather = 'fine' | 'request lost' | 'answer lost';

/** One browser: its store, its queue, and what became of every operation it ever had to send. */
class Browser {
  readonly store: EditorStore;
  readonly queue: SaveQueue;
  weather: Weather = 'fine';
  /** Operations that left the list of the unsent, by why. */
  readonly ends = { applied: 0, joined: 0, listed: 0, alike: 0 };
  readonly lost: Operation[] = [];
  private readonly accepted = new Set<Operation>();
  private listed: ReadonlySet<string> = new Set();

  constructor(readonly draft: Draft) {
    const { document, revision } = draft;
    this.store = createEditorStore({
      id: 'a',
      revision,
      document: copy(document),
      problems: [],
      updated_at: '',
      readOnly: false,
    });
    this.store.subscribe((state, before) => {
      before.unsent.forEach((one, at) => {
        if (state.unsent.includes(one)) return;
        const newer = [...state.unsent, ...before.unsent.slice(at + 1)];
        this.ends[this.endOf(one, newer, state.acknowledged)] += 1;
      });
    });
    const server: DraftServer = {
      operate: async (base, operations, batch) => {
        if (this.weather === 'request lost') throw error('unreachable');
        const answer = draft.operate(base, operations, batch);
        for (const one of operations) this.accepted.add(one);
        if (this.weather === 'answer lost') throw error('unreachable');
        return answer;
      },
      since: async (revision) => {
        if (this.weather !== 'fine') throw error('unreachable');
        return draft.since(revision);
      },
    };
    this.queue = startSaving(this.store, server);
  }

  private endOf(one: Operation, newer: readonly Operation[], known: AutomationDocument): keyof Browser['ends'] {
    if (this.accepted.has(one)) return 'applied';
    if (this.listed.has(about(one))) return 'listed';
    // What one does again oneself takes the place of the first: the way of a path, a config, a name.
    const way = one.op === 'connect' || one.op === 'disconnect';
    if (newer.some((other) => (way || other.op === one.op) && about(other) === about(one))) return 'joined';
    // Somebody else did the same: the step is not there, or the path leads where it should.
    const { nodes, edges } = known.graph;
    const leads = (source: string, port: string) =>
      edges.find((edge) => edge.source === source && edge.port === port)?.target;
    const alike =
      (one.op === 'remove_node' && nodes.every(({ id }) => id !== one.node_id)) ||
      (one.op === 'connect' && leads(one.source, one.port) === one.target) ||
      (one.op === 'disconnect' && leads(one.source, one.port) === undefined);
    if (!alike) this.lost.push(one);
    return 'alike';
  }

  /** Looks at the merge sheet, if there is one, and decides by the coin. */
  settle(coin: number): void {
    const { save, acknowledged, unsent } = this.store.getState();
    if (save.is !== 'conflict') return;
    expect(save.theirs.length).toBeGreaterThan(0);
    const { choices } = resolve(acknowledged, unsent, save.theirs, new Set());
    const picked = new Set(choices.filter((_id, at) => (coin >> (at % 8)) & 1));
    const { lost } = resolve(acknowledged, unsent, save.theirs, picked);
    this.listed = new Set([...choices, ...lost.map(about)]);
    settleConflict(this.store, picked);
    this.listed = new Set();
  }

  /** What is shown is always what the server had, with what is unsent on top. */
  check(): void {
    const { document, acknowledged, unsent, selected, open } = this.store.getState();
    expect(document).toEqual(applyAll(acknowledged, unsent).document);
    const ids = document.graph.nodes.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([...selected, ...(open === null ? [] : [open])]));
  }

  async calm(): Promise<void> {
    this.weather = 'fine';
    for (let round = 0; round < 30; round += 1) {
      this.settle(round);
      await this.queue.flush();
      await this.queue.catchUp();
      const { save, revision } = this.store.getState();
      if (save.is === 'saved' && revision === this.draft.revision) return;
    }
    throw new Error(`It did not come to rest: ${JSON.stringify(this.store.getState().save)}`);
  }
}

const types = ['wait', 'exit', 'update_contact', 'filter'] as const;

/** A gesture of a person on what they see, chosen by numbers. */
function gesture(store: EditorStore, kind: number, a: number, b: number, mark: string): void {
  const { graph } = store.getState().document;
  const state = store.getState();
  const step = graph.nodes[a % Math.max(1, graph.nodes.length)];
  const other = graph.nodes[b % Math.max(1, graph.nodes.length)];
  const edit = (operations: Operation[]) => void (operations.length > 0 && state.edit(mark, operations));
  const fresh = () => {
    const type = types[b % types.length]!;
    return { id: `n${mark}`, type, config: copy(nodeDef(type)!.defaults) as Record<string, unknown> };
  };
  if (!step || !other) return edit([{ op: 'add_node', node: fresh() }]);
  const ports = portsOf(step);
  const port = ports[b % Math.max(1, ports.length)]?.id;
  switch (kind) {
    case 0:
    case 1:
      return edit([{ op: 'set_config', node_id: step.id, config: { ...step.config, mark } }]);
    case 2:
      return edit([{ op: 'set_note', node_id: step.id, note: b % 5 === 0 ? null : mark }]);
    case 3:
      return edit([{ op: 'move_node', node_id: step.id, position: { x: a, y: b } }]);
    case 4:
      return port === undefined ? undefined : edit(insertAt(graph, fresh(), { source: step.id, port }));
    case 5:
      return edit(removeAll(graph, [step.id]));
    case 6:
      return port === undefined ? undefined : edit([{ op: 'connect', source: step.id, port, target: other.id }]);
    case 7:
      return port === undefined ? undefined : edit([{ op: 'disconnect', source: step.id, port }]);
    case 8:
      return edit([{ op: 'rename', name: `Name ${mark}` }]);
    case 9:
      return edit([{ op: 'set_sections', sections: [{ title: mark, node_ids: [step.id] }] }]);
    case 10:
      return state.undo();
    case 11:
      return state.redo();
    case 12:
      return state.openStep(step.id);
    case 13:
      return b % 10 === 0
        ? edit([{ op: 'replace_graph', graph: { ...graph, nodes: graph.nodes.slice(0, 4), edges: [] } }])
        : undefined;
    default:
      return edit([
        { op: 'set_settings', settings: { ...state.document.settings, late_after: { n: 1 + (a % 9), unit: 'days' } } },
      ]);
  }
}

const number = fc.nat(10_000);
const act = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('edit' as const), kind: fc.nat(14), a: number, b: number }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'catch up' as const, 'settle' as const), a: number }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('weather' as const),
      is: fc.constantFrom<Weather>('fine', 'fine', 'request lost', 'answer lost'),
    }),
  },
);
/** Fifty edits of each browser, with what happens in between. */
const day = fc.array(fc.tuple(fc.nat(1), act), { minLength: 130, maxLength: 160 });

describe('somebody else’s operations', () => {
  const open = () =>
    createEditorStore({ id: 'a', revision: 1, document: copy(first), problems: [], updated_at: '', readOnly: false });
  const reason = (text: string): Operation => ({ op: 'set_config', node_id: 'end', config: { reason: text } });

  it('mark what of the undo touches the same, and leave the rest to be undone', () => {
    const store = open();
    store.getState().edit('Rename', [{ op: 'rename', name: 'Mine' }]);
    store.getState().edit('Why it ends', [reason('mine')]);
    store.setState({ acknowledged: store.getState().document, unsent: [] });
    expect(applyTheirs(store, [reason('theirs')], 3)).toBe(true);
    expect(store.getState().past.map(({ label, gone }) => [label, gone])).toEqual([
      ['Rename', undefined],
      ['Why it ends', true],
    ]);
    store.getState().undo();
    const { document, past } = store.getState();
    expect(document.name).toBe('Left behind');
    expect(document.graph.nodes.find(({ id }) => id === 'end')!.config).toEqual({ reason: 'theirs' });
    expect(past).toEqual([]);
    expect(store.getState().elsewhere.get('end')).toBe(3);
  });

  it('close the step that they remove, and say so', () => {
    const store = open();
    store.getState().openStep('end');
    expect(applyTheirs(store, [{ op: 'remove_node', node_id: 'end' }], 2)).toBe(true);
    expect(store.getState()).toMatchObject({
      open: null,
      selected: [],
      said: expect.stringMatching(/removed the step/),
    });
  });

  it('wait for a decision where both changed the same step', () => {
    const store = open();
    store.getState().edit('Why it ends', [reason('mine')]);
    const before = store.getState();
    expect(applyTheirs(store, [reason('theirs')], 2)).toBe(false);
    expect(store.getState()).toBe(before);
  });
});

describe('what a killed tab left behind', () => {
  const reason = (node_id: string, text: string): Operation => ({
    op: 'set_config',
    node_id,
    config: { reason: text },
  });
  const note = (text: string): Operation => ({ op: 'set_note', node_id: 'wait', note: text });
  const batch = '0198c2f0-0000-4000-8000-000000000001';
  const setUp = () => {
    const draft = new Draft();
    const server: DraftServer = {
      operate: async (base, operations, name) => draft.operate(base, operations, name),
      since: async (revision) => draft.since(revision),
    };
    const open = () =>
      createEditorStore({
        id: 'a',
        revision: draft.revision,
        document: copy(draft.document),
        problems: [],
        updated_at: '',
        readOnly: false,
      });
    return { draft, server, open };
  };

  it('comes back after what others did, without what they changed as well', async () => {
    const { draft, server, open } = setUp();
    for (let n = 0; n < 9; n += 1) draft.operate(draft.revision, [{ op: 'rename', name: `Name ${n}` }], String(n));
    draft.operate(draft.revision, [reason('end', 'theirs')], 'x');
    const store = open();
    const operations = [reason('end', 'mine'), note('mine')];
    const answer = await applyBackup(store, server, { revision: 1, operations });
    expect(answer).toEqual({ back: true, lost: ['End: theirs'] });
    expect(store.getState().unsent).toEqual([note('mine')]);
  });

  it('is not done twice where it had arrived after all', async () => {
    const { draft, server, open } = setUp();
    const add: Operation = { op: 'add_node', node: { id: 'new', type: 'exit', config: {} } };
    draft.operate(1, [add, note('first')], batch);
    draft.operate(2, [{ op: 'rename', name: 'Other' }], 'y');
    const store = open();
    const kept = {
      revision: 1,
      operations: [add, note('first'), reason('new', 'typed on')],
      sent: { batch, count: 2 },
    };
    expect(await applyBackup(store, server, kept)).toEqual({ back: true, lost: [] });
    expect(store.getState().unsent).toEqual([reason('new', 'typed on')]);
  });

  it('is named, and left out, where it is no longer known what happened since', async () => {
    const { draft, server, open } = setUp();
    draft.operate(1, [{ op: 'rename', name: 'Other' }], 'y');
    const gone: DraftServer = { ...server, since: async () => ({ revision: 2, changes: [] }) };
    const store = open();
    const answer = await applyBackup(store, gone, { revision: 1, operations: [note('mine')] });
    expect(answer).toEqual({ back: false, lost: [expect.stringMatching(/^The note on “Wait /)] });
    expect(store.getState().unsent).toEqual([]);
  });
});

describe('two browsers in one draft', () => {
  // The queue's own timers stand still: when something is sent is part of the play.
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
  afterEach(() => void jest.useRealTimers());

  it('lose no operation unsaid, and end with the same document', async () => {
    const seed = Number(process.env.CORTEX_TEST_SEED ?? 20_261_127);
    const sum = { edits: 0, applied: 0, joined: 0, listed: 0, alike: 0, conflicts: 0 };
    await fc.assert(
      fc.asyncProperty(day, async (acts) => {
        const draft = new Draft();
        const browsers = [new Browser(draft), new Browser(draft)];
        let mark = 0;
        for (const [who, what] of acts) {
          const browser = browsers[who]!;
          if (what.do === 'edit') {
            mark += 1;
            gesture(browser.store, what.kind, what.a, what.b, String(mark));
            sum.edits += 1;
          } else if (what.do === 'flush') await browser.queue.flush();
          else if (what.do === 'catch up') await browser.queue.catchUp();
          else if (what.do === 'weather') browser.weather = what.is;
          else {
            if (browser.store.getState().save.is === 'conflict') sum.conflicts += 1;
            browser.settle(what.a);
          }
          browser.check();
        }
        for (const browser of [...browsers, ...browsers]) await browser.calm();
        for (const browser of browsers) {
          browser.check();
          expect(browser.lost).toEqual([]);
          expect(browser.store.getState().document).toEqual(draft.document);
          for (const end of ['applied', 'joined', 'listed', 'alike'] as const) sum[end] += browser.ends[end];
        }
        for (const browser of browsers) browser.queue.stop();
      }),
      { numRuns: 150, seed },
    );
    process.stdout.write(`two browsers, seed ${seed}: ${JSON.stringify(sum)}\n`);
    expect(sum.listed).toBeGreaterThan(100);
    expect(sum.conflicts).toBeGreaterThan(100);
  });
});
