import { newId } from '#platform';
import { pipeline, type Pipeline } from '#testing';
import { testApi, type CallOptions, type TestApi } from './api.fixture.js';

/** The API with staff of each role, a course, and people to whom something can be done. */
export class ActionsWorld {
  readonly course = newId();
  private readonly staff = new Map<string, CallOptions>();
  private people = 0;

  private constructor(
    readonly api: TestApi,
    readonly engine: Pipeline,
  ) {}

  static async make(): Promise<ActionsWorld> {
    const api = await testApi();
    const world = new ActionsWorld(api, await pipeline(api.db.database));
    for (const role of ['viewer', 'marketer', 'support']) {
      const [email, password] = [`${role}@example.com`, 'a password for tests'];
      await api.call('POST', '/staff', { email, name: role, role, password });
      world.staff.set(role, { cookie: await api.signIn(email, password) });
    }
    const course = { id: world.course, title: 'Light', price_minor: 4900, currency: 'EUR' };
    await api.call('POST', '/courses', course);
    return world;
  }

  as = (role: 'viewer' | 'marketer' | 'support'): CallOptions => this.staff.get(role)!;

  get support(): CallOptions {
    return this.as('support');
  }

  /** Somebody new. Answers their public id and address. */
  async someone(more: object = {}): Promise<{ id: string; email: string }> {
    const email = `person${(this.people += 1)}@actions.example`;
    const answer = await this.api.call('POST', '/purchase-leads', { email, ...more });
    return { id: answer.body.results[0].id, email };
  }

  act = (id: string, action: string, body: object = {}, as: CallOptions = {}) =>
    this.api.call('POST', `/contacts/${id}/actions/${action}`, body, as);

  preview = (id: string, action: string, body: object = {}, as: CallOptions = {}) =>
    this.act(id, `${action}?preview=true`, body, as);

  get = async (path: string): Promise<any> => (await this.api.call('GET', path)).body;

  contact = (id: string): Promise<any> => this.get(`/contacts/${id}`);

  sql = (text: string, values: unknown[] = []) => this.api.db.database.rows<any>(text, values);
}
