import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '#platform';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The origins whose pages may change something with a session cookie: the public one, and this machine's own names
 * when the request came to one of them on the same port.
 */
function trustedOrigins(publicUrl: string, host: string | undefined | null): string[] {
  const origins = [new URL(publicUrl).origin];
  const match = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.exec(host ?? '');
  if (match) for (const name of loopback) origins.push(`http://${name}${match[2] ?? ''}`);
  return origins;
}

/**
 * A browser says where a request comes from; a page of another origin may not use the visitor's session.
 * @throws AppError 403 when Origin (or, without it, Sec-Fetch-Site) names another site
 */
export function assertTrustedOrigin(publicUrl: string, headers: IncomingHttpHeaders): void {
  const { origin, host } = headers;
  const refused = new AppError('other_site', 'This request comes from another site. Open Cortex itself and try again.');
  if (origin !== undefined) {
    if (!trustedOrigins(publicUrl, host).includes(origin)) throw refused;
    return;
  }
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') throw refused;
}
