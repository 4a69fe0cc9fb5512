import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createLog, readConfig } from '#platform';
import { Queue } from '#queue';
import { pipeline, seedLeads, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { createWorker } from '#worker';

/**
 * Statements of a worker between two rounds of its poll, ten seconds: about thirty, and 125 to 175 where a minute begins.
 * Of two neighbouring rounds a minute begins in one at most.
 */
const MOST = { quiet: 90, minute: 250 };
/** Rounds of the poll from the start; the last two whole ones count. */
const ROUNDS = 5;
const AUTOMATIONS = 60;
const poll = /^call pg_temp\.cortex_poll/;

type Query = (this: pg.Client, ...given: unknown[]) => unknown;
const client = pg.Client.prototype as unknown as { query: Query };

describe('a worker with nothing to do', () => {
  let db: TestDatabase;
  let line: Pipeline;
  const log = createLog('silent', 'test');

  beforeAll(async () => {
    db = await testDatabase({ poolSize: 12 });
    line = await pipeline(db.database);
  });
  afterAll(() => db.drop());

  /** Statements of a real worker with all its loops, its queue and its own pace, in two whole rounds of its poll. */
  const expectLittle = async (): Promise<void> => {
    const statements: number[] = Array.from({ length: ROUNDS }, () => 0);
    const seen = Promise.withResolvers<void>();
    const original = client.query;
    let rounds = 0;
    client.query = function (...given) {
      const [text] = given as [string | { text?: string }];
      const statement = typeof text === 'string' ? text : (text?.text ?? '');
      if (poll.test(statement) && (rounds += 1) >= ROUNDS) seen.resolve();
      if (rounds < ROUNDS) statements[rounds]! += 1;
      return original.apply(this, given);
    };
    const config = readConfig({ DATABASE_URL: db.url });
    const queue = new Queue({ database: db.database, log });
    const worker = await createWorker({ config, database: db.database, log, queue });
    try {
      await seen.promise;
    } finally {
      client.query = original;
      await worker.close();
    }
    // The first ones are cut short by those who join, and ended by what a new process finds to do.
    const [less, more] = statements.slice(-2).toSorted((a, b) => a - b);
    expect(less).toBeLessThan(MOST.quiet);
    expect(more).toBeLessThan(MOST.minute);
  };

  it('dittofeed#995: asks the database little, and not more for all the people, lists and automations that wait', async () => {
    await expectLittle();
    await seedLeads(
      db.database,
      Array.from({ length: 3_000 }, (_, n) => ({ email: `idle${n}@example.com`, consent: 'subscribed' })),
    );
    await db.database.run(`update cortex.settings set quiet_hours = '{"from": "00:00", "to": "23:59"}'`);
    for (let at = 0; at < AUTOMATIONS; at += 1) {
      const type = `idle.${at}`;
      await line.live({
        schema: 1,
        nodes: [
          { id: 'start', type: 'activity_received', config: { activity_type: type } },
          { id: 'mail', type: 'send_email', config: { subject: 'Hello', html: '<p>Hello</p>', stream: 'broadcast' } },
          { id: 'wait', type: 'wait', config: { for: { n: 30, unit: 'days' } } },
        ],
        edges: [
          { source: 'start', port: 'next', target: 'mail' },
          { source: 'mail', port: 'next', target: 'wait' },
        ],
      });
      for (let n = 0; n < 5; n += 1) await line.post(`idle${at * 5 + n}@example.com`, { type });
    }
    await line.settle();
    const waiting = `select count(*)::int as n from cortex.automation_runs where status = 'waiting'`;
    expect(await db.database.row(waiting)).toEqual({ n: 300 });
    await expectLittle();
  });
});
