import { z } from 'zod';
import { defineNode, nextPort, type Problem } from '../model/node.js';
import { hear, set, thing } from '../words/hear.js';
import { called } from '../words/names.js';
import { say, value } from '../words/phrase.js';
import type { DrawingProblemCode } from '../model/problem-codes.js';

const id = '00000000-0000-7000-8000-0000000000b1';

export const enterAutomation = defineNode({
  type: 'enter_automation',
  version: 1,
  kind: 'action',
  icon: 'forward',
  title: 'Start another automation',
  summary: 'Adds the person to another automation as well, within its entry limit, and continues here.',
  docs:
    'The other automation must be live. Its start conditions are not checked, but its entry limit applies. ' +
    'Anyone who is not let in continues here all the same, and the step says why. If automations send a ' +
    'person round in circles, it stops after ten times within seven days and a notice appears under Needs ' +
    'attention.',
  config: z.strictObject({
    automation_id: z
      .uuid('Choose an automation.')
      .meta({ label: 'Automation', help: 'Its entry limit applies.', control: 'automation' }),
  }),
  defaults: { automation_id: '' },
  ports: nextPort,
  phrases: ({ automation_id }, names) =>
    say`Also start ${value('automation_id', called(names, automation_id, 'the chosen automation'))}`,
  hears: hear`Also start ${set('automation_id', thing('automation'))}`,
  check: ({ automation_id }, { pointer, node_id, world }) => {
    const problem = (code: DrawingProblemCode, severity: Problem['severity'], message: string): Problem[] => [
      { code, severity, node_id, pointer: `${pointer}/config/automation_id`, message },
    ];
    if (automation_id === world.automation_id)
      return problem(
        'enters_itself',
        'blocks',
        'An automation cannot send people to itself. Draw a path back instead.',
      );
    if (!world.automations) return [];
    const other = world.automations.get(automation_id);
    if (!other) return problem('unknown_automation', 'blocks', 'This automation does not exist. Choose another.');
    if (other.leads_back)
      return problem(
        'circle_of_automations',
        'look',
        `“${other.name}” sends people back here. They are stopped after ten times within seven days.`,
      );
    if (!other.live)
      return problem('automation_not_live', 'look', `“${other.name}” is not live, so nobody gets in until it is.`);
    return [];
  },
  plan: ({ automation_id }) => ({ effects: [{ type: 'automation.enter', automation_id }], next: 'next' }),
  examples: [
    {
      name: 'Goes on here too',
      config: { automation_id: id },
      expect: { effects: [{ type: 'automation.enter', automation_id: id }], next: 'next' },
    },
  ],
});
