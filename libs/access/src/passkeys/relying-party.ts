import { isIP } from 'node:net';
import { AppError } from '#platform';

/** The site that a passkey is for: its name, and the origin of the pages that may ask for it. */
export interface RelyingParty {
  id: string;
  origin: string;
}

/**
 * @param origin of the page that asks, one of ours
 * @throws AppError 422 when it has no name: browsers make no passkeys for IP addresses
 */
export function relyingParty(origin: string): RelyingParty {
  const { hostname } = new URL(origin);
  if (isIP(hostname.replace(/^\[(.*)\]$/, '$1')))
    throw new AppError(
      'passkeys_need_a_name',
      `Browsers keep no passkeys for ${hostname}. Open Cortex by its name${hostname === '127.0.0.1' ? ', such as localhost,' : ''} and try again.`,
    );
  return { id: hostname, origin };
}
