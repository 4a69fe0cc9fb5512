import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { testDatabase, until, type TestDatabase } from '#testing';
import { OwnPostgres, PatientCaller, Processes, productOf } from './fault-harness.js';
import { patiently } from './killer.js';

const root = join(import.meta.dirname, '../../..');
const key = 'a-server-key-for-the-kills-at-full-load';
const SHOP = 'https://shop.example';
const API = 0;
/** Requests that are taken before the next kill. */
const BETWEEN = 150;

/** One way in: a request with so many activities, each of which carries its mark. */
interface Way {
  callers: number;
  activities: number;
  request: (marks: string[]) => { path: string; headers: Record<string, string>; body: unknown };
}

describe('what was accepted at full load', () => {
  let postgres: OwnPostgres;
  let db: TestDatabase;
  let processes: Processes;
  let url: string;
  const ways = new Map<string, Way>();
  /** Marks of what was answered 2xx, by way. */
  const accepted = new Map<string, string[]>();
  let answers = 0;
  let unclear = 0;
  let over = false;

  beforeAll(async () => {
    const built = spawnSync(process.execPath, [join(root, 'apps/standalone/build.mjs'), '--server'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
    });
    if (built.status !== 0) throw new Error(`${built.stdout}\n${built.stderr}`);
    postgres = await OwnPostgres.start();
    db = await testDatabase({ poolSize: 4, cluster: postgres.url });
    processes = new Processes({
      ...productOf(db.url, 'http://127.0.0.1:9', key),
      // Visitors come from many networks.
      CORTEX_TRUST_PROXY: '1',
      LOG_LEVEL: 'fatal',
    });
    await processes.start(['api']);
    url = `http://127.0.0.1:${await processes.port}`;
    const caller = new PatientCaller(url, key);
    const newKey = async (wish: object) => (await caller.call('POST', '/api-keys', wish)).key as string;
    const program = { kind: 'server', scopes: ['ingest'] };
    const [flood, other, client] = await Promise.all(
      ['Flood', 'Other', 'Client'].map((name) => newKey({ name, ...program })),
    );
    const page = await newKey({ name: 'Pages', kind: 'write', allowed_types: ['load.page'], allowed_origins: [SHOP] });
    const source = await caller.call('POST', '/sources', { name: 'Forms' });
    const mapping = {
      type: { text: 'load.form' },
      email: '/email',
      external_id: '/mark',
      metadata: [{ name: 'mark', at: '/mark' }],
    };
    await caller.call('PATCH', `/sources/${source.id}`, { mapping, is_on: true });

    const email = (mark: string) => `person${parseInt(mark.slice(0, 4), 16) % 500}@school.example`;
    const activity = (mark: string) => ({
      id: mark,
      contact_email: email(mark),
      type: 'load.post',
      metadata: { mark },
    });
    const bearer = (of: string) => ({ authorization: `Bearer ${of}` });
    // One key floods, so that its groups and those of the others are committed side by side.
    ways.set('POST /activities, many', {
      callers: 8,
      activities: 100,
      request: (marks) => ({ path: '/activities', headers: bearer(flood!), body: marks.map(activity) }),
    });
    ways.set('POST /activities', {
      callers: 8,
      activities: 1,
      request: ([mark]) => ({ path: '/activities', headers: bearer(other!), body: activity(mark!) }),
    });
    ways.set('POST /v1/batch', {
      callers: 4,
      activities: 20,
      request: (marks) => ({
        path: '/v1/batch',
        headers: { authorization: `Basic ${Buffer.from(`${client}:`).toString('base64')}` },
        body: {
          batch: marks.map((mark) => ({
            type: 'track',
            messageId: mark,
            userId: email(mark),
            event: 'load.call',
            properties: { mark },
          })),
        },
      }),
    });
    ways.set('POST /track', {
      callers: 4,
      activities: 5,
      request: (marks) => ({
        path: `/track?key=${page}`,
        headers: { origin: SHOP, 'x-forwarded-for': `10.${parseInt(marks[0]!.slice(0, 2), 16)}.0.1` },
        body: {
          activities: marks.map((mark) => ({ id: mark, anonymous_id: mark, type: 'load.page', metadata: { mark } })),
        },
      }),
    });
    ways.set('POST /in/:token', {
      callers: 2,
      activities: 1,
      request: ([mark]) => ({ path: new URL(source.url).pathname, headers: {}, body: { email: email(mark!), mark } }),
    });
    for (const name of ways.keys()) accepted.set(name, []);
  }, 240_000);

  afterAll(async () => {
    await processes?.stop();
    await db?.drop();
    await postgres?.close();
  });

  /** Sends and sends, never anything twice. */
  async function keepCalling(name: string, { activities, request }: Way): Promise<void> {
    while (!over) {
      const marks = Array.from({ length: activities }, () => randomUUID());
      const { path, headers, body } = request(marks);
      const status = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(10_000),
      }).then(
        async (answer) => {
          await answer.arrayBuffer();
          return answer.status;
        },
        () => 0,
      );
      if (status >= 200 && status < 300) {
        accepted.get(name)!.push(...marks);
        answers += 1;
      } else {
        if (status >= 400 && status < 500 && status !== 429) throw new Error(`${name} was answered ${status}.`);
        unclear += 1;
        await pause(20);
      }
    }
  }

  it('is there once, whatever was killed', async () => {
    const calling = Promise.all(
      [...ways].flatMap(([name, way]) => Array.from({ length: way.callers }, () => keepCalling(name, way))),
    );
    // A caller that cannot go on is heard of at the end.
    calling.catch(() => undefined);
    const kills = ['api', 'api', 'database', 'api'] as const;
    for (const victim of kills) {
      const seen = answers;
      await until(() => answers >= seen + BETWEEN);
      await (victim === 'api' ? processes.kill(API) : postgres.kill());
    }
    const seen = answers;
    await until(() => answers >= seen + BETWEEN);
    over = true;
    await calling;
    for (const [name, marks] of accepted) {
      const found = await patiently(() =>
        db.database.row<{ once: number; waiting: number }>(
          `select count(*) filter (where n = 1)::int as once, count(*) filter (where waiting = 1)::int as waiting from (
             select w.mark, count(a.id) as n, count(i.activity_id) as waiting from unnest($1::text[]) w(mark)
             left join public.crm_activities a on a.metadata ->> 'mark' = w.mark
             -- Of somebody new whom two groups make at one moment the repair finds out within a minute.
             left join (select activity_id from cortex.activity_inbox
               union all select activity_id from cortex.pending) i on i.activity_id = a.id
             group by w.mark) each_one`,
          [marks],
        ),
      );
      // What pages say is nobody's yet; all else waits for the matcher.
      const waiting = name === 'POST /track' ? 0 : marks.length;
      expect({ name, ...found }).toEqual({ name, once: marks.length, waiting });
      expect(marks.length).toBeGreaterThan(0);
    }
    const told = [...accepted].map(([name, marks]) => `${marks.length} by ${name}`).join(', ');
    process.stdout.write(`${kills.length} kills at full load: ${told}; ${unclear} requests without a 2xx.\n`);
  }, 300_000);
});
