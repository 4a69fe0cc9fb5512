import { queueMail, type Mail } from '#emails';
import { newId } from '#platform';
import { FakePostmark, seedLeads, testApp, type TestApp } from '#testing';

const html =
  '<body><p>Hi {{ contact.first_name }}</p><a href="{{ links.preferences }}">mails</a> <a href="{{ links.view }}">view</a></body>';
let counter = 0;

export const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

/** The whole application beside a fake Postmark, and people who get mail from it. */
export class MailFixture {
  private constructor(
    readonly app: TestApp,
    readonly fake: FakePostmark,
  ) {}

  static async make(): Promise<MailFixture> {
    const fake = await FakePostmark.start();
    const app = await testApp({
      env: {
        POSTMARK_WEBHOOK_USER: 'postmark',
        POSTMARK_WEBHOOK_PASSWORD: 'a long password',
        POSTMARK_SERVER_TOKEN: fake.token,
        POSTMARK_API_URL: fake.url,
        CORTEX_PUBLIC_URL: 'https://cortex.school.example',
      },
    });
    await app.database.run(
      `update cortex.settings set name = 'School', sender_broadcast = 'School <news@school.example>',
         sender_transactional = 'desk@school.example', postal_address = '1 Main Street'`,
    );
    return new MailFixture(app, fake);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.fake.close();
  }

  async person(): Promise<{ person_id: string; email: string }> {
    const email = `person${(counter += 1)}@school.example`;
    const lead = { email, first_name: '<script>alert(1)</script>', consent: 'subscribed' };
    const [person] = await seedLeads(this.app.database, [lead]);
    return person!;
  }

  /** Waits for a state; the limit only ends a test that would wait for ever. */
  async until<T>(read: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
    for (let turn = 0; turn < 200; turn += 1) {
      const value = await read();
      if (good(value)) return value;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`Never came: ${JSON.stringify(await read())}`);
  }

  /** Queues a mail, waits until the worker has sent it, and answers what Postmark got. */
  async sentMail(more: Partial<Mail> = {}) {
    const who = await this.person();
    const message_id = await this.queue(who, {
      content: { subject: 'Hello {{ contact.first_name }}', html },
      run: { automation_id: newId(), version: 1, run_id: newId(), node_id: 'n2', visit: 1 },
      ...more,
    });
    await this.until(
      () => this.state(message_id),
      (one) => one === 'sent',
    );
    const mail = this.fake.accepted.find((accepted) => accepted.to === who.email)!;
    const link = (name: string) =>
      new URL(new RegExp(`https://cortex.school.example(/${name}/[\\w-]+)`).exec(mail.html)![0]).pathname;
    return { ...who, message_id, mail, link };
  }

  async queue(who: { person_id: string; email: string }, more: Partial<Mail> = {}): Promise<string> {
    const queued = await this.app.database.tx((tx) =>
      queueMail(tx, {
        person_id: who.person_id,
        stream: 'broadcast',
        content: { subject: 'x', html: 'x' },
        data: { contact: { first_name: '<script>alert(1)</script>' } },
        dedupe_key: newId(),
        ...more,
      }),
    );
    return queued.message_id;
  }

  async state(id: string): Promise<string> {
    return (await this.app.database.row<{ state: string }>('select state from cortex.messages where id = $1', [id]))!
      .state;
  }

  async consent(personId: string): Promise<string> {
    const sql = 'select consent_status as s from cortex.people where person_id = $1';
    return (await this.app.database.row<{ s: string }>(sql, [personId]))!.s;
  }

  async typesOf(personId: string): Promise<string[]> {
    const sql = 'select type from public.crm_activities where person_id = $1 order by id';
    return (await this.app.database.rows<{ type: string }>(sql, [personId])).map((row) => row.type);
  }

  /** Without credentials. */
  open(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    return this.app.call(method, path, body, { key: null, headers });
  }

  /** As Postmark posts it. */
  event(payload: Record<string, unknown>) {
    return this.open('POST', '/webhooks/postmark', payload, basic('postmark', 'a long password'));
  }
}
