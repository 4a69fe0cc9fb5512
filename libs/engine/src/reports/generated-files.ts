import { counterTriggers } from './counter-triggers.js';

/** What `npm run gen` writes from this lib: paths from the root of the project, and texts. */
export const generatedFiles = (): Record<string, string> => ({
  'migrations/repeatable/37_automation_counter_triggers.sql': counterTriggers(),
});
