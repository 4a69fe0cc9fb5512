import {
  Engine,
  Operator as EngineOperator,
  Rule as EngineRule,
  type NestedCondition,
  type TopLevelCondition,
} from 'json-rules-engine';
import { isGroup, type Group, type Place, type Rule } from '../language/language.js';
import { operators } from '../operators/index.js';
import type { Operand } from '../language/operator.js';
import { look, prepare, type Known, type Prepared } from '../reading/prepare.js';
import type { Moment } from '../language/time.js';
import { readingName } from './seen.js';

/** A condition ready to be decided: looked up, its operands computed once. */
export interface Ready extends Known {
  prepared: Prepared[];
  /** The values of `prepared`, as the faces take them. */
  operands: Operand[];
  /** The name under which the engine finds the values of its field; equal for conditions that read the same. */
  fact: string;
}

export function makeReady(known: Known, moment: Moment): Ready {
  const prepared = prepare(known, moment);
  const operands = prepared.map((operand) => operand.value as Operand);
  return { ...known, prepared, operands, fact: readingName(known) };
}

/** Whether neither the moment nor the time zone can change the answer. */
export const isTimeless = ({ type, face }: Known): boolean => type !== 'instant' && face.shape !== 'within';

/** Whether the condition holds for these values of its field; a missing value is an empty list. */
export function holds({ operator, face, operands }: Ready, seen: Operand[]): boolean {
  const positive = seen.some((value) => face.test(value, operands));
  return operator.negates ? !positive : positive;
}

/** A rule of json-rules-engine, and the conditions whose facts it asks for. */
export interface Compiled {
  /** Made once and given to many engines, also at the same time: an evaluation works on a copy of its conditions. */
  rule: EngineRule;
  asked: Ready[];
  /** Whether it holds good at every moment and in every time zone. */
  timeless: boolean;
}

let named = 0;

/**
 * Turns a rule into json-rules-engine's. Each condition asks for a fact of its own that we flatten; its value
 * is a function, so that the library neither clones nor resolves it, and no `path` is ever given.
 */
export function toEngine(group: Group, place: Place, moment: Moment): Compiled {
  const asked: Ready[] = [];
  const compile = (rule: Rule): NestedCondition => {
    if (isGroup(rule)) {
      const children = rule.conditions.map(compile);
      if (rule.operator === 'NOT') return { not: children[0]! };
      return rule.operator === 'AND' ? { all: children } : { any: children };
    }
    const known = look(rule, place);
    const ready = makeReady(known, moment);
    asked.push(ready);
    return { fact: ready.fact, operator: ready.operator.name, value: () => ready };
  };
  const conditions = compile(group) as TopLevelCondition;
  const rule = new EngineRule({ conditions, event: { type: 'decided' }, name: `rule ${(named += 1)}` });
  return { rule, asked, timeless: asked.every(isTimeless) };
}

/** The library's operator map with ours in it and none of its own; made once, shared by every engine. */
const ours = (() => {
  const engine = new Engine();
  const map = (engine as unknown as { operators: { operators: Map<string, unknown> } }).operators;
  for (const name of [...map.operators.keys()]) engine.removeOperator(name);
  for (const { name } of operators) {
    engine.addOperator(new EngineOperator<Operand[], () => Ready>(name, (seen, ready) => holds(ready(), seen)));
  }
  return map;
})();

/** An engine that knows our operators only and cannot resolve paths. */
export function newEngine(): Engine {
  const engine = new Engine([], {
    pathResolver: () => {
      throw new Error('Rules hold no paths.');
    },
  });
  Object.assign(engine, { operators: ours });
  return engine;
}
