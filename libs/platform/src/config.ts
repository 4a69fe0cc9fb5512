import { issueText } from '#rules';
import { z } from 'zod';

const flag = z.enum(['0', '1']).transform((value) => value === '1');
const optionalText = z
  .string()
  .transform((value) => value.trim() || undefined)
  .optional();

/**
 * Every environment variable that Cortex reads. Each says here what it is for and, where leaving it out does more than
 * take the schema's default, what happens then (`absent`): the README's table is made of that by `npm run gen`.
 */
export const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65535).default(3000).meta({
    description: 'The port of the API and of the screens.',
  }),
  DATABASE_URL: optionalText.meta({
    description: 'A PostgreSQL server of your own, 18 or newer: `postgres://user:password@host:5432/database`.',
    absent: 'a PostgreSQL that comes with Cortex, in the data folder',
  }),
  CORTEX_DATA_DIR: z.string().default('.data').meta({
    description: 'The folder of the PostgreSQL that comes with Cortex.',
  }),
  CORTEX_ROLE: z.enum(['all', 'api', 'worker']).default('all').meta({
    description: 'What this process does. `api` and `worker` need `DATABASE_URL`.',
  }),
  CORTEX_ADMIN_EMAIL: optionalText.meta({
    description: "The first administrator's address, read at the first start.",
    absent: '`admin@cortex.local`',
  }),
  CORTEX_ADMIN_PASSWORD: optionalText.meta({
    description: "The first administrator's password, read at the first start.",
    absent: 'made at the first start and printed once',
  }),
  CORTEX_API_KEY: optionalText.meta({
    description: 'A server API key with every scope, made at start if it does not exist.',
    absent: 'made at the first start and printed once',
  }),
  CORTEX_SECRET: optionalText.meta({
    description: 'Signs sessions and the links in mails.',
    absent: 'made once and kept in the database, so that all processes agree',
  }),
  CORTEX_PUBLIC_URL: optionalText.meta({
    description: 'Where browsers reach Cortex: links in mails start with it, and staff may sign in from it.',
    absent: '`http://localhost:$PORT`',
  }),
  CORTEX_TRUST_PROXY: optionalText.meta({
    description: "The proxies whose word about a caller's address counts: a number of hops, or addresses and ranges.",
    absent: 'none',
  }),
  CORTEX_TIMEZONE: z.string().default('UTC').meta({
    description: "The workspace's time zone at the first start; after that it is a setting.",
  }),
  CORTEX_SENDING: z.enum(['on', 'off']).default('on').meta({
    description: '`off` stops all mail from outside, whatever the screens say.',
  }),
  CORTEX_DEMO: flag.optional().meta({
    description: 'Sample people in an empty database.',
    absent: '`1` with the PostgreSQL that comes with Cortex, `0` with `DATABASE_URL`',
  }),
  CORTEX_PG_PORT: z.coerce.number().int().min(1).max(65535).optional().meta({
    description: 'The port of the PostgreSQL that comes with Cortex.',
    absent: 'a free one, remembered in the data folder',
  }),
  CORTEX_RESTORED: flag.default(false).meta({
    description: '`1` at the first start after a backup was restored: sending starts stopped.',
  }),
  CORTEX_SENDER: optionalText.meta({
    description: 'The sender of all mail, `Name <address>`, until the settings name one.',
    absent: 'set in the settings before anything is sent',
  }),
  CORTEX_POSTAL_ADDRESS: optionalText.meta({
    description: 'The postal address below marketing mail, until the settings name one.',
    absent: 'set in the settings before anything is sent',
  }),
  POSTMARK_SERVER_TOKEN: optionalText.meta({
    description: 'Sends mail through this Postmark server.',
    absent: 'mail goes to the built-in outbox',
  }),
  POSTMARK_API_URL: z.string().default('https://api.postmarkapp.com').meta({
    description: "Where Postmark's API is.",
  }),
  POSTMARK_TIMEOUT_SECONDS: z.coerce.number().min(1).max(300).default(30).meta({
    description: 'After this a call to Postmark counts as unclear and is looked up.',
  }),
  POSTMARK_BROADCAST_STREAM: z.string().default('broadcast').meta({
    description: 'The message stream of marketing mail.',
  }),
  POSTMARK_TRANSACTIONAL_STREAM: z.string().default('outbound').meta({
    description: 'The message stream of transactional mail.',
  }),
  POSTMARK_WEBHOOK_USER: optionalText.meta({
    description: "The user that Postmark's webhook signs in with (basic auth).",
    absent: 'the webhook answers 401',
  }),
  POSTMARK_WEBHOOK_PASSWORD: optionalText.meta({
    description: 'The password that goes with it.',
    absent: 'the webhook answers 401',
  }),
  CORTEX_WEBHOOK_NETWORKS: optionalText.meta({
    description: 'Private networks that webhook steps may call besides the internet: `10.1.0.0/16,127.0.0.1`.',
    absent: 'none',
  }),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info').meta({
    description: 'What is logged, from the fewest lines to the most.',
  }),
  NODE_ENV: z.string().optional().meta({
    description: "`development` and `test` also check the API's own answers against their contracts.",
    absent: 'they are not checked',
  }),
});

export type Environment = z.infer<typeof environment>;

/** What the process was told at start. `publicUrl` has no trailing slash. */
export class Config {
  readonly publicUrl: string;

  constructor(readonly env: Environment) {
    this.publicUrl = (env.CORTEX_PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, '');
  }

  /** Whether mail leaves this machine; without a token it goes to the built-in outbox. */
  get hasPostmark(): boolean {
    return this.env.POSTMARK_SERVER_TOKEN !== undefined;
  }

  get usesPostmarksOwnApi(): boolean {
    return new URL(this.env.POSTMARK_API_URL).hostname === 'api.postmarkapp.com';
  }
}

/**
 * Reads the environment once, at start.
 * @throws Error whose message is one sentence naming the variable and what it should be.
 */
export function readConfig(source: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given, { error: (issue) => issueText(issue) });
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Error(`The environment variable ${issue.path.join('.')} is not usable: ${issue.message}`);
  }
  const url = parsed.data.DATABASE_URL;
  if (url !== undefined && !/^postgres(ql)?:\/\/[^/]+\/[^/?]+/.test(url)) {
    throw new Error('DATABASE_URL is not usable: it should look like postgres://user:password@host:5432/database.');
  }
  return new Config(parsed.data);
}

/** The environment for a child process: ours, with `extra` on top. */
export function environmentFor(extra: Record<string, string>): Record<string, string | undefined> {
  return { ...process.env, ...extra };
}
