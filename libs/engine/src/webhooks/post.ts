import { lookup } from 'node:dns/promises';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { isAmong, readHosts, readNetworks, type Config, type Network } from '#platform';
import { refusedAddress } from './address.js';

/** Milliseconds for the whole call. */
const PATIENCE = 10_000;
/** Bytes of an answer that are read at all, and characters of it that are kept. */
const MOST_BYTES = 65_536;
const KEPT = 2_000;

/** How addresses are found, and which of them may be called. */
export interface Net {
  /** Every address of a host's name. */
  resolve(host: string): Promise<string[]>;
  /** Private networks that may be called as well. */
  allowed: readonly Network[];
  /** The only hosts that may be called; absent: every public one. */
  hosts?: readonly string[] | undefined;
}

/** The internet, as far as this installation may call it. */
export const internet = ({ env }: Pick<Config, 'env'>): Net => ({
  resolve: async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address),
  allowed: readNetworks(env.CORTEX_WEBHOOK_NETWORKS),
  hosts: readHosts(env.CORTEX_OUTGOING_HOSTS),
});

export interface Call {
  url: string;
  headers: Record<string, string>;
  /** Posted; absent: the address is only looked up. */
  body?: string;
}

/** What came of one try. `final`: trying again would not help. */
export type Tried =
  | { ok: true; status: number; answer: string }
  | { ok: false; reason: string; final: boolean; status?: number; answer?: string };

/** Statuses below 500 that say “not now” rather than “never”. */
const later = new Set([408, 409, 425, 429]);

/**
 * Posts once, or gets what has no body. The host's name is resolved once, every address it has must be allowed, and the connection goes to the
 * address that was checked, so that a name that changes its mind cannot lead elsewhere. Redirects are not followed.
 * Never throws.
 */
export async function post(call: Call, net: Net, signal?: AbortSignal): Promise<Tried> {
  const url = URL.canParse(call.url) ? new URL(call.url) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return { ok: false, final: true, reason: 'its address is no http or https address' };
  const patience = AbortSignal.timeout(PATIENCE);
  const until = signal ? AbortSignal.any([signal, patience]) : patience;
  try {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (net.hosts && !isAmong(host, net.hosts))
      return { ok: false, final: true, reason: `its host ${host} is not among those of CORTEX_OUTGOING_HOSTS` };
    const addresses = isIP(host) ? [host] : await raced(net.resolve(host), until);
    const [address] = addresses;
    if (address === undefined) return { ok: false, final: false, reason: 'its host has no address' };
    for (const each of addresses) {
      const refused = refusedAddress(each, net.allowed);
      if (refused)
        return { ok: false, final: true, reason: `its address ${each} ${refused}; only public addresses are called` };
    }
    return judged(await exchange(url, address, call, until));
  } catch (error) {
    if (patience.aborted)
      return { ok: false, final: false, reason: `it did not answer within ${PATIENCE / 1000} seconds` };
    return { ok: false, final: false, reason: `it could not be reached (${nameOf(error)})` };
  }
}

function judged({ status, answer }: { status: number; answer: string }): Tried {
  if (status >= 200 && status < 300) return { ok: true, status, answer };
  if (status >= 300 && status < 400)
    return {
      ok: false,
      final: true,
      status,
      answer,
      reason: `answered ${status}: redirects are not followed, give the address it leads to`,
    };
  const final = status >= 400 && status < 500 && !later.has(status);
  return { ok: false, final, status, answer, reason: `answered ${status}` };
}

function exchange(
  url: URL,
  address: string,
  call: Call,
  signal: AbortSignal,
): Promise<{ status: number; answer: string }> {
  const family = isIP(address);
  const options: RequestOptions = {
    ...(call.body === undefined
      ? { method: 'GET', headers: call.headers }
      : { method: 'POST', headers: { ...call.headers, 'content-length': Buffer.byteLength(call.body) } }),
    // A connection of its own: one that is kept open belongs to an address checked earlier.
    agent: false,
    signal,
    lookup: (_host, wish, found) => {
      if (wish.all) found(null, [{ address, family }]);
      else found(null, address, family);
    },
  };
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, (incoming) => {
      read(incoming).then((answer) => resolve({ status: incoming.statusCode ?? 0, answer }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(call.body);
  });
}

/** The beginning of an answer; the rest of a long one is not fetched. */
async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES) break;
  }
  incoming.destroy();
  return Buffer.concat(chunks).toString('utf8').replaceAll('\u0000', '').slice(0, KEPT);
}

const raced = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('too late')), { once: true });
    }),
  ]);

/** An error's code, such as ECONNREFUSED; its message may hold what was sent. */
const nameOf = (error: unknown): string => {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
};
