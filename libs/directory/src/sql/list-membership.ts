import { personalIds } from '#rules';
import { generatedBy } from './columns.js';

/** Of the kept row, what a rule about the person may ask. */
const asked = [
  ...['id', 'type', 'address', ...personalIds, 'tags', 'attributes', 'created_at', 'lifetime_value_minor'],
  ...['consent_status', 'linked_consent', 'suppressed_broadcast'],
];

/** Which changes of a kept row make its lists look at the person again. */
export const listMembership = (): string => `${generatedBy('list-membership.ts')}
create or replace trigger touch_lists_new after insert on cortex.people
  for each row when (new.type is not null) execute function cortex.touch_lists_of_person();

-- Everything that rules may ask about and the kept row holds. \`last_activity\` is not among the columns: the matcher
-- moves it, and looks at the lists itself; a statement that sets none of them does not even compare.
create or replace trigger touch_lists after update of
    ${asked.join(', ')}
  on cortex.people for each row when (
    ${asked.map((column) => `old.${column} is distinct from new.${column}`).join('\n    or ')})
  execute function cortex.touch_lists_of_person();
`;
