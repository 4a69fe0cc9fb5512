import type { SenderStanding } from '#contracts';
import type { Domain, DomainDetails, Signature } from './postmark-account.client.js';

/** What Postmark knows of the address and of its domain; the details are only asked for where something is missing. */
export interface KnownSender {
  signature: Signature | undefined;
  domain: Domain | undefined;
  details: DomainDetails | undefined;
}

/** Postmark's own host, to which the records of return paths point. */
const RETURN_PATH = 'pm.mtasv.net';

/** Whether a sender may be used, how its mail is signed, and what is to be done about it. Pure. */
export function standingOf(address: string, { signature, domain, details }: KnownSender): SenderStanding {
  const name = address.slice(address.lastIndexOf('@') + 1);
  const confirmed = domain?.DKIMVerified === true ? 'domain' : signature?.Confirmed === true ? 'address' : null;
  const dkim = domain?.DKIMVerified ?? null;
  const return_path = domain?.ReturnPathDomainVerified ?? null;
  return {
    address,
    domain: name,
    confirmed,
    dkim,
    return_path,
    sentence: sentenceOf(address, name, confirmed, signature !== undefined || domain !== undefined),
    to_do: [
      ...(confirmed === null ? [confirmIt(address, name, signature, domain)] : []),
      ...(domain && !dkim
        ? [`Add the TXT record for DKIM to the DNS of ${name}. Without it Gmail and Yahoo turn marketing mail away.`]
        : []),
      ...(domain && !return_path
        ? [`Add the CNAME record for the return path to the DNS of ${name}, so that bounces carry your own domain.`]
        : []),
      ...(confirmed === 'address' && !domain
        ? [
            `Add ${name} as a domain at Postmark and confirm it by DKIM. Without it Gmail and Yahoo turn marketing mail away.`,
          ]
        : []),
    ],
    records: details ? recordsOf(details, name) : [],
  };
}

function sentenceOf(address: string, name: string, confirmed: SenderStanding['confirmed'], known: boolean): string {
  if (confirmed === 'domain') return `Postmark has confirmed ${name}, so mail from ${address} can leave.`;
  if (confirmed === 'address') return `Postmark has confirmed ${address}, so mail from it can leave.`;
  return known
    ? `Postmark has not confirmed ${address} yet, and refuses mail from it.`
    : `Postmark does not know ${address} or ${name}, and refuses mail from it.`;
}

function confirmIt(address: string, name: string, signature?: Signature, domain?: Domain): string {
  if (signature) return `Follow the link in the e-mail that Postmark sent to ${address}, or have it sent again there.`;
  if (domain) return `Confirm ${name} at Postmark by the records below, or add ${address} as a sender signature there.`;
  return `Add ${address} as a sender signature, or ${name} as a domain, at Postmark; or choose another sender.`;
}

/** The records that are still missing, as they are entered at whoever keeps the DNS. */
function recordsOf(details: DomainDetails, name: string): SenderStanding['records'] {
  const { DKIMVerified, DKIMHost, DKIMTextValue, DKIMPendingHost, DKIMPendingTextValue } = details;
  const { ReturnPathDomainVerified, ReturnPathDomain, ReturnPathDomainCNAMEValue } = details;
  const records: SenderStanding['records'] = [];
  const value = DKIMPendingTextValue || DKIMTextValue;
  if (!DKIMVerified && value) records.push({ purpose: 'dkim', type: 'TXT', host: DKIMPendingHost || DKIMHost, value });
  if (!ReturnPathDomainVerified)
    records.push({
      purpose: 'return_path',
      type: 'CNAME',
      host: ReturnPathDomain || `pm-bounces.${name}`,
      value: ReturnPathDomainCNAMEValue || RETURN_PATH,
    });
  return records;
}
