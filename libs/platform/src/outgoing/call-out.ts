import { lookup } from 'node:dns/promises';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Config } from '../config/config.js';
import { isAmong, readHosts, readNetworks, type Network } from '../config/networks.js';
import { refusedAddress } from './address.js';

/** Milliseconds for the whole call, unless it says otherwise. */
const PATIENCE = 10_000;
/** Bytes of an answer that are read at all, and characters of it that are kept, where nobody wants the whole of it. */
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
  /** The whole answer is wanted, as long as it has no more bytes than this; absent: its beginning will do. */
  whole?: number;
  /** Milliseconds for the whole call. */
  patience?: number;
}

/** What came of one try. `final`: trying again would not help. */
export type Tried =
  | { ok: true; status: number; answer: string }
  /** `retry_after`: seconds, where the answer names them. */
  | { ok: false; reason: string; final: boolean; status?: number; answer?: string; retry_after?: number };

interface Answer {
  status: number;
  answer: string;
  retry_after?: number;
}

/** Statuses below 500 that say “not now” rather than “never”. */
const later = new Set([408, 409, 425, 429]);

/**
 * Posts once, or gets what has no body. The host's name is resolved once, every address it has must be allowed, and the connection goes to the
 * address that was checked, so that a name that changes its mind cannot lead elsewhere. Redirects are not followed.
 * Never throws.
 */
export async function callOut(call: Call, net: Net, signal?: AbortSignal): Promise<Tried> {
  const url = URL.canParse(call.url) ? new URL(call.url) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return { ok: false, final: true, reason: 'its address is no http or https address' };
  const within = call.patience ?? PATIENCE;
  const patience = AbortSignal.timeout(within);
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
    if (error instanceof TooLong)
      return { ok: false, final: true, reason: `its answer is larger than ${call.whole} bytes` };
    if (patience.aborted)
      return { ok: false, final: false, reason: `it did not answer within ${within / 1000} seconds` };
    return { ok: false, final: false, reason: `it could not be reached (${nameOf(error)})` };
  }
}

function judged({ status, answer, retry_after }: Answer): Tried {
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
  return { ok: false, final, status, answer, reason: `answered ${status}`, ...(retry_after ? { retry_after } : {}) };
}

function exchange(url: URL, address: string, call: Call, signal: AbortSignal): Promise<Answer> {
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
      const { statusCode: status = 0, headers } = incoming;
      const retry_after = Number(headers['retry-after']);
      const told = retry_after > 0 ? { retry_after } : {};
      read(incoming, call.whole).then((answer) => resolve({ status, answer, ...told }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(call.body);
  });
}

class TooLong extends Error {}

/** The beginning of an answer, or all of it; the rest of a long one is not fetched. @throws TooLong */
async function read(incoming: IncomingMessage, whole: number | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > (whole ?? MOST_BYTES)) break;
  }
  incoming.destroy();
  if (whole !== undefined && bytes > whole) throw new TooLong();
  const text = Buffer.concat(chunks).toString('utf8');
  return whole === undefined ? text.replaceAll('\u0000', '').slice(0, KEPT) : text;
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
