import { Injectable } from '@nestjs/common';
import type { SenderStanding } from '#contracts';
import { Config, decodeCursor, encodeCursor } from '#platform';
import { readMailbox } from '#rules';
import { PostmarkAccount, type AccountAnswer, type Domain, type Signature } from './postmark-account.client.js';
import { standingOf } from './sender-standing.js';

/** Seconds after which somebody who looks at a screen should not wait for Postmark any more. */
const PATIENCE = 5;
/** Milliseconds for which an answer is good enough, and for which a failure is not asked about again. */
const KEPT = { read: 5 * 60_000, failed: 30_000 } as const;

interface Account {
  signatures: Signature[];
  domains: Domain[];
}

interface Kept {
  at: Date;
  /** Milliseconds of the clock. */
  until: number;
  answer: AccountAnswer<Account>;
}

export interface SenderQuery {
  /** `Name <address>`, or an address: how it stands. */
  from?: string;
  limit: number;
  cursor?: string;
}

/** Who may send, as the Postmark account says: asked with an account token only, and kept for some minutes. */
@Injectable()
export class Senders {
  private readonly account: PostmarkAccount | null;
  private kept: Kept | undefined;
  private asking: Promise<Kept> | undefined;

  constructor({ env }: Config) {
    const token = env.POSTMARK_ACCOUNT_TOKEN;
    const timeoutSeconds = Math.min(PATIENCE, env.POSTMARK_TIMEOUT_SECONDS);
    this.account = token ? new PostmarkAccount({ token, url: env.POSTMARK_API_URL, timeoutSeconds }) : null;
  }

  /** A page of the addresses and domains that Postmark knows, and how one sender stands. Never fails: it says why not. */
  async list({ from, limit, cursor }: SenderQuery) {
    if (!this.account)
      return { items: [], next_cursor: null, account: 'no_token' as const, read_at: null, standing: null };
    const { at, answer } = await this.current(this.account);
    if ('failed' in answer)
      return { items: [], next_cursor: null, account: answer.failed, read_at: at.toISOString(), standing: null };
    const [skipped] = decodeCursor(cursor, 1) ?? [0];
    const all = [...answer.read.domains.map(asDomain), ...answer.read.signatures.map(asAddress)];
    const end = Number(skipped) + limit;
    return {
      items: all.slice(Number(skipped), end),
      next_cursor: end < all.length ? encodeCursor([end]) : null,
      account: 'read' as const,
      read_at: at.toISOString(),
      standing: from === undefined ? null : await this.standing(this.account, answer.read, from),
    };
  }

  private async standing(account: PostmarkAccount, known: Account, from: string): Promise<SenderStanding | null> {
    const mailbox = readMailbox(from);
    if (!mailbox) return null;
    const address = mailbox.address.toLowerCase();
    const name = address.slice(address.lastIndexOf('@') + 1);
    const signature = known.signatures.find((one) => one.EmailAddress.toLowerCase() === address);
    const domain = known.domains.find((one) => one.Name.toLowerCase() === name);
    const missing = domain && !(domain.DKIMVerified && domain.ReturnPathDomainVerified);
    const details = missing ? await account.domain(domain.ID) : undefined;
    return standingOf(address, { signature, domain, details: details && 'read' in details ? details.read : undefined });
  }

  private async current(account: PostmarkAccount): Promise<Kept> {
    if (this.kept && this.kept.until > Date.now()) return this.kept;
    this.asking ??= this.ask(account).finally(() => (this.asking = undefined));
    return (this.kept = await this.asking);
  }

  private async ask(account: PostmarkAccount): Promise<Kept> {
    const [signatures, domains] = await Promise.all([account.signatures(), account.domains()]);
    const at = new Date();
    const failed = (answer: { failed: 'refused' | 'unreachable' }) => ({
      at,
      until: at.getTime() + KEPT.failed,
      answer,
    });
    if ('failed' in signatures) return failed(signatures);
    if ('failed' in domains) return failed(domains);
    const read = { signatures: signatures.read, domains: domains.read };
    return { at, until: at.getTime() + KEPT.read, answer: { read } };
  }
}

const asDomain = ({ ID, Name, DKIMVerified, ReturnPathDomainVerified }: Domain) => ({
  id: `domain ${ID}`,
  kind: 'domain' as const,
  name: Name,
  confirmed: DKIMVerified,
  dkim: DKIMVerified,
  return_path: ReturnPathDomainVerified,
});

const asAddress = ({ ID, EmailAddress, Confirmed }: Signature) => ({
  id: `address ${ID}`,
  kind: 'address' as const,
  name: EmailAddress,
  confirmed: Confirmed,
  dkim: null,
  return_path: null,
});
