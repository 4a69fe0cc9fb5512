import type { DraftSettings, GraphNode } from '../model/graph.js';
import { nodeDef } from '../nodes/index.js';
import { noNames } from '../words/names.js';
import { value, type Phrase } from '../words/phrase.js';
import { entryText, momentText } from './diff.js';
import { readable } from './readable.js';

/** How often people may enter where the settings say nothing; see `entryLimit` in libs/automations. */
export const usualLimit = (start: Pick<GraphNode, 'type' | 'config'> | undefined): string =>
  (start && nodeDef(start.type)?.usualLimit?.(readable(start))) ?? 'once ever';

/**
 * What a start says below its sentence: how often people enter, when they leave early, and what counts as the goal.
 * The fields are those of the settings: `entry`, `exit_when`, `goal`.
 */
export const limitPhrases = (
  { entry, exit_when, goal }: DraftSettings,
  start: Pick<GraphNode, 'type' | 'config'> | undefined,
  names = noNames,
): Phrase[] => {
  const often = entryText(entry, usualLimit(start));
  return [
    value('entry', often.charAt(0).toUpperCase() + often.slice(1)),
    { text: ' · ' },
    value('exit_when', exit_when ? `leave early ${momentText(exit_when, names)}` : 'nobody leaves early'),
    { text: ' · ' },
    value('goal', goal ? `goal: ${momentText(goal, names)}` : 'no goal'),
  ];
};
