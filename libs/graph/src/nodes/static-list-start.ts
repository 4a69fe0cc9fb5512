import type { CheckContext, Problem } from '../model/node.js';

/** Only lists that follow rules tell who enters and leaves, so a start over a list kept by hand never lets anybody in. */
export const staticListStart = (listId: string, { world, node_id, pointer }: CheckContext): Problem[] =>
  world.lists?.get(listId) === 'static'
    ? [
        {
          code: 'static_list_start',
          severity: 'look',
          node_id,
          pointer: `${pointer}/config/smart_list_id`,
          message:
            'This list is kept by hand, and only lists that follow rules say who enters or leaves. Nobody will start here. Choose a list of rules.',
        },
      ]
    : [];
