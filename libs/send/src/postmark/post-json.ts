import { once } from 'node:events';
import { request as requestHttp, type ClientRequest, type OutgoingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';

/** `isRead`: nobody needs the posted bytes any more. */
export interface Posted {
  status: number;
  text: string;
  isRead: boolean;
}

/** The connection was never made, so that nobody can have seen the call. */
export class NeverReached extends Error {}

/**
 * Posts bytes as they are, part by part, where `fetch` would copy them. Redirects are not followed.
 * @throws NeverReached, with the code of what went wrong; any other error when it may have arrived
 */
export function postJson(
  url: URL,
  headers: OutgoingHttpHeaders,
  parts: readonly Buffer[],
  timeoutSeconds: number,
): Promise<Posted> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const secure = url.protocol === 'https:';
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  return new Promise((resolve, reject) => {
    let connected = false;
    const failed = (error: Error & { code?: string }) => {
      if (!connected) reject(new NeverReached(signal.aborted ? 'ETIMEDOUT' : (error.code ?? error.message)));
      else reject(signal.aborted ? (signal.reason as Error) : error);
    };
    const call = (secure ? requestHttps : requestHttp)(url, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json', 'Content-Length': length },
      signal,
    });
    call.once('socket', (socket) => {
      // Nothing is written before this event; a connection that is there already may have taken everything.
      if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', () => (connected = true));
      else connected = true;
    });
    call.once('response', (response) => {
      const status = response.statusCode ?? 0;
      text(response).then((read) => resolve({ status, text: read, isRead: call.writableFinished }), failed);
    });
    call.on('error', failed);
    write(call, parts, signal).catch(failed);
  });
}

/** One after the other, so that no more than one is copied on the way, where it is encrypted. */
async function write(call: ClientRequest, parts: readonly Buffer[], signal: AbortSignal): Promise<void> {
  for (const part of parts) if (!call.write(part)) await once(call, 'drain', { signal });
  call.end();
}
