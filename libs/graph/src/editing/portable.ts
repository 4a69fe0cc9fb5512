import { z } from 'zod';
import { draftSettings, graph, type DraftSettings, type Graph } from '../model/graph.js';

export const automationName = z.string().trim().min(1, 'Give the automation a name.').max(200);

/** An automation as a document of its own, to be brought in elsewhere. */
export const portable = z.strictObject({
  format: z.literal('cortex.automation/1'),
  name: automationName,
  graph,
  settings: draftSettings,
});

export interface Portable {
  name: string;
  graph: Graph;
  settings: DraftSettings;
}

/**
 * An exported automation from the text of a file.
 * @returns the automation, or what is wrong with the file, in a sentence
 */
export function readPortable(text: string): Portable | string {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return 'This file is not JSON. Choose one that was exported from an automation’s menu.';
  }
  const read = portable.safeParse(given);
  if (read.success) return read.data;
  if ((given as { format?: unknown } | null)?.format !== 'cortex.automation/1')
    return 'This file is not an exported automation. Choose one that was exported from an automation’s menu.';
  const [first] = read.error.issues;
  return `This export cannot be read: ${first?.message ?? 'it is broken'} (at ${first?.path.join('/') || 'its root'}).`;
}
