// `npm start` with less patience than usual: the arguments are the program and, as JSON, its lives.
import { readConfig } from '#platform';
import { supervise } from '../../../dist/apps/standalone/src/supervise.js';

try {
  process.exitCode = await supervise(readConfig(), process.argv[2], JSON.parse(process.argv[3]));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
