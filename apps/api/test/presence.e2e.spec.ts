import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '#platform';
import { ADMIN, testApi, type TestApi } from './api.fixture.js';

const node = (id: string, type: string, config: object = {}) => ({ id, type, config });

describe('two people in one automation', () => {
  let api: TestApi;
  let ada: string;
  let bert: string;
  let vera: string;
  let path: string;
  let at: Date;

  beforeAll(async () => {
    api = await testApi();
    const password = 'a password for tests';
    await api.call('POST', '/staff', { email: 'bert@example.com', name: 'Bert', role: 'marketer', password });
    ada = await api.signIn(ADMIN.email, ADMIN.password);
    bert = await api.signIn('bert@example.com', password);
    await api.call('POST', '/staff', { email: 'vera@example.com', name: 'Vera', role: 'viewer', password });
    vera = await api.signIn('vera@example.com', password);
  }, 120_000);
  afterAll(() => api?.close());
  beforeEach(async () => {
    at = await api.db.clock.set(new Date('2026-11-27T10:00:00Z'));
    const graph = { nodes: [node('start', 'manual'), node('wait', 'wait')], edges: [] };
    path = `/automations/${(await api.call('POST', '/automations', { name: 'Shared', graph })).body.id}`;
  });
  const later = async (seconds: number) => {
    at = await api.db.clock.set(new Date(at.getTime() + seconds * 1000));
  };
  const says = (cookie: string, tab: string, more: object = {}) =>
    api.call('POST', `${path}/presence`, { tab, ...more }, { cookie });
  const shown = async () => {
    const { body } = await api.call('GET', `${path}/presence`);
    return body.tabs
      .map((one: any) => `${one.name}${one.node_id ? ` at ${one.node_id}` : ''}${one.holds ? ', holds' : ''}`)
      .sort();
  };

  it('are seen with the step they have open, until half a minute after their last word or until they leave', async () => {
    const [first, second] = [newId(), newId()];
    const answer = await says(ada, first, { node_id: 'wait' });
    expect(answer).toMatchObject({
      status: 200,
      body: { revision: 1, tabs: [{ tab: first, email: ADMIN.email, node_id: 'wait', holds: true }] },
    });
    await says(bert, second);
    expect(await shown()).toEqual([`${answer.body.tabs[0].name} at wait, holds`, 'Bert']);
    await later(20);
    await says(bert, second, { node_id: 'start' });
    await later(20);
    expect(await shown()).toEqual(['Bert at start, holds']);
    await says(bert, second, { leave: true });
    expect(await shown()).toEqual([]);
    expect(await api.db.database.rows('select tab from cortex.presence')).toEqual([]);
  });

  it('hold a step while they are active there; another takes it over, or has it after thirty seconds', async () => {
    const [first, second] = [newId(), newId()];
    const holder = async () => (await shown()).find((one: string) => one.includes('holds')) ?? 'nobody';
    await says(ada, first, { node_id: 'wait' });
    await later(1);
    await says(bert, second, { node_id: 'wait', active: true });
    expect(await holder()).not.toMatch(/^Bert/);
    await later(20);
    await says(ada, first, { node_id: 'wait', active: true });
    await later(15);
    await says(bert, second, { node_id: 'wait', active: true });
    expect(await holder()).not.toMatch(/^Bert/);
    await says(bert, second, { node_id: 'wait', take_over: true });
    expect(await holder()).toMatch(/^Bert/);
    await later(1);
    await says(ada, first, { node_id: 'wait', active: true });
    expect(await holder()).toMatch(/^Bert/);
    for (let beat = 0; beat < 3; beat += 1) {
      await later(10);
      await says(bert, second, { node_id: 'wait' });
      await says(ada, first, { node_id: 'wait' });
    }
    expect(await holder()).toBe('nobody');
    await later(1);
    await says(ada, first, { node_id: 'wait', active: true });
    expect(await holder()).not.toMatch(/^(Bert|nobody)/);
  });

  it('hold nothing where they may only look', async () => {
    const tab = newId();
    await says(vera, tab, { node_id: 'wait', active: true });
    expect(await shown()).toEqual(['Vera at wait']);
    await says(bert, newId(), { node_id: 'wait' });
    await later(1);
    await says(vera, tab, { node_id: 'wait', take_over: true });
    expect(await shown()).toEqual(['Bert at wait, holds', 'Vera at wait']);
  });

  it('speak at most five times a second, in at most fifty tabs, as themselves, where there is an automation', async () => {
    const tab = newId();
    expect((await says(ada, tab)).status).toBe(200);
    expect((await says(ada, tab)).status).toBe(429);
    expect((await api.call('POST', `${path}/presence`, { tab: newId() })).status).toBe(403);
    expect((await api.call('POST', `${path}/presence`, { tab: newId() }, { anonymous: true })).status).toBe(401);
    expect((await says(ada, 'x')).status).toBe(400);
    await later(1);
    await says(bert, tab, { node_id: 'wait', leave: true });
    expect(await shown()).toHaveLength(1);
    await Promise.all(Array.from({ length: 49 }, () => says(ada, newId())));
    const full = await says(ada, newId());
    expect([full.status, full.headers['retry-after']]).toEqual([429, '1']);
    expect((await says(ada, tab)).status).toBe(200);
    path = `/automations/${newId()}`;
    expect((await says(ada, tab)).status).toBe(404);
    expect((await api.call('GET', `${path}/presence`)).status).toBe(404);
    expect((await api.call('GET', `${path}/operations?since=0`)).status).toBe(404);
  });

  it('fetch what the other did, page by page, and know their own calls again', async () => {
    const batch = newId();
    const rename = (name: string) => [{ op: 'rename', name }];
    const operate = (base_revision: number, name: string, more: object = {}) =>
      api.call('POST', `${path}/operations`, { base_revision, operations: rename(name), ...more });
    expect((await operate(1, 'two', { batch })).body).toEqual({ revision: 2 });
    for (let revision = 2; revision < 104; revision += 1) await operate(revision, `after ${revision}`);
    const refused = await operate(1, 'lost answer', { batch });
    expect(refused.status).toBe(409);
    expect(refused.body.changes[0]).toMatchObject({ revision: 2, batch, operations: rename('two') });
    expect(refused.body.operations).toHaveLength(103);
    const first = await api.call('GET', `${path}/operations?since=1`);
    expect([first.body.revision, first.body.changes.length]).toEqual([104, 100]);
    expect(first.body.changes[0]).toMatchObject({ revision: 2, batch, author: expect.any(String) });
    const rest = await api.call('GET', `${path}/operations?since=101`);
    expect(rest.body.changes.map((one: any) => one.revision)).toEqual([102, 103, 104]);
    expect((await api.call('GET', `${path}/operations?since=104`)).body.changes).toEqual([]);
    expect((await api.call('GET', `${path}/operations`)).status).toBe(400);
    await api.db.database.run('delete from cortex.automation_operations where revision = 50');
    expect((await operate(1, 'too far behind')).body).toMatchObject({ revision: 104, operations: [], changes: [] });
  });

  it('are told over the stream when somebody comes, opens a step, or changes the draft', async () => {
    await api.app.listen(0, '127.0.0.1');
    const { port } = api.app.getHttpServer().address() as AddressInfo;
    const tab = newId();
    await says(ada, tab);
    const stream = await fetch(`http://127.0.0.1:${port}/events`, { headers: { cookie: ada } });
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    const topic = `presence:${path.split('/')[2]}`;
    let text = '';
    const told = async () => {
      text = '';
      while (!text.includes(topic)) {
        const { value, done } = await reader.read();
        if (done) throw new Error('The stream ended.');
        text += value;
      }
    };
    await later(1);
    await says(ada, tab, { node_id: 'wait' });
    await told();
    await api.call('POST', `${path}/operations`, { base_revision: 1, operations: [{ op: 'rename', name: 'New' }] });
    await told();
    await later(31);
    await told();
    await reader.cancel();
  }, 20_000);
});
