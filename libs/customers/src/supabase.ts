import { neverReached } from '#platform';
import { z } from 'zod';
import { SignInServiceError, type OutsideAccount, type OutsideSignIn } from './outside-sign-in.js';

/** A hundred years: Supabase takes no word for “for good”. */
const FOR_GOOD = '876000h';
/** Who is banned for longer than this is banned for good. */
const YEARS = 10 * 365 * 24 * 3600 * 1000;
/** Its own admin's, not ours. */
const USERS = 'auth/v1/admin/users';
const PAGE = 200;
/** Its filter finds parts of addresses too: pages of those that are looked through. */
const MOST_PAGES = 20;
/** Bytes of an answer that are read. */
const LONGEST = 4_000_000;

const user = z.object({
  id: z.string().regex(/^[\w-]{1,64}$/),
  email: z.string().nullish(),
  banned_until: z.string().nullish(),
  recovery_sent_at: z.string().nullish(),
});
const users = z.object({ users: z.array(user) });

/** Supabase Auth by its admin API. It tries nothing again: who calls knows what a repeat would mean. */
export class SupabaseAuth implements OutsideSignIn {
  readonly label = 'Supabase';
  private readonly url: string;

  constructor(
    url: string,
    private readonly serviceKey: string,
  ) {
    this.url = url.replace(/\/+$/, '');
  }

  async find(email: string, signal: AbortSignal): Promise<OutsideAccount | undefined> {
    const wanted = email.toLowerCase();
    for (let page = 1; page <= MOST_PAGES; page++) {
      const query = new URLSearchParams({ filter: wanted, page: String(page), per_page: String(PAGE) });
      const read = users.safeParse(await this.call('GET', `${USERS}?${query}`, undefined, signal));
      if (!read.success) throw new SignInServiceError('Supabase gave an answer that cannot be read.', false);
      const found = read.data.users.find((one) => one.email?.toLowerCase() === wanted);
      if (found) return accountOf(found);
      if (read.data.users.length < PAGE) return undefined;
    }
    throw new SignInServiceError('Supabase has too many accounts with such an address to look through.', true);
  }

  async ban(id: string, signal: AbortSignal): Promise<void> {
    await this.call('PUT', `${USERS}/${id}`, { ban_duration: FOR_GOOD }, signal);
  }

  async liftBan(id: string, signal: AbortSignal): Promise<void> {
    await this.call('PUT', `${USERS}/${id}`, { ban_duration: 'none' }, signal);
  }

  async changeAddress(id: string, email: string, signal: AbortSignal): Promise<void> {
    await this.call('PUT', `${USERS}/${id}`, { email, email_confirm: true }, signal);
  }

  async mailReset(email: string, signal: AbortSignal): Promise<void> {
    await this.call('POST', 'auth/v1/recover', { email }, signal);
  }

  /** The key goes to this address alone, wherever an answer leads. */
  private async call(method: string, path: string, body: object | undefined, signal: AbortSignal): Promise<unknown> {
    const response = await fetch(`${this.url}/${path}`, {
      method,
      redirect: 'manual',
      signal,
      headers: {
        apikey: this.serviceKey,
        authorization: `Bearer ${this.serviceKey}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).catch((error: unknown) => {
      throw new SignInServiceError('Supabase could not be reached.', neverReached(error) !== undefined);
    });
    const text = await bounded(response);
    if (!response.ok) throw refusal(response.status);
    try {
      return text === '' ? {} : JSON.parse(text);
    } catch {
      throw new SignInServiceError('Supabase gave an answer that cannot be read.', false);
    }
  }
}

async function bounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of response.body ?? []) {
      length += part.length;
      if (length > LONGEST) throw new Error('too long');
      parts.push(part);
    }
  } catch {
    throw new SignInServiceError('Supabase’s answer broke off, or was too long.', false);
  }
  return Buffer.concat(parts).toString('utf8');
}

const remedies = new Map([
  [401, ' Set SUPABASE_SERVICE_KEY to the service key of the project in SUPABASE_URL.'],
  [403, ' Set SUPABASE_SERVICE_KEY to the service key of the project in SUPABASE_URL.'],
  [422, ' Perhaps somebody else there has this address.'],
  [429, ' It was asked too often. Try again in a few minutes.'],
]);

const refusal = (status: number): SignInServiceError =>
  new SignInServiceError(`Supabase answered ${status}.${remedies.get(status) ?? ''}`, status >= 300 && status < 500);

const accountOf = (found: z.infer<typeof user>): OutsideAccount => ({
  id: found.id,
  email: found.email ?? '',
  banned: found.banned_until ? Date.parse(found.banned_until) - Date.now() > YEARS : false,
  reset_mailed_at: found.recovery_sent_at ? new Date(found.recovery_sent_at) : null,
});
