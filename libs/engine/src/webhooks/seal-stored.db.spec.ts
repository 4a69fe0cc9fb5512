import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { automationById, forgetSecrets, revealHeaders } from '#automations';
import type { Graph, HeaderValue } from '#graph';
import { createLog, newId, readConfig, systemActor, Vault } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { sealStored } from './seal-stored.js';
import { rotateWebhookSecret, webhookSecret } from './secrets.js';

const log = createLog('silent', 'test');
const actor = systemActor('ann@example.com');
const ADDRESS = 'https://hook.example/in';
const planted = 'Bearer planted-in-the-clear';

const vaultOf = (env: Record<string, string>) => new Vault(db.database, readConfig(env));
const headersOf = (graph: Graph): Record<string, HeaderValue> =>
  graph.nodes.find(({ id }) => id === 'call')!.config.headers as Record<string, HeaderValue>;
const graph = (headers: object): Graph => ({
  schema: 1,
  nodes: [
    { id: 's', type: 'manual', config: {} },
    { id: 'call', type: 'webhook', config: { url: ADDRESS, headers } },
  ],
  edges: [{ source: 's', port: 'next', target: 'call' }],
});

let db: TestDatabase;
let line: Pipeline;

beforeAll(async () => {
  db = await testDatabase();
  line = await pipeline(db.database);
}, 120_000);
afterAll(() => db?.drop());

/** All that the database holds of drawings, calls and secrets, as text. */
const everything = async () =>
  JSON.stringify(
    await Promise.all(
      [
        'automations',
        'automation_versions',
        'automation_operations',
        'backtests',
        'webhook_calls',
        'webhook_secrets',
        'secret_values',
        'audit',
      ].map((table) => db.database.rows(`select t::text from cortex.${table} t`)),
    ),
  );

describe('secrets that an older version stored in the clear', () => {
  it('are encrypted at the next start, wherever they stand, and stay the same value', async () => {
    const id = await line.live(graph({ Authorization: 'to be replaced' }));
    const plain = JSON.stringify(graph({ Authorization: planted, 'X-Empty': '' }));
    await db.database.tx(async (tx) => {
      await tx.run('update cortex.automations set draft_graph = $2::jsonb where id = $1', [id, plain]);
      await tx.run('update cortex.automation_versions set graph = $2::jsonb where automation_id = $1', [id, plain]);
      await tx.run(
        `insert into cortex.automation_operations (automation_id, revision, operations)
         values ($1, 99, $2::jsonb)`,
        [id, JSON.stringify([{ op: 'replace_graph', graph: JSON.parse(plain) as unknown }])],
      );
      await tx.run(
        `insert into cortex.backtests (id, automation_id, revision, graph, settings, from_at, to_at)
         values ($1, $2, 1, $3::jsonb, '{}', cortex.now() - interval '1 day', cortex.now())`,
        [newId(), id, plain],
      );
      await tx.run(`insert into cortex.webhook_secrets (value) values ('whsec_cGxhbnRlZA==')`);
      // As the migration lists them.
      await tx.run(
        `insert into cortex.unsealed
         select 'draft', $1::text union all select 'version', id::text from cortex.automation_versions where automation_id = $1::uuid
         union all select 'operations', $1 || ':99' union all select 'backtest', id::text from cortex.backtests
         union all select 'signing', id::text from cortex.webhook_secrets union all select 'call', gen_random_uuid()::text`,
        [id],
      );
    });
    const vault = vaultOf({});
    await sealStored(db.database, vault, log);
    expect(await db.database.rows('select from cortex.unsealed')).toEqual([]);
    const stored = await everything();
    expect([stored.includes('planted'), stored.includes('whsec_')]).toEqual([false, false]);
    const row = await automationById(db.database, id);
    expect(row.live_graph).toEqual(row.draft_graph);
    const headers = headersOf(row.draft_graph);
    expect(headers).toEqual({
      Authorization: {
        secret: true,
        id: expect.any(String),
        set_at: expect.any(String),
        set_by: 'upgrade',
        host: 'hook.example',
      },
      'X-Empty': '',
    });
    expect(await revealHeaders(db.database, vault, ADDRESS, headers)).toEqual({
      Authorization: planted,
      'X-Empty': '',
    });
    expect((await webhookSecret(db.database, vault)).secret).toBe('whsec_cGxhbnRlZA==');
    await sealStored(db.database, vault, log);
    expect((await automationById(db.database, id)).draft_graph).toEqual(row.draft_graph);
  });
});

describe('another CORTEX_SECRET', () => {
  const open = () =>
    db.database.rows(`select detail from cortex.attention where key = 'secrets:unreadable' and closed_at is null`);

  it('encrypts everything anew at start while the one before is named, after that it is not needed', async () => {
    const { draft_graph } = await line.automations.create(actor, {
      name: 'Turned',
      graph: graph({ Authorization: 'Bearer turned' }),
    });
    const before = await webhookSecret(db.database, vaultOf({}));
    const first = { CORTEX_SECRET: 'the first secret, with enough characters' };
    await sealStored(db.database, vaultOf(first), log);
    const second = {
      CORTEX_SECRET: 'the second secret, with enough characters',
      CORTEX_SECRET_PREVIOUS: first.CORTEX_SECRET,
    };
    await sealStored(db.database, vaultOf(second), log);
    const alone = vaultOf({ CORTEX_SECRET: second.CORTEX_SECRET });
    expect(await revealHeaders(db.database, alone, ADDRESS, headersOf(draft_graph))).toEqual({
      Authorization: 'Bearer turned',
    });
    expect((await webhookSecret(db.database, alone)).secret).toBe(before.secret);
    expect(await open()).toEqual([]);
  });

  it('that nobody can follow is said under Needs attention until it is mended', async () => {
    const lost = vaultOf({ CORTEX_SECRET: 'quite another secret, with enough characters' });
    await sealStored(db.database, lost, log);
    expect(await open()).toMatchObject([{ detail: expect.stringMatching(/CORTEX_SECRET_PREVIOUS/) }]);
    await expect(webhookSecret(db.database, lost)).rejects.toMatchObject({ code: 'secret_unreadable' });
    const back = vaultOf({ CORTEX_SECRET: 'the second secret, with enough characters' });
    await sealStored(db.database, back, log);
    expect(await open()).toEqual([]);
    expect((await rotateWebhookSecret(db.database, back, actor)).secret).toMatch(/^whsec_/);
  });
});

describe('secrets that nothing names', () => {
  it('are removed a month after they were set; those of drawings, versions and calls stay', async () => {
    const loose = await line.automations.setSecret(actor, 'loose');
    await db.clock.advance({ days: 31 });
    const young = await line.automations.setSecret(actor, 'young');
    expect(await forgetSecrets(db.database, 30)).toBeGreaterThanOrEqual(1);
    const left = (await db.database.rows<{ id: string }>('select id from cortex.secret_values')).map(({ id }) => id);
    expect(left).not.toContain(loose.id);
    expect(left).toContain(young.id);
    const drawn = await db.database.rows<{ id: string }>(
      `select distinct jsonb_path_query(draft_graph, '$.nodes[*].config.headers.*.id') #>> '{}' as id from cortex.automations`,
    );
    expect(drawn.length).toBeGreaterThanOrEqual(2);
    expect(left).toEqual(expect.arrayContaining(drawn.map(({ id }) => id)));
  });
});
