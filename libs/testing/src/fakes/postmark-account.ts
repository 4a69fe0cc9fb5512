/** A sender signature as `GET /senders` lists it. */
export interface FakeSignature {
  ID: number;
  EmailAddress: string;
  Confirmed: boolean;
}

/** A domain as `GET /domains/:id` describes it. */
export interface FakeDomain {
  ID: number;
  Name: string;
  DKIMVerified: boolean;
  ReturnPathDomainVerified: boolean;
  DKIMPendingHost?: string;
  DKIMPendingTextValue?: string;
  ReturnPathDomain?: string;
}

/** What Postmark's account API says of senders and domains; `answer` is given to `FakePostmark` as `account`. */
export class FakePostmarkAccount {
  readonly token = 'fake-account-token';
  readonly signatures: FakeSignature[] = [];
  readonly domains: FakeDomain[] = [];
  /** Whom it was asked to remove, in order; a request's number is its place. */
  readonly removals: { for: string; by: string; status: 'Pending' | 'Done' }[] = [];
  calls = 0;
  /** Everything answers 503. */
  down = false;

  readonly answer = (path: string, query: URLSearchParams, token: unknown, body?: unknown) => {
    if (!/^\/(senders|domains|data-removals)(\/|$)/.test(path)) return undefined;
    this.calls += 1;
    if (token !== this.token) return said(401, { ErrorCode: 10, Message: 'No or wrong account token.' });
    if (this.down) return said(503, { ErrorCode: 100, Message: 'Maintenance.' });
    const removal = /^\/data-removals(?:\/(\d+))?$/.exec(path);
    if (removal?.[1])
      return said(200, { ID: Number(removal[1]), Status: this.removals[Number(removal[1]) - 1]!.status });
    if (removal) {
      const { RequestedFor, RequestedBy } = (typeof body === 'string' ? JSON.parse(body) : body) as Record<
        string,
        string
      >;
      this.removals.push({ for: RequestedFor!, by: RequestedBy!, status: 'Pending' });
      return said(200, { ID: this.removals.length, Status: 'Pending' });
    }
    const one = /^\/domains\/(\d+)$/.exec(path);
    if (one) {
      const found = this.domains.find(({ ID }) => ID === Number(one[1]));
      return found
        ? said(200, { ...found, ReturnPathDomainCNAMEValue: 'pm.mtasv.net' })
        : said(422, { ErrorCode: 510, Message: 'This domain was not found.' });
    }
    const [count, offset] = [Number(query.get('count')), Number(query.get('offset'))];
    if (!(count >= 1 && count <= 500)) return said(422, { ErrorCode: 300, Message: 'Invalid count.' });
    if (path === '/senders')
      return said(200, {
        TotalCount: this.signatures.length,
        SenderSignatures: this.signatures.slice(offset, offset + count),
      });
    // The list says less of each.
    const Domains = this.domains
      .slice(offset, offset + count)
      .map(({ ID, Name, DKIMVerified, ReturnPathDomainVerified }) => ({
        ...{ ID, Name, SPFVerified: true, DKIMVerified, WeakDKIM: false, ReturnPathDomainVerified },
      }));
    return said(200, { TotalCount: this.domains.length, Domains });
  };
}

const said = (status: number, body: unknown) => ({ status, body });
