import { createRequire } from 'node:module';
import type Stripe from 'stripe';
import type { Environment } from '#platform';
import { SourceError } from '../source.js';

/** Milliseconds for one call. */
const PATIENCE = 10_000;

export const STRIPE = 'Stripe';

const load = createRequire(import.meta.url);
/** Stripe's library takes 35 MB, which only those who use Stripe pay for. */
export const stripeLibrary = (): typeof Stripe => load('stripe') as typeof Stripe;

/** The one way to Stripe; undefined without a key. It tries nothing again by itself: who calls knows how long to wait. */
export function stripeClient(
  { STRIPE_API_KEY: key, STRIPE_API_URL: url }: Pick<Environment, 'STRIPE_API_KEY' | 'STRIPE_API_URL'>,
  patience = PATIENCE,
): Stripe | undefined {
  if (key === undefined) return undefined;
  const { protocol, hostname, port } = new URL(url);
  const Library = stripeLibrary();
  return new Library(key, {
    protocol: protocol === 'http:' ? 'http' : 'https',
    host: hostname,
    port: port || (protocol === 'http:' ? '80' : '443'),
    timeout: patience,
    maxNetworkRetries: 0,
    telemetry: false,
    // The key goes to Stripe alone, wherever an answer leads.
    httpClient: Library.createFetchHttpClient((input: Parameters<typeof fetch>[0], init?: RequestInit) =>
      fetch(input, { ...init, redirect: 'manual' }),
    ),
  });
}

/** One call, its failure told as a source's. */
export async function asked<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asSourceError(error);
  }
}

const remedies = new Map([
  [401, 'Set STRIPE_API_KEY to a key of your account that has not been revoked.'],
  [403, 'Let the restricted key in STRIPE_API_KEY read charges, customers and refunds.'],
]);

function asSourceError(error: unknown): unknown {
  if (!(error instanceof stripeLibrary().errors.StripeError)) return error;
  const { statusCode: status, headers, code } = error;
  if (status === undefined) return new SourceError(STRIPE, 'could not be reached', { final: false });
  const retryAfter = Number(headers?.['retry-after']);
  const remedy = remedies.get(status);
  return new SourceError(STRIPE, `answered ${status}${code ? ` (${code})` : ''}`, {
    final: status < 500 && status !== 408 && status !== 409 && status !== 429,
    ...(remedy === undefined ? {} : { remedy }),
    ...(code === 'resource_missing' ? { lostPlace: true } : {}),
    ...(retryAfter > 0 ? { retryAfter } : {}),
  });
}
