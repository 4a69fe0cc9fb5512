import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, bodyOf, FakeServer } from './server.js';

/** What happens to one call. */
type SupabaseMishap =
  | { kind: 'status'; status: number }
  /** Does it, then closes the connection without a word. */
  | { kind: 'done_and_dropped' };

interface SupabaseUser {
  id: string;
  aud: 'authenticated';
  role: 'authenticated';
  email: string;
  email_confirmed_at: string;
  created_at: string;
  banned_until?: string;
  recovery_sent_at?: string;
}

const units = new Map([
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
]);

/**
 * Speaks as much of Supabase Auth as customers' sign-in needs, in its shapes: users by part of an address and by page,
 * one user changed, and the mail for a new password. On a free port of this machine.
 */
export class FakeSupabase extends FakeServer {
  /** Method and path, in order. */
  readonly calls: string[] = [];
  readonly users: SupabaseUser[] = [];
  readonly key = 'the.service_role.key_of_this_test';
  private readonly planned: SupabaseMishap[] = [];

  /** What happens to the next calls that change something, in order. */
  plan(...mishaps: SupabaseMishap[]): void {
    this.planned.push(...mishaps);
  }

  user(email: string): SupabaseUser {
    const made: SupabaseUser = {
      ...{ id: crypto.randomUUID(), aud: 'authenticated', role: 'authenticated', email },
      ...{ email_confirmed_at: '2026-01-01T00:00:00Z', created_at: '2026-01-01T00:00:00Z' },
    };
    this.users.push(made);
    return made;
  }

  protected async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const given = await bodyOf(request);
    const url = new URL(request.url!, 'http://supabase.test');
    this.calls.push(`${request.method} ${url.pathname}`);
    const mishap = request.method === 'GET' ? undefined : this.planned.shift();
    if (mishap?.kind === 'status') return answer(response, mishap.status, { msg: 'Planned by the test.' });
    const isKnown = request.headers.apikey === this.key && request.headers.authorization === `Bearer ${this.key}`;
    const [status, body] = isKnown
      ? this.answerTo(`${request.method}`, url, given === '' ? {} : JSON.parse(given))
      : [401, { message: 'Invalid API key' }];
    if (mishap?.kind === 'done_and_dropped') return void request.socket.destroy();
    answer(response, status as number, body as object);
  }

  private answerTo(method: string, { pathname, searchParams }: URL, given: Record<string, string>): [number, object] {
    if (method === 'GET' && pathname === '/auth/v1/admin/users') {
      const [page, size] = [Number(searchParams.get('page') ?? 1), Number(searchParams.get('per_page') ?? 50)];
      const found = this.users.filter(({ email }) => email.includes(searchParams.get('filter') ?? ''));
      return [200, { users: found.slice((page - 1) * size, page * size), aud: 'authenticated' }];
    }
    if (method === 'POST' && pathname === '/auth/v1/recover') {
      const user = this.users.find(({ email }) => email === given.email);
      if (user) user.recovery_sent_at = new Date().toISOString();
      return [200, {}];
    }
    const user = this.users.find(({ id }) => pathname === `/auth/v1/admin/users/${id}`);
    if (method !== 'PUT' || !user) return [404, { code: 404, error_code: 'user_not_found', msg: 'User not found' }];
    if (given.email) user.email = given.email;
    if (given.ban_duration === 'none') delete user.banned_until;
    else if (given.ban_duration !== undefined) {
      // A duration as Go writes it: no word such as “infinite”.
      const [, count, unit] = /^(\d+)([hms])$/.exec(given.ban_duration) ?? [];
      if (!count) return [400, { code: 400, msg: 'invalid format for ban duration' }];
      user.banned_until = new Date(Date.now() + Number(count) * units.get(unit!)!).toISOString();
    }
    return [200, user];
  }
}
