import { PasswordResets } from '#access';
import { createDataSource, Database, readConfig, readSecret, systemActor } from '#platform';

const usage = 'Say what to do: npm run admin -- reset-password <email>';

/**
 * What can be done from the machine itself, without signing in. Audited as done at the terminal.
 * @param words what follows `npm run admin --`
 * @returns what the terminal shows
 * @throws Error with one sentence
 */
export async function administrate(words: readonly string[], databaseUrl: string): Promise<string> {
  const [command, email, ...more] = words;
  if (command !== 'reset-password' || !email || more.length > 0) throw new Error(usage);
  const config = readConfig();
  const source = createDataSource({ url: databaseUrl, applicationName: 'cortex admin', poolSize: 2 });
  await source.initialize();
  try {
    const database = new Database(source);
    const resets = new PasswordResets(database, config, await readSecret(database, config));
    const { link } = await resets.forAddress(systemActor('the terminal'), email);
    return `Open this link to set a new password for ${email}. It works once, for a day.\n\n  ${link}\n`;
  } finally {
    await source.destroy();
  }
}
