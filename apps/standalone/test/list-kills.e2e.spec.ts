import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { seedLeads, testDatabase, type TestDatabase } from '#testing';
import { PatientCaller, Processes } from './fault-harness.js';

const root = join(import.meta.dirname, '../../..');
const key = 'a-server-key-for-the-list-test';
const API = 0;
const WORKER = 1;
/** Fulfil the rules, but have never said whether they want mail. */
const unanswered = 40;

describe('joining and leaving a list while the processes that fill it are killed', () => {
  let db: TestDatabase;
  let processes: Processes;
  let caller: PatientCaller;
  let list: string;
  const automations: string[] = [];
  /** What has to be told of each person, in order. */
  const expected = new Map<string, string[]>();

  beforeAll(async () => {
    const built = spawnSync(process.execPath, [join(root, 'apps/standalone/build.mjs'), '--server'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
    });
    if (built.status !== 0) throw new Error(`${built.stdout}\n${built.stderr}`);
    db = await testDatabase({ poolSize: 6 });
    const named = (name: string, n: number, consent?: string) =>
      Array.from({ length: n }, (_, at) => ({ email: `${name}${at}@school.example`, consent }));
    await seedLeads(db.database, [...named('one', 200, 'subscribed'), ...named('quiet', unanswered)]);
    await tag(['vip'], ...named('quiet', unanswered).map(({ email }) => email));
    // Whoever is about to end a filling, or puts people in or out, waits as long as the test holds the lock.
    await db.database.run(
      `create function public.hold() returns trigger language plpgsql as
         $$ begin perform pg_advisory_xact_lock_shared(4711); return new; end $$`,
    );
    await db.database.run(
      `create trigger hold_filling before update on cortex.list_keeping for each row
       when (new.state = 'kept' and old.state = 'stale') execute function public.hold()`,
    );
    await db.database.run(
      'create trigger hold_members after insert on cortex.list_members for each statement execute function public.hold()',
    );
    processes = new Processes({
      DATABASE_URL: db.url,
      CORTEX_API_KEY: key,
      CORTEX_ADMIN_EMAIL: 'admin@school.example',
      CORTEX_ADMIN_PASSWORD: 'correct horse battery staple',
      CORTEX_PUBLIC_URL: 'https://cortex.school.example',
      CORTEX_DEMO: '0',
      LOG_LEVEL: 'fatal',
    });
    await processes.start(['api', 'worker']);
    caller = new PatientCaller(`http://127.0.0.1:${await processes.port}`, key);
  }, 240_000);

  afterAll(async () => {
    await processes?.stop();
    await db?.drop();
  });

  const tag = (tags: string[], ...emails: string[]) =>
    db.database.run('update public.purchase_leads set tags = $1 where email = any($2::citext[])', [tags, emails]);
  let next = 0;
  const joins = async (tags = ['vip']) => {
    const email = `one${(next += 1)}@school.example`;
    await tag(tags, email);
    expected.set(email, ['entered']);
    return email;
  };
  const leaves = async (email: string) => {
    await tag([], email);
    expected.get(email)!.push('left');
  };
  const tell = (what: 'entered' | 'left') => {
    for (let at = 0; at < unanswered; at += 1) {
      const email = `quiet${at}@school.example`;
      expected.set(email, [...(expected.get(email) ?? []), what]);
    }
  };

  const until = async (what: string, condition: string) => {
    const limit = Date.now() + 120_000;
    while (!(await db.database.row<{ good: boolean }>(`select (${condition}) as good`))!.good) {
      if (Date.now() > limit) throw new Error(`Waited in vain for ${what}.`);
      await pause(50);
    }
  };
  const atRest = () =>
    until(
      'the lists to come to rest',
      `not exists (select from cortex.list_touched) and not exists (select from cortex.activity_inbox)
       and not exists (select from cortex.list_keeping where state <> 'kept')
       and exists (select from cortex.list_keeping)`,
    );

  /** Begins something, and when it waits inside its transaction does `during`; then kills who is at it, and lets go. */
  const killed = async (victim: number, begin: () => Promise<unknown>, during: () => Promise<unknown>) => {
    let begun: Promise<unknown> = Promise.resolve();
    await db.database.tx(async (tx) => {
      await tx.rows('select pg_advisory_xact_lock(4711)');
      begun = begin();
      await until(
        'somebody to be in the middle',
        `exists (select from pg_locks l join pg_database d on d.oid = l.database
           where d.datname = current_database() and locktype = 'advisory' and objid = 4711 and not granted)`,
      );
      await during();
      // What it had begun goes on in the database until somebody asks for its answer.
      await processes.kill(victim);
    });
    await begun;
  };

  it('everybody who comes in starts a run once, and so does everybody who leaves', async () => {
    const rules = {
      operator: 'AND',
      conditions: [
        { field: 'can_be_emailed', operator: 'is_true' },
        { field: 'tags', operator: 'has_any', value: ['vip', 'gold'] },
      ],
    };
    list = (await caller.call('POST', '/smart-lists', { name: 'Important', rules })).id;
    for (const type of ['smart_list_entered', 'smart_list_left']) {
      const graph = {
        nodes: [
          { id: 'start', type, config: { smart_list_id: list } },
          { id: 'end', type: 'exit', config: {} },
        ],
        edges: [{ source: 'start', port: 'next', target: 'end' }],
      };
      const settings = { entry: { limit: 'always' } };
      automations.push((await caller.call('POST', '/automations', { name: type, graph, settings })).id);
    }
    const publish = (id: string) => caller.call('POST', `/automations/${id}/publish`, {});
    // The worker fills it as soon as a draft uses it, or the one who publishes does; either is killed.
    await killed(
      API,
      () => publish(automations[0]!),
      async () => processes.kill(WORKER),
    );
    await publish(automations[1]!);
    const first = await joins();
    await atRest();

    for (let round = 0; round < 4; round += 1) {
      const may = round % 2 === 0;
      let out = '';
      await killed(
        WORKER,
        () => db.database.run('update cortex.settings set mail_unanswered = $1', [may]),
        async () => {
          await joins();
          out = await joins();
          if (round === 0) await leaves(first);
        },
      );
      tell(may ? 'entered' : 'left');
      await joins();
      await atRest();
      await leaves(out);
    }

    await killed(WORKER, joins, async () => void (await joins()));

    await atRest();
    const edited = { ...rules, conditions: [rules.conditions[0], { ...rules.conditions[1], value: ['vip', 'blue'] }] };
    await killed(
      API,
      () => caller.call('PUT', `/smart-lists/${list}`, { rules: edited }),
      async () => {
        await joins();
        await joins();
      },
    );
    await joins(['blue']);
    await atRest();

    const told = await db.database.rows<{ email: string; told: string[] }>(
      `select contact_email::text as email, array_agg(split_part(type, '.', 2) order by occurred_at, id) as told
       from public.crm_activities where type like 'smart_list.%' and metadata ->> 'smart_list_id' = $1
       group by contact_email`,
      [list],
    );
    const sorted = (entries: Iterable<[string, string[]]>) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
    expect(sorted(told.map((row): [string, string[]] => [row.email, row.told]))).toEqual(sorted(expected));
    for (const [at, what] of ['entered', 'left'].entries()) {
      const runs = await db.database.rows<{ email: string; n: number }>(
        `select p.address as email, count(*)::int as n from cortex.automation_runs r
         join cortex.people p using (person_id) where r.automation_id = $1 group by 1 order by 1`,
        [automations[at]],
      );
      const wanted = sorted(expected).map(([email, all]) => ({ email, n: all.filter((one) => one === what).length }));
      expect(runs).toEqual(wanted.filter(({ n }) => n > 0));
    }
    const { inside } = (await db.database.row<{ inside: number }>(
      'select count(*)::int as inside from cortex.list_members where smart_list_id = $1',
      [list],
    ))!;
    expect(inside).toBe([...expected.values()].filter((all) => all.at(-1) === 'entered').length);
  }, 600_000);
});
