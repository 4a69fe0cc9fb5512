import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createLog, readConfig } from '#platform';
import { Queue } from '#queue';
import { pipeline, seedLeads, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { createWorker } from '#worker';

/** Looks of the sending lanes at their queue that are waited for; a worker makes twelve a second. */
const LOOKS = 72;
/** Of them so many are left out at first, while everything starts. */
const STARTING = 12;
/** Statements that may come to one look: of all loops, the job queue and the upkeep together. It is about half of it. */
const MOST = 12;
const AUTOMATIONS = 60;
const lookAtMail = /from cortex\.outgoing o\s+where o\.stream = s\.stream/;

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

  /** Statements for each look at the mail, of a real worker with all its loops, its queue and its own pace. */
  const perLook = async (): Promise<number> => {
    let statements = 0;
    const seen = Promise.withResolvers<void>();
    const original = client.query;
    let looks = -STARTING;
    client.query = function (...given) {
      const [text] = given as [string | { text?: string }];
      const statement = typeof text === 'string' ? text : (text?.text ?? '');
      if (lookAtMail.test(statement) && (looks += 1) >= LOOKS) seen.resolve();
      if (looks >= 0 && looks < LOOKS) statements += 1;
      return original.apply(this, given);
    };
    const config = readConfig({ DATABASE_URL: db.url });
    const worker = await createWorker({ config, database: db.database, log, queue: new Queue({ url: db.url, log }) });
    try {
      await seen.promise;
    } finally {
      client.query = original;
      await worker.close();
    }
    return statements / LOOKS;
  };

  it('dittofeed#995: asks the database little, and not more for all the people, lists and automations that wait', async () => {
    expect(await perLook()).toBeLessThan(MOST);
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
    expect(await perLook()).toBeLessThan(MOST);
  });
});
