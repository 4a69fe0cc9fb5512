import { join, resolve } from 'node:path';
import { outliveTheTerminal, readConfig } from '#platform';
import { supervise } from './supervise.js';

/**
 * `npm start`: PostgreSQL first, then the application as a child, which is `main.js` unless a program is named.
 * Whatever prevents the start is one sentence on the terminal and exit code 1.
 */
outliveTheTerminal();
try {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 22) {
    throw new Error(
      `Cortex needs Node 22.13 or newer and runs on ${process.versions.node}. Start it with npm start after npm ci, which brings one on Linux and Windows.`,
    );
  }
  const program = process.argv[2] ? resolve(process.argv[2]) : join(import.meta.dirname, 'main.js');
  process.exitCode = await supervise(readConfig(), program);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
