// npm run admin -- reset-password <email>: for whoever sits at the machine and cannot sign in. The database is that of
// DATABASE_URL, else the one in CORTEX_DATA_DIR, whose Cortex must be running.
import { address, reasonOf } from './running-database.mjs';

const { administrate } = await import('../../dist/apps/standalone/src/administrate.js');
try {
  const answer = await administrate(process.argv.slice(2), address());
  process.stdout.write(`${answer}\n`);
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = 1;
}
