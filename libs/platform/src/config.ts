import { z } from 'zod';

const flag = z.enum(['0', '1']).transform((value) => value === '1');
const optionalText = z
  .string()
  .transform((value) => value.trim() || undefined)
  .optional();

/** Every environment variable that Cortex reads, with its meaning's default (libs/contracts has the public table). */
const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  DATABASE_URL: optionalText,
  CORTEX_DATA_DIR: z.string().default('.data'),
  CORTEX_ROLE: z.enum(['all', 'api', 'worker']).default('all'),
  CORTEX_ADMIN_EMAIL: optionalText,
  CORTEX_ADMIN_PASSWORD: optionalText,
  CORTEX_API_KEY: optionalText,
  CORTEX_SECRET: optionalText,
  CORTEX_PUBLIC_URL: optionalText,
  CORTEX_TRUST_PROXY: optionalText,
  CORTEX_TIMEZONE: z.string().default('UTC'),
  CORTEX_SENDING: z.enum(['on', 'off']).default('on'),
  CORTEX_DEMO: flag.optional(),
  CORTEX_PG_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  CORTEX_RESTORED: flag.default(false),
  CORTEX_SENDER: optionalText,
  CORTEX_POSTAL_ADDRESS: optionalText,
  POSTMARK_SERVER_TOKEN: optionalText,
  POSTMARK_API_URL: z.string().default('https://api.postmarkapp.com'),
  // After this a call to Postmark counts as unclear and is looked up.
  POSTMARK_TIMEOUT_SECONDS: z.coerce.number().min(1).max(300).default(30),
  POSTMARK_BROADCAST_STREAM: z.string().default('broadcast'),
  POSTMARK_TRANSACTIONAL_STREAM: z.string().default('outbound'),
  POSTMARK_WEBHOOK_USER: optionalText,
  POSTMARK_WEBHOOK_PASSWORD: optionalText,
  // Networks inside one's own that webhook steps may call besides the internet, e.g. 10.1.0.0/16,127.0.0.1. None if left out.
  CORTEX_WEBHOOK_NETWORKS: optionalText,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  NODE_ENV: z.string().optional(),
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
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Error(`The environment variable ${issue.path.join('.')} is not usable: ${issue.message}.`);
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
