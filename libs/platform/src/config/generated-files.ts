import { withConfigurationTable } from './config-table.js';

/** What `npm run gen` writes from this lib. `current` answers the text that a file has now, by its path from the root. */
export const generatedFiles = (current: (path: string) => string): Record<string, string> => ({
  'README.md': withConfigurationTable(current('README.md')),
});
