import { heard, type Things } from '#rules';
import type { GraphNode } from '../model/graph.js';
import { nodes, nodeTypes, type NodeType } from '../nodes/index.js';
import { aDuration, hear, set, theirs, type Hears } from '../words/hear.js';
import { BLANK } from '../words/phrase.js';
import { portsOf } from './readable.js';

const { Reading, endOfWords, LONGEST_TEXT } = heard;
type Reading = heard.Reading;

export interface HeardStep {
  type: NodeType;
  config: Record<string, unknown>;
}

interface Way {
  source: string;
  port: string;
}

/** A part of the text, from and up to a place in it. */
export interface Mark {
  from: number;
  to: number;
}

/** Steps as they were typed. */
export interface HeardText {
  /** With ids of its own: `t1`, `t2`, … */
  nodes: GraphNode[];
  edges: (Way & { target: string })[];
  /** Ways out that go on with whatever follows the text: those that the text leads nowhere itself. */
  open: Way[];
  /** What was not understood; empty where all was. */
  marks: Mark[];
  /** How the text could go on, whole: the text with what was begun completed. */
  completions: string[];
  /** What could stand where the text stops being understood, as examples: `2 days`, `“…”`. */
  examples: string[];
}

/** Steps by their sentences, in the order in which they are tried. */
const grammars = nodeTypes.map((type) => [type, nodes[type].hears] as const);

/** How one speaks of steps of which every way out goes on. */
const loosely: readonly { type: NodeType; hears: Hears; goesOn: 'after' | 'at once' }[] = [
  // Whoever does not match goes on with what follows the text.
  { type: 'filter', hears: hear`If ${set('rules', theirs)}`, goesOn: 'after' },
  // Whether it came to pass or not, the next step is the same.
  {
    type: 'wait_until',
    hears: hear`Wait ${set('timeout', aDuration)} or until ${set('rules', theirs)}`,
    goesOn: 'at once',
  },
];

interface Found extends HeardStep {
  end: number;
  /** Said loosely: its other ways out go on too. */
  goesOn?: 'after' | 'at once';
}

/** Every way to understand a step that begins here. */
function* stepsAt(reading: Reading, at: number): Iterable<Found> {
  for (const [type, hears] of grammars) for (const [config, end] of hears(reading, at)) yield { type, config, end };
  for (const { type, hears, goesOn } of loosely)
    for (const [config, end] of hears(reading, at)) yield { type, config, end, goesOn };
}

/** The step that this whole text says, the inverse of its sentence; undefined where it says none. */
export const stepFromEnglish = (text: string, things: Things): HeardStep | undefined => {
  if (text.length > LONGEST_TEXT) return undefined;
  const reading = new Reading(text, things);
  for (const { type, config, end } of stepsAt(reading, 0))
    if (reading.skip(end) === text.length) return { type, config };
  return undefined;
};

const separator = /[\s,;.]*(?:\b(?:and\s+)?then\b)?[\s,:]*/iuy;
const stepBegins = /[;\n]|\bthen\b/giu;
const MOST_STEPS = 60;

/** Past what stands between two steps. */
const past = (text: string, at: number): number => {
  separator.lastIndex = at;
  return separator.exec(text) ? separator.lastIndex : at;
};

/** Whether a step may end here: what follows is no more of its own sentence. */
const mayEnd = (reading: Reading, { end, goesOn }: Found): boolean => {
  const rest = reading.text.slice(reading.skip(end));
  return rest === '' || /^(?:[,;.\n]|(?:and\s+)?then\b|otherwise\b|else\b)/iu.test(rest) || goesOn === 'after';
};

/** The step that is meant: the longest that may end where it does, but the shortest reason of an end. */
const best = (reading: Reading, at: number): Found | undefined => {
  let found: Found | undefined;
  for (const step of stepsAt(reading, at)) {
    if (!mayEnd(reading, step) || (found && nodes[step.type].kind === 'end')) continue;
    if (!found || step.end > found.end) found = step;
  }
  return found;
};

/** Reads a text of several steps; see `stepsFromEnglish`. */
class Text {
  readonly found: HeardText = { nodes: [], edges: [], open: [], marks: [], completions: [], examples: [] };
  /** Steps with several ways out that may still be spoken of, the newest last. */
  private readonly splits: { node: GraphNode; left: Map<string, string> }[] = [];
  /** Where the next step goes; nowhere yet at the beginning. */
  private at: readonly Way[] = [];
  private readonly loose = new Set<string>();

  constructor(
    private readonly text: string,
    private readonly things: Things,
  ) {}

  read(): HeardText {
    let place = past(this.text, 0);
    for (let steps = 0; place < this.text.length && steps < MOST_STEPS; steps += 1) {
      const way = this.branch(place);
      if (way !== undefined) {
        place = past(this.text, way);
        if (place < this.text.length) continue;
      }
      const reading = new Reading(this.text, this.things);
      const step = place < this.text.length ? best(reading, place) : undefined;
      if (!step || reading.skip(step.end) === this.text.length) this.offer(reading, place);
      if (!step) {
        if (place >= this.text.length) break;
        place = this.mark(reading, place);
        continue;
      }
      this.add(step);
      const next = past(this.text, step.end);
      // “Wait 2 days, then” goes on: what could follow is offered.
      if (next === this.text.length && next > reading.skip(step.end)) this.offerNext();
      place = next;
    }
    this.close();
    return this.found;
  }

  /** “Otherwise”, or what a way out is called: the text goes on there. */
  private branch(place: number): number | undefined {
    const reading = new Reading(this.text, this.things);
    for (const [depth, { node, left }] of [...this.splits.entries()].toReversed()) {
      const last = [...left.keys()].at(-1);
      for (const [port, label] of left) {
        const spoken = [...(label ? [label] : []), ...(port === last ? ['otherwise', 'else'] : [])];
        const end = spoken.map((each) => endOfWords(reading, place, each)).find((found) => found !== undefined);
        if (end === undefined) continue;
        this.found.open.push(...this.at.filter((way) => way.source !== node.id || way.port !== port));
        this.drop();
        left.delete(port);
        this.at = [{ source: node.id, port }];
        // Splits on the path that is over cannot be spoken of any more.
        for (const gone of this.splits.splice(depth + 1)) this.leave(gone);
        return end;
      }
    }
    return undefined;
  }

  private add({ type, config, goesOn }: Found): void {
    const node: GraphNode = { id: `t${this.found.nodes.length + 1}`, type, config };
    this.found.edges.push(...this.at.map((way) => ({ ...way, target: node.id })));
    this.drop();
    this.found.nodes.push(node);
    if (goesOn === 'after') this.loose.add(node.id);
    const ports = portsOf(node);
    const led = goesOn === 'at once' ? ports : ports.slice(0, 1);
    this.at = led.map(({ id: port }) => ({ source: node.id, port }));
    if (ports.length > 1) this.splits.push({ node, left: new Map(ports.map(({ id, label }) => [id, label])) });
  }

  /** These ways out lead on, so they are not left. */
  private drop(): void {
    for (const { source, port } of this.at) this.splits.find(({ node }) => node.id === source)?.left.delete(port);
  }

  /** Ways out of a split that the text did not speak of: those of an “if” go on, all others end. */
  private leave({ node, left }: { node: GraphNode; left: Map<string, string> }): void {
    if (this.loose.has(node.id)) for (const port of left.keys()) this.found.open.push({ source: node.id, port });
  }

  private close(): void {
    this.found.open.push(...this.at);
    this.drop();
    for (const split of this.splits) this.leave(split);
  }

  /** Marks what was not understood, and goes on where another step may begin. */
  private mark(reading: Reading, place: number): number {
    stepBegins.lastIndex = place + 1;
    const begin = stepBegins.exec(this.text);
    const to = begin ? begin.index : this.text.length;
    this.found.marks.push({ from: Math.min(Math.max(place, reading.furthest), to), to });
    return begin ? past(this.text, to) : this.text.length;
  }

  private offer(reading: Reading, place: number): void {
    if (place >= this.text.length) return this.offerNext();
    const { furthest } = reading;
    const typed = this.text
      .slice(furthest)
      .replace(/^["'‘„«]/, '“')
      .toLowerCase();
    const before = this.text.slice(0, furthest);
    for (const { text, example } of reading.expected) {
      const apart = /\S$/.test(before) && /^[\p{L}\p{N}“]/u.test(text) ? ' ' : '';
      if (example) this.found.examples.push(text);
      else if (text.toLowerCase().startsWith(typed) && text.length > typed.length && !text.includes(BLANK))
        this.found.completions.push(before + apart + text);
    }
  }

  private offerNext(): void {
    const reading = new Reading(`${this.text.trimEnd()} `, this.things);
    const at = reading.text.length;
    for (const found of stepsAt(reading, at)) void found;
    this.found.completions.push(
      ...reading.expected
        .filter(({ text, example }) => !example && !text.includes(BLANK))
        .map(({ text }) => reading.text + text),
    );
  }
}

/**
 * Reads steps as they are typed: “wait 2 days, then if not enrolled send “Questions?””. Steps follow each other by
 * “then”, a comma or a new line; “otherwise”, or what a way out is called, goes on with another way out of the last
 * split. Bounded: at most 60 steps, 4,000 characters.
 */
export const stepsFromEnglish = (text: string, things: Things): HeardText => {
  const empty = { nodes: [], edges: [], open: [], marks: [], completions: [], examples: [] };
  if (text.length > LONGEST_TEXT) return { ...empty, marks: [{ from: LONGEST_TEXT, to: text.length }] };
  const found = new Text(text, things).read();
  if (found.marks.length === 0) return found;
  // A reason or a name may hold what parts steps elsewhere.
  const whole = stepFromEnglish(text, things);
  if (!whole) return found;
  const [port] = portsOf(whole);
  return {
    ...empty,
    nodes: [{ id: 't1', ...whole }],
    open: port ? [{ source: 't1', port: port.id }] : [],
  };
};
