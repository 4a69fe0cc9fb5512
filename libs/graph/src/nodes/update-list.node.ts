import { z } from 'zod';
import { defineNode, nextPort } from '../model/node.js';
import { eitherOf, hear, meaning, set, thing } from '../words/hear.js';
import { called } from '../words/names.js';
import { say, value } from '../words/phrase.js';

const listId = '00000000-0000-7000-8000-0000000000a1';

export const updateList = defineNode({
  type: 'update_list',
  version: 1,
  kind: 'action',
  icon: 'list',
  title: 'Add to or remove from a list',
  summary: 'Adds the person to a static list, or removes them from it.',
  docs:
    'Only static lists can be changed; a list that follows rules follows its rules. Adding somebody who is ' +
    'already in the list, or removing somebody who is not, changes nothing.',
  config: z.strictObject({
    smart_list_id: z
      .uuid('Choose a list.')
      .meta({ label: 'List', help: 'A list that people are added to by hand or by steps.', control: 'static_list' }),
    action: z.enum(['add', 'remove'], 'Say whether to add or to remove.').meta({
      label: 'What to do',
      control: 'select',
      options: { add: 'Add to the list', remove: 'Remove from the list' },
    }),
  }),
  defaults: { smart_list_id: '', action: 'add' },
  ports: nextPort,
  phrases: ({ smart_list_id, action }, names) => {
    const list = value('smart_list_id', called(names, smart_list_id, 'the chosen list'));
    return action === 'remove' ? say`Remove them from ${list}` : say`Add them to ${list}`;
  },
  hears: eitherOf(
    meaning(hear`Add them to ${set('smart_list_id', thing('list'))}`, { action: 'add' }),
    meaning(hear`Remove them from ${set('smart_list_id', thing('list'))}`, { action: 'remove' }),
  ),
  check: ({ smart_list_id }, { pointer, node_id, world }) =>
    world.lists?.get(smart_list_id) === 'rules'
      ? [
          {
            code: 'list_of_rules',
            severity: 'blocks',
            node_id,
            pointer: `${pointer}/config/smart_list_id`,
            message: 'This list follows rules. Choose a static list.',
          },
        ]
      : [],
  plan: ({ smart_list_id, action }) => ({ effects: [{ type: 'list.update', smart_list_id, action }], next: 'next' }),
  examples: [
    {
      name: 'Adds',
      config: { smart_list_id: listId, action: 'add' },
      expect: { effects: [{ type: 'list.update', smart_list_id: listId, action: 'add' }], next: 'next' },
    },
    {
      name: 'Removes',
      config: { smart_list_id: listId, action: 'remove' },
      expect: { effects: [{ type: 'list.update', smart_list_id: listId, action: 'remove' }], next: 'next' },
    },
  ],
});
