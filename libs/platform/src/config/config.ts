import { z } from 'zod';
import {
  accountToken,
  address,
  apiKey,
  databaseUrl,
  flag,
  givenToken,
  hosts,
  line,
  mailbox,
  networks,
  oneOf,
  origin,
  proxies,
  secret,
  serverToken,
  staffPassword,
  streamId,
  text,
  timeZone,
  url,
  wholeNumber,
} from './config-forms.js';
import { unknownNames, unknownNameText } from './config-names.js';

/**
 * Every environment variable that Cortex reads. Each says here what it is for and, where leaving it out does more than
 * take the schema's default, what happens then (`absent`): the README's table is made of that by `npm run gen`.
 */
export const environment = z.object({
  PORT: wholeNumber(0, 65535).default(3000).meta({
    description: 'The port of the API and of the screens.',
  }),
  DATABASE_URL: databaseUrl.optional().meta({
    description: 'A PostgreSQL server of your own, 18 or newer: `postgres://user:password@host:5432/database`.',
    absent: 'a PostgreSQL that comes with Cortex, in the data folder',
  }),
  CORTEX_DATA_DIR: line(1000).default('.data').meta({
    description: 'The folder of the PostgreSQL that comes with Cortex.',
  }),
  CORTEX_ROLE: oneOf(['all', 'api', 'worker']).default('all').meta({
    description: 'What this process does. `api` and `worker` need `DATABASE_URL`.',
  }),
  CORTEX_ADMIN_EMAIL: address.optional().meta({
    description: "The first administrator's address, read at the first start.",
    absent: '`admin@cortex.local`',
  }),
  CORTEX_ADMIN_PASSWORD: staffPassword.optional().meta({
    description: "The first administrator's password, read at the first start.",
    absent: 'made at the first start and printed once',
  }),
  CORTEX_API_KEY: apiKey.optional().meta({
    description: 'A server API key with every scope, made at start if it does not exist. At least 20 characters.',
    absent: 'made at the first start and printed once',
  }),
  CORTEX_SECRET: secret.optional().meta({
    description:
      'Signs sessions and the links in mails, and encrypts stored secrets. At least 32 characters: `openssl rand -base64 32`.',
    absent: 'made once and kept in the database, so that all processes agree',
  }),
  CORTEX_SECRET_PREVIOUS: line(10_000).optional().meta({
    description:
      'Earlier values of `CORTEX_SECRET`, separated by spaces: links in mails that were sent stay good, and stored secrets are encrypted anew at start.',
    absent: 'none',
  }),
  CORTEX_PUBLIC_URL: url.optional().meta({
    description: 'Where browsers reach Cortex: links in mails start with it, and staff may sign in from it.',
    absent: '`http://localhost:$PORT`',
  }),
  CORTEX_TRUST_PROXY: proxies.optional().meta({
    description: "The proxies whose word about a caller's address counts: a number of hops, or addresses and ranges.",
    absent: 'none',
  }),
  CORTEX_TIMEZONE: timeZone.default('UTC').meta({
    description: "The workspace's time zone at the first start; after that it is a setting.",
  }),
  CORTEX_SENDING: oneOf(['on', 'off']).default('on').meta({
    description: '`off` stops all mail from outside, whatever the screens say.',
  }),
  CORTEX_DEMO: flag.optional().meta({
    description: 'Sample people in an empty database.',
    absent: '`1` with the PostgreSQL that comes with Cortex, `0` with `DATABASE_URL`',
  }),
  CORTEX_PG_PORT: wholeNumber(1, 65535).optional().meta({
    description: 'The port of the PostgreSQL that comes with Cortex.',
    absent: 'a free one, remembered in the data folder',
  }),
  CORTEX_RESTORED: flag.default(false).meta({
    description: '`1` at the first start after a backup was restored: sending starts stopped.',
  }),
  CORTEX_SENDER: mailbox.optional().meta({
    description: 'The sender of all mail, `Name <address>`, until the settings name one.',
    absent: 'set in the settings before anything is sent',
  }),
  CORTEX_POSTAL_ADDRESS: text.optional().meta({
    description: 'The postal address below marketing mail, until the settings name one.',
    absent: 'set in the settings before anything is sent',
  }),
  POSTMARK_SERVER_TOKEN: serverToken.optional().meta({
    description: 'Sends mail through this Postmark server.',
    absent: 'mail goes to the built-in outbox',
  }),
  POSTMARK_API_URL: url.default('https://api.postmarkapp.com').meta({
    description: "Where Postmark's API is.",
  }),
  POSTMARK_TIMEOUT_SECONDS: wholeNumber(1, 300).default(30).meta({
    description: 'After this a call to Postmark counts as unclear and is looked up.',
  }),
  POSTMARK_ACCOUNT_TOKEN: accountToken.optional().meta({
    description:
      'Reads from your Postmark account which senders and domains are confirmed, and has people removed there who were erased here.',
    absent: 'Cortex does not say whether a sender is confirmed',
  }),
  POSTMARK_BROADCAST_STREAM: streamId.default('broadcast').meta({
    description: 'The message stream of marketing mail.',
  }),
  POSTMARK_TRANSACTIONAL_STREAM: streamId.default('outbound').meta({
    description: 'The message stream of transactional mail.',
  }),
  POSTMARK_WEBHOOK_USER: line(200).optional().meta({
    description: "The user that Postmark's webhook signs in with (basic auth).",
    absent: 'the webhook answers 401',
  }),
  POSTMARK_WEBHOOK_PASSWORD: line(200).optional().meta({
    description: 'The password that goes with it.',
    absent: 'the webhook answers 401',
  }),
  UNLAYER_PROJECT_ID: wholeNumber(1, 2_147_483_647).optional().meta({
    description:
      "The number of your project at Unlayer: offers Unlayer's editor beside our own. The page of a template then loads a script from `editor.unlayer.com`; no other page does.",
    absent: 'it is not offered; templates made with it are still shown and sent',
  }),
  STRIPE_API_KEY: givenToken.optional().meta({
    description:
      'Fetches orders from this Stripe account. A restricted key will do: it reads charges, customers and refunds, and writes refunds if Cortex is to refund.',
    absent: 'no orders come from Stripe',
  }),
  STRIPE_API_URL: origin.default('https://api.stripe.com').meta({
    description: "Where Stripe's API is.",
  }),
  STRIPE_WEBHOOK_SECRET: givenToken.optional().meta({
    description: "The signing secret (`whsec_…`) of Stripe's webhook to `/webhooks/stripe`.",
    absent: 'the webhook answers 401',
  }),
  SHOPIFY_WEBHOOK_SECRET: givenToken.optional().meta({
    description: "The signing secret of Shopify's webhooks to `/webhooks/shopify`.",
    absent: 'the webhook answers 401',
  }),
  SHOPIFY_URL: origin.optional().meta({
    description: 'Your shop at Shopify, `https://….myshopify.com`, from which orders are fetched.',
    absent: 'orders come by its webhooks only',
  }),
  SHOPIFY_ADMIN_TOKEN: givenToken.optional().meta({
    description:
      'The Admin API token of an app of that shop, with the scopes `read_orders` and, for orders older than 60 days, `read_all_orders`.',
    absent: 'orders come by its webhooks only',
  }),
  ORDERS_URL: url.optional().meta({
    description: 'Fetches orders from this address of your own shop, which answers as `libs/orders/README.md` says.',
    absent: 'no orders are fetched from a shop',
  }),
  ORDERS_TOKEN: givenToken.optional().meta({
    description: 'Sent to `ORDERS_URL` as `Authorization: Bearer …`.',
    absent: 'it is asked without credentials',
  }),
  SUPABASE_URL: origin.optional().meta({
    description:
      'The project at Supabase with which customers sign in elsewhere, `https://….supabase.co`: revoking and restoring access, another address and a new password are done there too.',
    absent: 'customers sign in at `/learn` only',
  }),
  SUPABASE_SERVICE_KEY: givenToken.optional().meta({
    description: 'The service key of that project.',
    absent: 'customers sign in at `/learn` only',
  }),
  CORTEX_WEBHOOK_NETWORKS: networks.optional().meta({
    description:
      'Private networks that webhook steps and `ORDERS_URL` may call besides the internet: `10.1.0.0/16,127.0.0.1`.',
    absent: 'none',
  }),
  CORTEX_OUTGOING_HOSTS: hosts.optional().meta({
    description:
      'The only hosts that webhook steps, checks of links and `ORDERS_URL` may call: `hooks.example.com,*.example.org`. The star is every name below.',
    absent: 'every public one',
  }),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info').meta({
    description: 'What is logged, from the fewest lines to the most.',
  }),
  NODE_ENV: line(100).optional().meta({
    description: "`development` and `test` also check the API's own answers against their contracts.",
    absent: 'they are not checked',
  }),
});

export type Environment = z.infer<typeof environment>;

/** What the process was told at start. `publicUrl` has no trailing slash. */
export class Config {
  readonly publicUrl: string;

  /** @param notes sentences about what was given and is not read */
  constructor(
    readonly env: Environment,
    readonly notes: readonly string[] = [],
  ) {
    this.publicUrl = (env.CORTEX_PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, '');
  }

  /** Whether mail leaves this machine; without a token it goes to the built-in outbox. */
  get hasPostmark(): boolean {
    return this.env.POSTMARK_SERVER_TOKEN !== undefined;
  }

  get usesPostmarksOwnApi(): boolean {
    return new URL(this.env.POSTMARK_API_URL).hostname === 'api.postmarkapp.com';
  }

  /** Whether links in mail would lead to this machine although Postmark itself carries it: such mail waits. */
  get mailWouldPointHere(): boolean {
    return this.hasPostmark && this.usesPostmarksOwnApi && isThisMachine(this.publicUrl);
  }
}

const isThisMachine = (url: string): boolean => {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127\./.test(hostname);
};

/**
 * Reads the environment once, before anything is started. An empty variable counts as one that was left out.
 * @throws Error with one line for each mistake: a sentence that names the variable and what to do, and no value
 */
export function readConfig(source: Record<string, string | undefined> = process.env): Config {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(source)) if (value?.trim()) given[name] = value.trim();
  const parsed = environment.safeParse(given);
  const unknown = unknownNames(Object.keys(given), Object.keys(environment.shape));
  const mistakes = [
    ...(parsed.error?.issues ?? []).map(({ message }) => message),
    ...contradictions(given),
    ...unknown.filter(({ slip }) => slip).map(unknownNameText),
  ];
  if (!parsed.success || mistakes.length > 0) throw new Error(mistakes.join('\n'));
  return new Config(parsed.data, [...unknown.map(unknownNameText), ...withoutTls(parsed.data)]);
}

const thisMachine = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Passwords and people's data would be read by anyone in between. */
function withoutTls({ CORTEX_PUBLIC_URL: url }: Environment): string[] {
  const { protocol, hostname } = new URL(url ?? 'http://localhost');
  if (protocol === 'https:' || thisMachine.test(hostname)) return [];
  return [
    'CORTEX_PUBLIC_URL begins with http:, so passwords and sessions cross the network unencrypted. Put a proxy with TLS before Cortex and name its https address.',
  ];
}

/** What each variable alone cannot show. */
function contradictions(given: Readonly<Record<string, string>>): string[] {
  const found: string[] = [];
  const role = given.CORTEX_ROLE;
  if ((role === 'api' || role === 'worker') && given.DATABASE_URL === undefined) {
    found.push(
      `The role ${role} needs a database that other processes share: set DATABASE_URL, or leave CORTEX_ROLE out to run everything here.`,
    );
  }
  const pairs = [
    ['POSTMARK_WEBHOOK_USER', 'POSTMARK_WEBHOOK_PASSWORD'],
    ['SUPABASE_URL', 'SUPABASE_SERVICE_KEY'],
    ['SHOPIFY_URL', 'SHOPIFY_ADMIN_TOKEN'],
  ] as const;
  for (const pair of pairs) {
    const missing = pair.filter((name) => given[name] === undefined);
    if (missing.length !== 1) continue;
    const there = pair.find((name) => name !== missing[0]);
    found.push(`${missing[0]} is missing: set it too, or leave ${there} out.`);
  }
  if (given.ORDERS_TOKEN !== undefined && given.ORDERS_URL === undefined)
    found.push('ORDERS_URL is missing: set it too, or leave ORDERS_TOKEN out.');
  return found;
}

/**
 * The same for a program that cannot do without a database of its own.
 * @throws Error as `readConfig`
 */
export function readConfigWithDatabase(program: string): { config: Config; url: string } {
  const config = readConfig();
  const url = config.env.DATABASE_URL;
  if (!url) throw new Error(`${program} needs DATABASE_URL: postgres://user:password@host:5432/database.`);
  return { config, url };
}
