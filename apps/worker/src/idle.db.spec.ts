import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createLog, readConfig } from '#platform';
import { Queue } from '#queue';
import { pipeline, seedLeads, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { createWorker } from '#worker';

/**
 * Statements of a worker in two neighbouring rounds of its poll, twenty seconds: about thirty, and up to 250 where a minute
 * begins. Something asked for each of the automations, lists or people would be there more often than `same`.
 */
const MOST = { all: 400, same: 40 };
/** What stands around statements says nothing of them. */
const around = /^(?:begin|start transaction|commit|rollback|set |select set_config)/i;
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
    const statements: string[] = [];
    const seen = Promise.withResolvers<void>();
    const original = client.query;
    let rounds = 0;
    client.query = function (...given) {
      const [text] = given as [string | { text?: string }];
      const statement = typeof text === 'string' ? text : (text?.text ?? '');
      if (poll.test(statement) && (rounds += 1) >= ROUNDS) seen.resolve();
      // The first ones are cut short by those who join, and ended by what a new process finds to do.
      if (rounds < ROUNDS && rounds >= ROUNDS - 2) statements.push(statement);
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
    const told = statements.filter((statement) => !around.test(statement.trim()));
    const often = Object.entries(Object.groupBy(told, (statement) => statement))
      .map(([statement, times]) => ({ statement, times: times!.length }))
      .filter(({ times }) => times > MOST.same);
    expect(often).toEqual([]);
    expect(statements.length).toBeLessThan(MOST.all);
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
