import { withHrefs } from '../content/html-links.js';
import { withAddresses, withParameters } from '../content/utm.js';
import { unescaped } from './own-tracking.js';

/**
 * The parameter of a link to the shop's pages by which their script proves who has followed it. The script takes it out
 * of the address bar.
 */
const PARAMETER = 'cortex_proof';
const present = new RegExp(`[?&;]${PARAMETER}=`);

/** To which pages a proof is given, and what it is. */
export interface LinkProof {
  origins: readonly string[];
  readonly token: string;
}

/** HTML whose links to these pages carry the proof. Everything else stays as it is. */
export const htmlWithProof = (html: string, proof: LinkProof): string =>
  withHrefs(html, (value) =>
    leadsTo(proof.origins, unescaped(value))
      ? withParameters(value.trim(), `${PARAMETER}=${proof.token}`, '&amp;', present)
      : undefined,
  );

/** The same of plain text. */
export const textWithProof = (text: string, proof: LinkProof): string =>
  withAddresses(text, (address) =>
    leadsTo(proof.origins, address) ? withParameters(address, `${PARAMETER}=${proof.token}`, '&', present) : undefined,
  );

/** A link as it was before it carried a proof: what is noted of clicks is the same for everybody, and proves nothing. */
export const withoutProof = (url: string): string =>
  url.replace(new RegExp(`([?&])${PARAMETER}=[\\w-]*(&|(?=#|$))`), (_found, before: string, after: string) =>
    after === '&' ? before : '',
  );

function leadsTo(origins: readonly string[], address: string): boolean {
  const url = address.trim();
  return /^https?:\/\//i.test(url) && URL.canParse(url) && origins.includes(new URL(url).origin);
}
