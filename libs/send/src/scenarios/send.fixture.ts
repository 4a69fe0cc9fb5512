import { LinkTokens, queueMails, type Mail } from '#emails';
import { createLog, newId, readConfig, type Config } from '#platform';
import { FakePostmark, seedLeads, testDatabase, type TestDatabase } from '#testing';
import { PostmarkGateway } from '../postmark/postmark.client.js';
import { Sender } from '../sending/sender.js';

export interface Persons {
  person_id: string;
  email: string;
}

export const log = createLog('silent', 'test');

/** A database, a fake Postmark and a sender between them; everything is driven by hand. */
export class SendFixture {
  fake!: FakePostmark;

  private constructor(readonly db: TestDatabase) {}

  static async make(): Promise<SendFixture> {
    return new SendFixture(await testDatabase({ poolSize: 8 }));
  }

  /** Before each test: nobody, no mail, everything set that sending needs. */
  async reset(): Promise<void> {
    this.fake = await FakePostmark.start();
    await this.db.clock.set('2026-03-01T10:00:00Z');
    await this.db.database.run(
      `truncate cortex.messages, cortex.outgoing, cortex.provider_ids, cortex.send_batches, cortex.mail_contents, cortex.people, cortex.person_links, public.purchase_leads, cortex.suppressions,
         cortex.attention, public.email_jobs, public.crm_activities, cortex.activity_inbox, cortex.automations cascade`,
    );
    await this.db.database.run(
      `update cortex.settings set sender_broadcast = 'School <news@school.example>', sender_transactional = 'School <desk@school.example>',
         postal_address = '1 Main Street', mail_unanswered = false, frequency_cap = null, quiet_hours = null, timezone = 'UTC', sending_stopped_at = null, settle_seconds = 900,
         retry_unknown_transactional = false`,
    );
  }

  configWith(more: Record<string, string> = {}): Config {
    return readConfig({
      CORTEX_PUBLIC_URL: 'https://cortex.school.example',
      CORTEX_SECRET: 'a secret of a school that sends mail',
      ...more,
    });
  }

  toPostmark(): Config {
    return this.configWith({ POSTMARK_SERVER_TOKEN: 'fake-token', POSTMARK_API_URL: this.fake.url });
  }

  senderFor(config = this.toPostmark(), timeoutSeconds = 5) {
    const { database } = this.db;
    const token = config.env.POSTMARK_SERVER_TOKEN;
    const gateway = token ? new PostmarkGateway({ token, url: config.env.POSTMARK_API_URL, timeoutSeconds }) : null;
    const tokens = new LinkTokens(database, config);
    const sender = new Sender(database, config, log, tokens, gateway);
    return { sender, gateway: gateway!, config };
  }

  people(count: number, consent = 'subscribed'): Promise<Persons[]> {
    const lead = (n: number) => ({ email: `p${n}@school.example`, first_name: `Person ${n}`, consent });
    return seedLeads(
      this.db.database,
      Array.from({ length: count }, (_, n) => lead(n + 1)),
    );
  }

  queue(persons: Persons[], more: Partial<Mail> = {}, automation_id = newId()) {
    return this.db.database.tx((tx) =>
      queueMails(
        tx,
        persons.map((person) => ({
          run: { automation_id, version: 1, run_id: newId(), node_id: 'mail', visit: 1 },
          person_id: person.person_id,
          stream: 'broadcast' as const,
          content: { subject: 'Hi {{ contact.first_name }}', html: '<p>Hi {{ contact.first_name }}</p>' },
          data: { contact: { first_name: 'Person <b>' } },
          dedupe_key: newId(),
          ...more,
        })),
      ),
    );
  }

  /** Sends until nothing is left that may leave now, holding to the sum after each batch. */
  async drain(sender: Sender, total: number): Promise<void> {
    for (let turns = 0; turns < 40; turns += 1) {
      const busy = await sender.sendOne();
      const sum = Object.values(await this.counts()).reduce((a, b) => a + b, 0);
      if (sum !== total) throw new Error(`${sum} mails are in a state, of ${total}.`);
      if (!busy) return;
    }
    throw new Error('The queue does not come to an end.');
  }

  /** Mails by state, skipped ones by reason. */
  async counts(): Promise<Record<string, number>> {
    const rows = await this.db.database.rows<{ state: string; n: number }>(
      `select state || case when state = 'skipped' then ':' || reason else '' end as state, count(*)::int as n
       from cortex.messages group by 1`,
    );
    return Object.fromEntries(rows.map((row) => [row.state, row.n]));
  }

  async activities(): Promise<Record<string, number>> {
    const rows = await this.db.database.rows<{ type: string; n: number }>(
      'select type, count(*)::int as n from public.crm_activities where person_id is not null group by type',
    );
    return Object.fromEntries(rows.map((row) => [row.type, row.n]));
  }

  /** Keys of what is open under Needs attention. */
  async openItems(): Promise<string[]> {
    const rows = await this.db.database.rows<{ key: string }>(
      'select key from cortex.attention where closed_at is null order by key',
    );
    return rows.map((row) => row.key);
  }

  /** The most often that one mail was taken. */
  get mostTaken(): number {
    return Math.max(0, ...this.fake.acceptedTimes().values());
  }
}

/** The pace is this process's own and real; a test waits for it instead of guessing. */
export async function waitUntilReady(sender: Sender): Promise<void> {
  while (!sender.backoff.ready()) await new Promise((resolve) => setTimeout(resolve, sender.backoff.wait));
}
