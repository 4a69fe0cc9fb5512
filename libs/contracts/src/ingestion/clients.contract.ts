import { z } from 'zod';
import { MAX_ITEMS } from './activities.contract.js';
import { instant, route } from '../http/route.js';

/** An id as clients send it: some send numbers, and null where there is none. */
const someone = z.union([z.string().max(200, 'An id has at most 200 characters.'), z.number()]).nullish();
const facts = z.record(z.string(), z.unknown()).nullish();

const clientCalls = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const;
export type ClientCall = (typeof clientCalls)[number];

/** What one call of a client of Segment or RudderStack sends; what is not named here is not looked at. */
const spoken = z.looseObject({
  messageId: z.string().max(200, 'A messageId has at most 200 characters.').nullish(),
  userId: someone,
  anonymousId: someone,
  /** What happened, of `track`. */
  event: z.string().max(200, 'The name of an event has at most 200 characters.').nullish(),
  /** Of `page` and `screen`. */
  name: z.string().max(500, 'A name has at most 500 characters.').nullish(),
  category: z.string().max(500, 'A category has at most 500 characters.').nullish(),
  properties: facts,
  traits: facts,
  context: z
    .looseObject({
      traits: facts,
      /** The proof of a page that the address in the traits is the visitor's, see `POST /track`. */
      signature: z.string().max(200).nullish(),
    })
    .nullish(),
  timestamp: instant.nullish(),
  originalTimestamp: instant.nullish(),
  sentAt: instant.nullish(),
});

/** One call among others, which says which it is. */
export const clientMessage = spoken.extend({
  type: z.enum(clientCalls, 'Send track, identify, page, screen, group or alias.'),
});
export type ClientMessage = z.infer<typeof clientMessage>;

const key = { writeKey: z.string().max(200).optional() };
const problems = [
  'unknown_api_key',
  'origin_not_allowed',
  'not_allowed',
  'invalid_json',
  'too_many_items',
  'too_many_requests',
  'too_much_at_once',
  'database_away',
] as const;
const done = z.object({ success: z.literal(true) });

const KEYS =
  'The key is the user of basic auth, or a Bearer token, or `writeKey` in the body (of at most 64 KB then); a write key also as `writeKey` in the query. A write key is used as with `POST /track`: it records the types that it names, from the origins that it names (or from where there is no origin, such as an app), within the same bounds, and proves nobody. A server key with the scope `ingest` says who somebody is: the address in the traits, or a `userId` that is an address or that came with one before. The body may be compressed (`Content-Encoding: gzip` or `deflate`), and is at most 1 MB when it is not.';

const call = <P extends string>(path: P, summary: string, more: string) =>
  route({
    method: 'POST',
    path,
    access: 'client',
    tag: 'Clients',
    summary,
    description: `${more} ${KEYS} Spoken like Segment’s HTTP API.`,
    query: z.object(key),
    body: spoken.extend(key),
    response: done,
    problems,
  });

const SHORT = (letter: string) => `Also at \`/v1/${letter}\`, as the browser’s client calls it.`;

/** The calls of Segment's HTTP API, one each. */
export const clientRoutes = {
  track: call(
    '/v1/track',
    'Record what somebody did, as clients of Segment and RudderStack send it',
    `The \`event\` becomes a type in lower snake case (\`Checkout Started\` → \`checkout_started\`), or what the setting \`event_aliases\` says. \`messageId\` makes a repeat harmless. ${SHORT('t')}`,
  ),
  identify: call(
    '/v1/identify',
    'Say who somebody is',
    `Records \`identified\`. With a server key the traits become fields and attributes of the person, and what their \`anonymousId\` and \`userId\` did before becomes theirs. With a write key that takes \`context.signature\`, see \`POST /track\`. ${SHORT('i')}`,
  ),
  page: call('/v1/page', 'Record a view of a page', `Records \`page_view\`. ${SHORT('p')}`),
  screen: call('/v1/screen', 'Record a view of an app’s screen', `Records \`screen_view\`. ${SHORT('s')}`),
  group: call(
    '/v1/group',
    'Accepted, and not used: Cortex has no groups of people',
    `Settings, Sources shows that it came. ${SHORT('g')}`,
  ),
  alias: call(
    '/v1/alias',
    'Accepted, and not used: link two people in the directory instead',
    `Settings, Sources shows that it came. ${SHORT('a')}`,
  ),
};

export const clientBatch = route({
  method: 'POST',
  path: '/v1/batch',
  access: 'client',
  tag: 'Clients',
  summary: `Several calls of a client in their order, at most ${MAX_ITEMS}`,
  description: `What is wrong with one call costs the others nothing: the answer is the same, and Settings, Sources shows what was refused and why. ${KEYS} Also at \`/v1/b\`.`,
  query: z.object(key),
  body: z.looseObject({
    batch: z.array(clientMessage).min(1).max(MAX_ITEMS),
    sentAt: instant.nullish(),
    ...key,
  }),
  response: done,
  problems,
});

/** Where Segment's client for browsers asks how it is set up, given this server as `cdnURL`. */
export const segmentSettings = route({
  method: 'GET',
  path: '/v1/projects/:key/settings',
  access: 'client',
  tag: 'Clients',
  summary: 'How Segment’s client for browsers is set up: it sends to this server, and to nobody else',
  params: z.strictObject({ key: z.string().max(200) }),
  response: z.object({
    integrations: z.object({
      'Segment.io': z.object({ apiKey: z.string(), apiHost: z.string(), protocol: z.enum(['http', 'https']) }),
    }),
  }),
  problems: ['unknown_api_key', 'origin_not_allowed'],
});

/** Where RudderStack's client for browsers asks the same, given this server as `configUrl`. */
export const rudderSource = route({
  method: 'GET',
  path: '/sourceConfig',
  access: 'client',
  tag: 'Clients',
  summary:
    'How RudderStack’s client for browsers is set up: it sends to the data plane that the page names, and to nobody else',
  query: z.object(key),
  response: z.object({
    source: z.object({
      id: z.string(),
      name: z.string(),
      writeKey: z.string(),
      enabled: z.literal(true),
      workspaceId: z.string(),
      config: z.object({}),
      connections: z.array(z.never()),
      destinations: z.array(z.never()),
    }),
    updatedAt: z.string(),
  }),
  problems: ['unknown_api_key', 'origin_not_allowed'],
});

/** One event as clients of PostHog capture it. */
export const capturedEvent = z.looseObject({
  event: z.string().min(1, 'Say what happened.').max(200, 'The name of an event has at most 200 characters.'),
  /** Whose it is; browsers say it in the properties. */
  distinct_id: someone,
  properties: facts,
  $set: facts,
  timestamp: instant.nullish(),
  /** Makes a repeat harmless. */
  uuid: z.string().max(200).nullish(),
});
export type CapturedEvent = z.infer<typeof capturedEvent>;

const token = { api_key: z.string().max(200).optional() };

export const capture = route({
  method: 'POST',
  path: '/capture',
  access: 'client',
  tag: 'Clients',
  summary: 'Events as clients of PostHog capture them, one or many',
  description: `\`$pageview\` is recorded as \`page_view\`, \`$screen\` as \`screen_view\`, \`$identify\` and \`$set\` as \`identified\`, other names in lower snake case; what else begins with \`$\` is accepted and not used. \`distinct_id\` is the \`userId\`, \`$set.email\` the address. The key may also be \`api_key\` in the body. ${KEYS} Also at \`/batch\`, \`/e\` and \`/i/v0/e\`.`,
  query: z.object({ ...key, ...token }),
  body: z.union([
    z.looseObject({ batch: z.array(capturedEvent).min(1).max(MAX_ITEMS), sent_at: instant.nullish(), ...token }),
    z.array(capturedEvent).min(1).max(MAX_ITEMS),
    capturedEvent.extend({ sent_at: instant.nullish(), ...token }),
  ]),
  response: z.object({ status: z.literal(1) }),
  problems,
});

/**
 * Everything that PostHog's client for browsers could do besides capturing is off: Cortex answers none of it. Of surveys
 * nothing is said, since it fetches the script for them where they are said to be off.
 */
const quiet = {
  supportedCompression: z.array(z.string()),
  hasFeatureFlags: z.literal(false),
  sessionRecording: z.literal(false),
  heatmaps: z.literal(false),
  capturePerformance: z.literal(false),
  captureDeadClicks: z.literal(false),
  autocapture_opt_out: z.literal(true),
  autocaptureExceptions: z.literal(false),
  siteApps: z.array(z.never()),
  toolbarParams: z.object({}),
};

/** Where PostHog's client for browsers asks how it is set up. */
export const posthogConfig = route({
  method: 'GET',
  path: '/array/:key/config',
  access: 'client',
  tag: 'Clients',
  summary: 'How PostHog’s client for browsers is set up: it captures events, and nothing else',
  params: z.strictObject({ key: z.string().max(200) }),
  response: z.object(quiet),
  problems: ['unknown_api_key', 'origin_not_allowed'],
});

/** The same as a script, as it asks first. A browser does not say which page asks for one. */
export const posthogScript = route({
  method: 'GET',
  path: '/array/:key/config.js',
  access: 'client',
  tag: 'Clients',
  summary: 'The same as a script',
  params: z.strictObject({ key: z.string().max(200) }),
  raw: true,
  problems: ['unknown_api_key'],
});

export const posthogFlags = route({
  method: 'POST',
  path: '/flags',
  access: 'client',
  tag: 'Clients',
  summary: 'The feature flags that PostHog’s client for browsers asks for: none',
  description: 'Also at `/decide`, as older versions call it. What is sent is not looked at but for its key (`token`).',
  query: z.object({ ...key, ...token }),
  body: z.looseObject({ token: z.string().max(200).optional() }),
  response: z.object({
    ...quiet,
    featureFlags: z.object({}),
    featureFlagPayloads: z.object({}),
    flags: z.object({}),
    errorsWhileComputingFlags: z.literal(false),
  }),
  problems: ['unknown_api_key', 'origin_not_allowed', 'invalid_json'],
});
