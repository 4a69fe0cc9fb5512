import { validate, type DraftSettings, type Graph, type Problem, type Surroundings } from '#graph';
import { cronProblem } from '../starts/cron.js';

/** A drawing with all that is known of its surroundings, as data. */
export interface DrawingParts {
  graph: Graph;
  settings: DraftSettings;
  world: Omit<Surroundings, 'checkTemplate' | 'checkCron'>;
  /** What is wrong with its texts, by the text. */
  wrong: ReadonlyMap<string, string>;
}

export const check = ({ graph, settings, world, wrong }: DrawingParts): Problem[] =>
  validate(graph, settings, { ...world, checkTemplate: (text) => wrong.get(text), checkCron: cronProblem });
