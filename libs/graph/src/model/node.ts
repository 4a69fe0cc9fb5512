import type { Group } from '#rules';
import type { z } from 'zod';
import type { Effect } from './effect.js';
import type { Graph } from './graph.js';
import type { Hears } from '../words/hear.js';
import { noNames, type Names } from '../words/names.js';
import { phrasesText, type Phrase } from '../words/phrase.js';
import type { DrawingProblemCode } from './problem-codes.js';
import type { Surroundings } from './surroundings.js';

export type NodeKind = 'entry' | 'rule' | 'wait' | 'split' | 'mail' | 'action' | 'end';

export interface Port {
  /** Name in stored edges, as in the public contract. */
  id: string;
  /** What the screen writes on the connector, e.g. “if they enrolled”. */
  label: string;
}

export interface Problem {
  code: DrawingProblemCode;
  severity: 'blocks' | 'look';
  node_id?: string;
  /** JSON pointer into the graph. */
  pointer: string;
  message: string;
}

/**
 * The answer to one of the groups that the step named in `asks`. json-rules-engine is asynchronous, so
 * executor, backtester and explainer let it decide all of them before they plan; this only looks up.
 */
export type Decide = (rules: Group) => boolean;

export interface ActivityFact {
  id: string;
  type: string;
  metadata: Record<string, unknown>;
  occurred_at: Date;
  received_at: Date;
}

/** Everything `plan` may know. Nothing else: no clock, no randomness, no database. */
export interface PlanInput {
  now: Date;
  /** The workspace's time zone (IANA). */
  timezone: string;
  /** The person's, where it is a valid IANA name. */
  contact_timezone: string | undefined;
  /** When this visit of the step began. */
  entered_at: Date;
  /** Equally distributed in [0, 1), the same for the same person and step. */
  chance: number;
  decide: Decide;
  /** Activities received since the step was entered that are what it `awaits` (type and where), oldest first. */
  arrived: readonly ActivityFact[];
  /** What the person's fields that the step `reads` hold: instants as dates, what is not set left out. */
  fields?: Readonly<Record<string, unknown>>;
  /** The way out that everybody takes, because an experiment at this step was decided. */
  decided?: string;
  /** How the effect went that this visit of the step waits for (see `reported`), once that is known. */
  report?: Report;
}

/** What came of an effect that is not done when its transaction commits. */
export interface Report {
  /** The way out that it decides. */
  port: string;
  reason?: string;
}

export type Wait = {
  /** Wake at this instant at the latest; absent: only an activity wakes the run. */
  until?: Date;
  /** Wake on this type of activity. */
  activity_type?: string;
  /** Wake to look again at rules about the person when anything of the person changes. */
  on_change?: boolean;
};

/**
 * One of: go on through a port, wait, do something and go on, or end the run with a reason. With `reported` the run
 * stays at the step until its effect reports how it went, and the step is planned again with that `report`; `next` is
 * then where it leads if all goes well, which is what a backtest assumes.
 */
export type Plan =
  | { next: string; reason?: string }
  | { wait: Wait }
  | { effects: Effect[]; next: string; reported?: true }
  | { end: string };

export interface NodeExample<C> {
  name: string;
  config: C;
  input?: Partial<Omit<PlanInput, 'decide'>> & { decide?: boolean };
  expect: Plan;
}

/** What a step's check may look at beyond its own config. */
export interface CheckContext {
  graph: Graph;
  node_id: string;
  /** Pointer of the node in the graph, e.g. `/nodes/2`. */
  pointer: string;
  world: Surroundings;
}

/**
 * A node type, defined once: read by the editor (config, ports, sentence, icon), the validator (config,
 * ports, check), the executor and the backtester (plan).
 */
export interface NodeDef<T extends string = string, S extends z.ZodObject = z.ZodObject> {
  type: T;
  version: number;
  kind: NodeKind;
  /** Name of the glyph in the screens' icon set. */
  icon: string;
  title: string;
  /** One sentence for the palette and the docs. */
  summary: string;
  /** What one has to know beyond the summary: a paragraph for the docs and the inspector's help. */
  docs: string;
  /** Config schema; fields carry UI hints in `.meta({ label, help, control, unit })`. */
  config: S;
  /** A config to start from; may be unfinished. */
  defaults: z.input<S>;
  ports(config: Partial<z.output<S>>): Port[];
  /** The sentence in pieces, so that the screen can open the field behind a value; unfinished configs read well too. */
  phrases(config: Partial<z.output<S>>, names: Names): Phrase[];
  /** The inverse of `phrases`: what of the config a typed sentence says. */
  hears: Hears;
  /** The same as text: a blank is written as `____`. */
  sentence(config: Partial<z.output<S>>): string;
  /** A few words for where the sentence has no room: “France?”. Absent: the sentence says it. */
  brief?(config: Partial<z.output<S>>, names: Names): string;
  /** Of a start: how often people may enter where the settings say nothing; absent: once ever. */
  usualLimit?(config: Partial<z.output<S>>): string | undefined;
  check(config: z.output<S>, context: CheckContext): Problem[];
  /** The rule groups about the person, lead or earlier steps that `plan` will want decided. */
  asks?(config: z.output<S>): Group[];
  /** The activity that this step waits for, where it waits for one. */
  awaits?(config: z.output<S>): { activity_type: string; where?: Group } | undefined;
  /** The Liquid texts in a config, which may be unfinished, by their place in it. */
  texts?(config: Readonly<Record<string, unknown>>): Record<string, string>;
  /** Fields of the person that `plan` will look at: `timezone`, `created_at`, `last_activity`, `attributes.<name>`. */
  reads?(config: z.output<S>): string[];
  /** Activity types that this step itself brings about: a start on one of them would feed itself. */
  causes?(config: z.output<S>): string[];
  /** A wait's ways out that may be taken without time passing, because what it waits for can hold already. */
  instantPorts?(config: Partial<z.output<S>>): string[];
  /** Entry steps are never planned: the run starts behind them. */
  plan(config: z.output<S>, input: PlanInput): Plan;
  examples: NodeExample<z.output<S>>[];
  /** Brings the config of the previous version to this one. */
  migrate?(old: unknown): z.input<S>;
}

/** Makes a definition; its sentence is its phrases put together, so that the two cannot differ. */
export const defineNode = <const T extends string, S extends z.ZodObject>(
  definition: Omit<NodeDef<T, S>, 'sentence'>,
): NodeDef<T, S> => ({ ...definition, sentence: (config) => phrasesText(definition.phrases(config, noNames)) });

/** The one way out of a step that does not decide. */
export const nextPort = (): Port[] => [{ id: 'next', label: '' }];

/** Of these fields those that hold text: for `texts`. */
export const textsOf = (config: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const text = config[field];
      return typeof text === 'string' ? [[field, text]] : [];
    }),
  );
