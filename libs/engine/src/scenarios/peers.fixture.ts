import { LinkTokens } from '#emails';
import { createLog, readConfig, type Config } from '#platform';
import { PostmarkEvents, PostmarkGateway, Sender, SendLoop, Subscriptions } from '#send';
import { FakePostmark, pipeline, seedLeads, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { automationStats, type AutomationStats } from '../reports/reports.queries.js';
import { Walkers, type Step } from './steps.fixture.js';

const log = createLog('silent', 'test');

/** A mail that says which one it is. */
export const mail = (id: string, stream: 'broadcast' | 'transactional' = 'broadcast'): Step => [
  id,
  'send_email',
  { subject: `Mail ${id}`, html: `<p>${id}</p>`, stream },
];
export const wait = (id: string, n: number, unit: 'minutes' | 'hours' | 'days'): Step => [
  id,
  'wait',
  { for: { n, unit } },
];

export interface MailRow {
  node_id: string;
  state: string;
  reason: string | null;
  attempts: number;
}

/** The engine and the sending over one database, with a fake Postmark behind them; everything is driven by hand. */
export class Shop {
  readonly subscriptions: Subscriptions;
  readonly tokens: LinkTokens;
  private readonly config: Config;
  private readonly sending: ReturnType<Shop['sender']>;
  private readonly events: PostmarkEvents;

  private constructor(
    readonly db: TestDatabase,
    readonly line: Pipeline,
    readonly people: Walkers,
    readonly fake: FakePostmark,
  ) {
    this.config = readConfig({
      CORTEX_PUBLIC_URL: 'https://cortex.school.example',
      CORTEX_SECRET: 'a secret of a school that sends mail',
      POSTMARK_SERVER_TOKEN: fake.token,
      POSTMARK_API_URL: fake.url,
    });
    this.tokens = new LinkTokens(db.database, this.config);
    this.subscriptions = new Subscriptions(db.database, this.tokens);
    this.events = new PostmarkEvents(db.database, this.config);
    this.sending = this.sender();
  }

  static async make(name: string, { poolSize = 12 } = {}): Promise<Shop> {
    const db = await testDatabase({ poolSize });
    await db.clock.set('2026-03-02T09:00:00Z');
    await db.database.run(
      `update cortex.settings set sender_broadcast = 'School <news@school.example>', timezone = 'UTC',
         sender_transactional = 'School <desk@school.example>', postal_address = '1 Main Street'`,
    );
    const line = await pipeline(db.database);
    return new Shop(db, line, new Walkers(db.database, line, name), await FakePostmark.start());
  }

  async close(): Promise<void> {
    await this.fake.close();
    await this.db.drop();
  }

  /** One more process that sends. */
  sender(timeoutSeconds = 5): { sender: Sender; loop: SendLoop } {
    const { db, config, tokens, fake } = this;
    const gateway = new PostmarkGateway({ token: fake.token, url: fake.url, timeoutSeconds });
    const sender = new Sender(db.database, config, log, tokens, gateway);
    return { sender, loop: new SendLoop(db.database, config, log, sender, gateway) };
  }

  /** So many people without a history. Answers their addresses. */
  async crowd(n: number, name = 'crowd'): Promise<string[]> {
    const emails = Array.from({ length: n }, (_, at) => `${name}${at}@example.com`);
    await seedLeads(
      this.db.database,
      emails.map((email) => ({ email, consent: 'subscribed' })),
    );
    return emails;
  }

  /** Lets engine and sending do everything that can be done now. */
  async settle(): Promise<void> {
    for (let round = 0; round < 20; round += 1) {
      await this.line.settle();
      let sent = false;
      for (let batch = 0; batch < 40 && (await this.sending.sender.sendOne()); batch += 1) sent = true;
      await this.sending.loop.upkeep();
      if (!sent) return;
    }
    throw new Error('The mail does not come to an end.');
  }

  async post(email: string, type: string, metadata: Record<string, unknown> = {}): Promise<void> {
    await this.line.post(email, { type, metadata });
    await this.settle();
  }

  /** This person's mails of an automation, in order. */
  mails(automation: string, email: string): Promise<MailRow[]> {
    return this.db.database.rows(
      `select node_id, state, reason, attempts from cortex.messages
       where automation_id = $1 and contact_email = $2 order by created_at, id`,
      [automation, email],
    );
  }

  /** Subjects that Postmark took for this person, in order. */
  inboxOf(email: string): string[] {
    return this.fake.accepted.filter(({ to }) => to === email).map(({ subject }) => subject);
  }

  /** As Postmark posts it, about the newest mail of this person. */
  async hears(email: string, event: Record<string, unknown>): Promise<void> {
    const MessageID = this.fake.accepted.findLast(({ to }) => to === email)?.id;
    await this.events.take({ MessageID, Email: email, Recipient: email, ...event });
  }

  stats(automation: string): Promise<AutomationStats> {
    return automationStats(this.db.database, automation, {});
  }

  /** What is open under Needs attention. */
  attention(): Promise<{ key: string; title: string; detail: string; action: unknown }[]> {
    return this.db.database.rows(
      'select key, title, detail, action from cortex.attention where closed_at is null order by key',
    );
  }

  async count(table: string, condition = 'true'): Promise<number> {
    return (await this.db.database.row<{ n: number }>(`select count(*)::int as n from ${table} where ${condition}`))!.n;
  }
}
