import { z } from 'zod';

/**
 * A value that was set once and is kept elsewhere, encrypted; nobody is shown it again. Without an `id` it has to be set
 * again: it did not come along with an export, or somebody else's was named.
 */
export const secretReference = z.strictObject({
  secret: z.literal(true),
  id: z.uuid().optional(),
  set_at: z.string().max(40).optional(),
  set_by: z.string().max(300).optional(),
  /** The host that it is sent to, and no other, as `URL.host` has it. Absent until an address is known. */
  host: z.string().max(300).optional(),
});
export type SecretReference = z.output<typeof secretReference>;

/** What a header may hold: a text that is still to be kept as a secret, or the reference to one. */
export type HeaderValue = string | SecretReference;

/** What is shown in the place of a secret. */
export const HIDDEN = '••••••••';

export const isSecretReference = (value: unknown): value is SecretReference => secretReference.safeParse(value).success;

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The host of an address, which secrets are bound to; undefined for what is no address. */
export const hostOf = (address: unknown): string | undefined =>
  (typeof address === 'string' && URL.canParse(address.trim()) && new URL(address.trim()).host) || undefined;

/** What takes the place of a header's value; `host` is where the step would send it. */
export type ReplaceValue = (value: unknown, host: string | undefined) => unknown;

/**
 * A step's config with each of its header values replaced. Headers that are no names with values are taken out, since
 * nobody could tell what of them is a secret.
 */
export function withHeaders<C extends Json>(config: C, replace: ReplaceValue): C {
  if (!Object.hasOwn(config, 'headers')) return config;
  const { headers, ...rest } = config;
  if (!isObject(headers)) return rest as unknown as C;
  // Names come from outside: an own property each, whatever they are.
  const host = hostOf(config.url);
  const kept = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, replace(value, host)]));
  return { ...config, headers: kept };
}

/** A drawing with each header value of its steps replaced. */
export const withGraphHeaders = <G extends { nodes: { config: Json }[] }>(graph: G, replace: ReplaceValue): G => ({
  ...graph,
  nodes: graph.nodes.map((node) => ({ ...node, config: withHeaders(node.config, replace) })),
});

/** A drawing as it may leave: it says where secrets stand, and neither names nor holds one. */
export const withoutSecrets = <G extends { nodes: { config: Json }[] }>(graph: G): G =>
  withGraphHeaders(graph, (value) => (value === '' ? '' : { secret: true }));
