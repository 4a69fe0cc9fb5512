import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The project's folder, whether the program runs from its sources or from dist. */
export function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('The project folder was not found: no package.json above the program.');
    folder = above;
  }
  return folder;
}

/** The folder of our SQL migrations. */
export const migrationsFolder = (): string => join(projectRoot(), 'migrations');
