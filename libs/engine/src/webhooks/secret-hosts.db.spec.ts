import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { automationById, revealHeaders, SecretOfOtherHost } from '#automations';
import type { Graph, HeaderValue } from '#graph';
import { readConfig, systemActor, Vault } from '#platform';
import { mailHelp } from '../effects/mail-help.js';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';

const actor = systemActor('ann@example.com');
let db: TestDatabase;
let line: Pipeline;
let vault: Vault;
beforeAll(async () => {
  db = await testDatabase();
  line = await pipeline(db.database);
  vault = new Vault(db.database, readConfig({}));
}, 120_000);
afterAll(() => db?.drop());

const graph = (...steps: { url: string; headers: object }[]): Graph => ({
  schema: 1,
  nodes: [
    { id: 's', type: 'manual', config: {} },
    ...steps.map((config, at) => ({ id: `call${at}`, type: 'webhook', config: config as Record<string, unknown> })),
  ],
  edges: [{ source: 's', port: 'next', target: 'call0' }],
});
const made = async (of: Graph) => {
  const { id } = await line.automations.create(actor, { name: 'Calls', graph: of });
  const { draft_graph } = await automationById(db.database, id);
  return {
    id,
    headers: draft_graph.nodes.slice(1).map(({ config }) => config.headers as Record<string, HeaderValue>),
  };
};
const reveal = (url: string, headers: Record<string, HeaderValue>) => revealHeaders(db.database, vault, url, headers);

describe('a secret', () => {
  it('goes to the host that it was set for, and to no other', async () => {
    const { headers } = await made(graph({ url: 'https://a.example/in', headers: { Authorization: 'Bearer one' } }));
    expect(headers[0]!.Authorization).toMatchObject({ secret: true, host: 'a.example' });
    expect(await reveal('https://a.example/other?n=1', headers[0]!)).toEqual({ Authorization: 'Bearer one' });
    for (const url of ['https://b.example/in', 'https://a.example:8443/in', 'not an address'])
      await expect(reveal(url, headers[0]!)).rejects.toThrow(SecretOfOtherHost);
  });

  it('keeps its host in whatever drawing it is put, and whatever is said of it', async () => {
    const { headers } = await made(graph({ url: 'https://a.example/in', headers: { Authorization: 'Bearer two' } }));
    const lie = { ...(headers[0]!.Authorization as object), host: 'b.example' };
    const other = await made(graph({ url: 'https://b.example/in', headers: { Authorization: lie } }));
    expect(other.headers[0]!.Authorization).toEqual(headers[0]!.Authorization);
    await expect(line.publishing.publish(actor, other.id, {}, mailHelp)).rejects.toMatchObject({
      code: 'automation_not_ready',
    });
  });

  it('that was set without an address belongs to the first step it is stored with', async () => {
    const loose = await line.automations.setSecret(actor, 'Bearer three');
    expect(loose).not.toHaveProperty('host');
    const { headers } = await made(graph({ url: 'https://c.example/in', headers: { Authorization: loose } }));
    expect(headers[0]!.Authorization).toMatchObject({ id: loose.id, host: 'c.example' });
    const named = await line.automations.setSecret(actor, 'Bearer four', 'https://d.example/in');
    expect(named).toMatchObject({ host: 'd.example' });
    await expect(reveal('https://c.example/', { Authorization: named })).rejects.toThrow(SecretOfOtherHost);
  });

  it('of one text at two hosts is two secrets', async () => {
    const { headers } = await made(
      graph(
        { url: 'https://a.example/in', headers: { Authorization: 'Bearer five', 'X-Twin': 'Bearer five' } },
        { url: 'https://b.example/in', headers: { Authorization: 'Bearer five' } },
      ),
    );
    const [a, b] = headers.map((each) => each.Authorization as { id: string; host: string });
    expect(headers[0]!['X-Twin']).toEqual(a);
    expect([a!.host, b!.host, a!.id === b!.id]).toEqual(['a.example', 'b.example', false]);
    expect(await reveal('https://b.example/in', headers[1]!)).toEqual({ Authorization: 'Bearer five' });
  });

  it('of a release before this one belongs to the host of its next call', async () => {
    const { headers } = await made(graph({ url: 'https://e.example/in', headers: { Authorization: 'Bearer six' } }));
    await db.database.run('update cortex.secret_values set host = null');
    expect(await reveal('https://e.example/in', headers[0]!)).toEqual({ Authorization: 'Bearer six' });
    await expect(reveal('https://f.example/in', headers[0]!)).rejects.toThrow(SecretOfOtherHost);
  });
});
