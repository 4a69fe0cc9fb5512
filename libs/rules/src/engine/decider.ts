import { Fact, type TopLevelConditionResult } from 'json-rules-engine';
import type { PersonFacts } from '../language/facts.js';
import { isGroup, type Group, type Place, type Rule as AstRule } from '../language/language.js';
import type { Operand } from '../language/operator.js';
import type { Moment } from '../language/time.js';
import { instantLiteral } from '../sql/to-sql.js';
import { filterOf } from './filter.js';
import { Reading, storedValues, type Facts, type WhereFacts } from './seen.js';
import { newEngine, toEngine, type Compiled } from './to-engine.js';

/** Why a rule holds or does not: the same decision, asked for its parts. Instants as RFC 3339 texts. */
export interface Proof {
  operator: string;
  result: boolean;
  field?: string;
  /** What the person has; null when it is missing. What does not fit the type is shown as it is stored. */
  value_seen?: unknown;
  /** What the condition asks for, relative times as instants. */
  wanted?: unknown;
  children?: Proof[];
}

/** What the library writes onto its copy of a condition. */
interface Result {
  result?: boolean;
  factResult?: Operand[];
  all?: Result[];
  any?: Result[];
  not?: Result;
}

/** Rules that no moment changes, compiled once for all deciders. */
const timeless: Record<Place, WeakMap<Group, Compiled>> = {
  person: new WeakMap(),
  graph: new WeakMap(),
  where: new WeakMap(),
};

/**
 * Decides rules in memory with json-rules-engine, all at one moment. Make one per evaluation (some activities, a run,
 * a replayed instant): relative times are computed once for each rule.
 */
export class Decider {
  readonly moment: Moment;
  private readonly compiled = new Map<Place, WeakMap<Group, Compiled>>();

  constructor(moment: Moment) {
    this.moment = moment;
  }

  /** Many rules about one person, in one run of the engine; rules that the cheap filter settles do not reach it. */
  decideAll(groups: readonly Group[], facts: PersonFacts): Promise<Map<Group, boolean>> {
    return this.answers(groups, facts, 'graph');
  }

  /** One rule about one person. */
  async decide(group: Group, facts: PersonFacts): Promise<boolean> {
    return (await this.decideAll([group], facts)).get(group)!;
  }

  /** Many `where`s about one activity, in one run of the engine. */
  decideAllWhere(wheres: readonly Group[], activity: WhereFacts): Promise<Map<Group, boolean>> {
    return this.answers(wheres, activity, 'where');
  }

  /** One `where` about one activity. */
  async decideWhere(where: Group, activity: WhereFacts): Promise<boolean> {
    return (await this.decideAllWhere([where], activity)).get(where)!;
  }

  /** The decision with its reasons, condition by condition. */
  async explain(group: Group, facts: PersonFacts): Promise<Proof> {
    return (await this.explainAll([group], facts)).get(group)!;
  }

  /** Many decisions about one person with their reasons, in one run of the engine. */
  async explainAll(groups: readonly Group[], facts: PersonFacts): Promise<Map<Group, Proof>> {
    const asked = [...new Set(groups)];
    if (asked.length === 0) return new Map();
    const results = await this.run(asked, new Reading(facts, this.moment.timezone), 'graph');
    return new Map(
      asked.map((group, index) => [
        group,
        this.proof(group, results[index]!.conditions as Result, this.compile(group, 'graph'), facts),
      ]),
    );
  }

  private async answers(groups: readonly Group[], facts: Facts, place: Place): Promise<Map<Group, boolean>> {
    const reading = new Reading(facts, this.moment.timezone);
    const answers = new Map<Group, boolean>();
    const open: Group[] = [];
    for (const group of new Set(groups)) {
      if (filterOf(group, place)(reading)) open.push(group);
      else answers.set(group, false);
    }
    if (open.length === 0) return answers;
    const results = await this.run(open, reading, place);
    for (const [index, group] of open.entries()) answers.set(group, results[index]!.result);
    return answers;
  }

  /** The engine's results in the order of the groups. */
  private async run(
    groups: readonly Group[],
    reading: Reading,
    place: Place,
  ): Promise<{ result: boolean; conditions: TopLevelConditionResult }[]> {
    const engine = newEngine();
    const flat: Record<string, Fact> = {};
    const position = new Map<string, number>();
    for (const [index, group] of groups.entries()) {
      const { rule, asked } = this.compile(group, place);
      for (const ready of asked) {
        flat[ready.fact] ??= new Fact(ready.fact, reading.values(ready, ready.fact), { cache: false });
      }
      engine.addRule(rule);
      position.set(rule.name, index);
    }
    const { results, failureResults } = await engine.run(flat);
    const inOrder: { result: boolean; conditions: TopLevelConditionResult }[] = [];
    for (const each of [...results, ...failureResults]) inOrder[position.get(each.name)!] = each;
    return inOrder;
  }

  private compile(group: Group, place: Place): Compiled {
    const always = timeless[place].get(group);
    if (always) return always;
    let known = this.compiled.get(place);
    if (!known) this.compiled.set(place, (known = new WeakMap()));
    let compiled = known.get(group);
    if (!compiled) {
      compiled = toEngine(group, place, this.moment);
      (compiled.timeless ? timeless[place] : known).set(group, compiled);
    }
    return compiled;
  }

  private proof(group: Group, result: Result, { asked }: Compiled, facts: PersonFacts): Proof {
    let next = 0;
    const walk = (rule: AstRule, found: Result): Proof => {
      if (isGroup(rule)) {
        const parts = found.all ?? found.any ?? [found.not!];
        const children = rule.conditions.map((child, index) => walk(child, parts[index]!));
        return { operator: rule.operator, result: found.result ?? decided(rule.operator, children), children };
      }
      const ready = asked[next++]!;
      const instantSeen = ready.type === 'instant' || ready.face.shape === 'within';
      const fitting = (found.factResult ?? []).map((value) => spoken(value, instantSeen));
      const seen = fitting.length > 0 ? fitting : storedValues(ready, facts);
      const wanted = ready.prepared.map(({ value, type }) => spoken(value, type === 'instant'));
      return {
        operator: rule.operator,
        result: found.result ?? false,
        field: rule.field,
        value_seen: seen.length === 0 ? null : seen.length === 1 ? seen[0] : seen,
        wanted: wanted.length === 0 ? null : wanted.length === 1 ? wanted[0] : wanted,
      };
    };
    return walk(group, result);
  }
}

/** An operand or a value as an answer shows it. */
const spoken = (value: Operand, isInstant: boolean): unknown => {
  if (Array.isArray(value)) return value.map((each) => spoken(each, isInstant));
  if (!isInstant || typeof value !== 'number' || Number.isNaN(value)) return value;
  const at = Math.min(Math.max(value, EARLIEST), LATEST);
  return Number.isInteger(at) ? new Date(at).toISOString() : instantLiteral(at);
};

/** What RFC 3339 can write; what the database keeps beyond, infinity included, is shown as its edge. */
const EARLIEST = Date.parse('0001-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** The library leaves the root's own result to the rule's. */
const decided = (operator: Group['operator'], children: Proof[]): boolean => {
  if (operator === 'NOT') return !children[0]!.result;
  return operator === 'AND' ? children.every((child) => child.result) : children.some((child) => child.result);
};
