import { AccountClient, type Models } from 'postmark';
import { connectionOf, type PostmarkSettings } from './postmark.client.js';

/** An address that Postmark was told of. */
export type Signature = Models.Signature;
/** A domain that Postmark was told of. */
export type Domain = Models.Domain;
/** The same with the records that its DNS needs. */
export type DomainDetails = Models.DomainDetails;

/** A request to remove somebody; `Status` is `Pending` or `Done`. */
export type Removal = Models.DataRemovalStatus;

/** What was asked, or why there is no answer: the token is refused, or Postmark did not answer in time. */
export type AccountAnswer<T> = { read: T } | { failed: 'refused' | 'unreachable' };

/** The most that one call lists, and calls that one list takes at most. */
const AT_ONCE = 500;
const CALLS = 4;

/** The one door to Postmark's account API. It reads, and asks for the removal of people who were erased; nothing else is ever changed over there. */
export class PostmarkAccount {
  private readonly client: AccountClient;

  constructor(settings: PostmarkSettings) {
    this.client = new AccountClient(settings.token, connectionOf(settings));
  }

  signatures(): Promise<AccountAnswer<Signature[]>> {
    return listed(async (range) => (await this.client.getSenderSignatures(range)).SenderSignatures);
  }

  domains(): Promise<AccountAnswer<Domain[]>> {
    return listed(async (range) => (await this.client.getDomains(range)).Domains);
  }

  /** Asks Postmark to remove what it has of a recipient. @param by on whose behalf */
  remove(by: string, address: string): Promise<AccountAnswer<Removal>> {
    return answered(() =>
      this.client.requestDataRemoval({ RequestedBy: by, RequestedFor: address, NotifyWhenCompleted: false }),
    );
  }

  /** How a removal stands that was asked for. */
  removal(id: number): Promise<AccountAnswer<Removal>> {
    return answered(() => this.client.getDataRemovalStatus(id));
  }

  domain(id: number): Promise<AccountAnswer<DomainDetails>> {
    return answered(() => this.client.getDomain(id));
  }
}

const listed = <T>(page: (range: { count: number; offset: number }) => Promise<T[]>): Promise<AccountAnswer<T[]>> =>
  answered(async () => {
    const all: T[] = [];
    for (let call = 0; call < CALLS; call += 1) {
      const some = await page({ count: AT_ONCE, offset: call * AT_ONCE });
      if (!Array.isArray(some)) throw new Error('Postmark answered with something else than a list.');
      all.push(...some);
      if (some.length < AT_ONCE) break;
    }
    return all;
  });

async function answered<T>(ask: () => Promise<T>): Promise<AccountAnswer<T>> {
  try {
    return { read: await ask() };
  } catch (error) {
    const { statusCode = 0 } = error as { statusCode?: number };
    return { failed: statusCode === 401 || statusCode === 403 ? 'refused' : 'unreachable' };
  }
}
