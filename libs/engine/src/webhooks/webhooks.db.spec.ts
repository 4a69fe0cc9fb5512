import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createLog, newId, readConfig, readNetworks, systemActor, Vault, type Net } from '#platform';
import { Queue } from '#queue';
import { Webhook } from 'standardwebhooks';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { drawing, on, Walkers, type Step } from '../scenarios/steps.fixture.js';
import { callPage } from './calls.queries.js';
import { rotateWebhookSecret, webhookSecret } from './secrets.js';
import { WebhookCalls } from './webhook-calls.js';
import { WebhookJobs } from './webhook-jobs.js';

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

const actor = systemActor('test');
const log = createLog('silent', 'test');

describe('webhook steps', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let vault: Vault;
  let people: Walkers;
  let server: Server;
  let port: number;
  let calls: WebhookCalls;
  let received: Received[] = [];
  let answer: (response: ServerResponse, nth: number) => void = (response) => void response.writeHead(204).end();
  const lookups: string[] = [];
  /** hook.example is this machine, which the test allows; after so many look-ups the name would lead elsewhere. */
  let honest = Infinity;
  const net: Net = {
    allowed: readNetworks('127.0.0.1'),
    resolve: async (host) => {
      lookups.push(host);
      return lookups.length <= honest ? ['127.0.0.1'] : ['203.0.113.9'];
    },
  };

  beforeAll(async () => {
    db = await testDatabase({ poolSize: 8 });
    line = await pipeline(db.database);
    vault = new Vault(db.database, readConfig({}));
    people = new Walkers(db.database, line, 'hooked');
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ path: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString() });
        answer(response, received.length);
      });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    port = (server.address() as AddressInfo).port;
    calls = new WebhookCalls(db.database, readConfig({}), vault, log).through(net);
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await db.drop();
  });
  beforeEach(() => {
    received = [];
    lookups.length = 0;
    honest = Infinity;
    answer = (response) => void response.writeHead(204).end();
  });

  const hook = (more: object = {}): Step => ['call', 'webhook', { url: `http://hook.example:${port}/in`, ...more }];
  const automationWith = (type: string, more?: object) =>
    line.live(
      drawing(
        [on(type), hook(more), ['good', 'exit', { reason: 'good' }], ['bad', 'exit', { reason: 'bad' }]],
        ['start', 'next', 'call'],
        ['call', 'next', 'good'],
        ['call', 'failed', 'bad'],
      ),
    );
  const start = async (type: string): Promise<string> => {
    const email = await people.someone();
    await line.post(email, { type, metadata: { plan: 'pro' } });
    await line.settle();
    return email;
  };
  const callOf = async (automation: string) =>
    (await callPage(db.database, { automation_id: automation, limit: 9 })).items[0]!;

  it('are signed, carry the person, and hold the run until the answer is there', async () => {
    const automation = await automationWith('hook.signed', {
      body: { email: '{{ contact.email }}', plan: ['{{ activity.metadata.plan | upcase }}'], n: 7, none: null },
      headers: { Authorization: 'Bearer abc' },
    });
    const email = await start('hook.signed');
    const standing = await people.run(automation, email);
    expect(standing.steps[1]!.outcome).toEqual({ call_id: expect.any(String) });
    expect(standing).toMatchObject({ status: 'waiting', node_id: 'call', wake_at: null });
    const { id } = await callOf(automation);
    honest = 1;
    await calls.deliver(id);
    const { secret } = await webhookSecret(db.database, vault);
    const [call] = received;
    expect(new Webhook(secret).verify(call!.body, call!.headers as Record<string, string>)).toEqual({
      email,
      plan: ['PRO'],
      n: 7,
      none: null,
    });
    expect(call!.headers).toMatchObject({
      'webhook-id': id,
      authorization: 'Bearer abc',
      host: `hook.example:${port}`,
      'content-type': 'application/json',
    });
    // The name was looked up once, and the address that was checked is the one that was called.
    expect(lookups).toEqual(['hook.example']);
    await line.settle();
    expect(await people.run(automation, email)).toMatchObject({ status: 'exited', end_reason: 'good' });
    const { steps } = await people.run(automation, email);
    expect(steps[1]!.outcome).toMatchObject({ call_id: id, status: 204, attempts: 1, report: { port: 'next' } });
    await calls.deliver(id);
    expect(received).toHaveLength(1);
  });

  it('tell everything about the person where no body is given', async () => {
    const automation = await automationWith('hook.whole');
    const email = await start('hook.whole');
    const { id, run_id } = await callOf(automation);
    await calls.deliver(id);
    expect(JSON.parse(received[0]!.body)).toMatchObject({
      type: 'automation.webhook',
      data: {
        run_id,
        node_id: 'call',
        automation: { id: automation },
        contact: { email },
        activity: { type: 'hook.whole' },
      },
    });
  });

  it('are tried again with the same id and body, and go on by “failed” when all tries are used up', async () => {
    const automation = await automationWith('hook.dead');
    const email = await start('hook.dead');
    const { id } = await callOf(automation);
    answer = (response) => void response.writeHead(500).end('broken');
    for (let tries = 0; tries < 3; tries += 1) await expect(calls.deliver(id)).rejects.toThrow('answered 500');
    await line.settle();
    expect(await people.run(automation, email)).toMatchObject({ status: 'waiting', node_id: 'call' });
    expect(new Set(received.map((each) => `${String(each.headers['webhook-id'])} ${each.body}`)).size).toBe(1);
    await calls.giveUp(id);
    await line.settle();
    expect(await people.run(automation, email)).toMatchObject({ status: 'exited', end_reason: 'bad' });
    expect(await callOf(automation)).toMatchObject({
      state: 'dead',
      attempts: 3,
      status: 500,
      answer: 'broken',
      error: 'answered 500',
    });
    const open = await db.database.row(
      'select title, facts from cortex.attention where key = $1 and closed_at is null',
      [`webhook:${automation}:call`],
    );
    expect(open).toMatchObject({ title: 'A webhook keeps failing', facts: { call_id: id } });
  });

  it('can be sent again once they failed for good, without moving the run again', async () => {
    const automation = await automationWith('hook.replay');
    const email = await start('hook.replay');
    const { id } = await callOf(automation);
    await expect(calls.replay(actor, id)).rejects.toMatchObject({ code: 'webhook_call_not_failed' });
    answer = (response) => void response.writeHead(404).end();
    await calls.deliver(id);
    await line.settle();
    expect(await people.run(automation, email)).toMatchObject({ end_reason: 'bad' });
    await calls.replay(actor, id);
    answer = (response) => void response.writeHead(200).end('thanks');
    await calls.deliver(id);
    expect(await callOf(automation)).toMatchObject({ state: 'delivered', status: 200, answer: 'thanks', error: null });
    await line.settle();
    expect(await people.run(automation, email)).toMatchObject({ end_reason: 'bad' });
    await expect(calls.replay(actor, newId())).rejects.toMatchObject({ code: 'not_found' });
  });

  it('follow no redirect, read no more than the beginning of an answer, and wait for none for ever', async () => {
    const automation = await automationWith('hook.redirect');
    await start('hook.redirect');
    const { id } = await callOf(automation);
    answer = (response) => void response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` }).end();
    await calls.deliver(id);
    expect(received.map((each) => each.path)).toEqual(['/in']);
    expect(await callOf(automation)).toMatchObject({
      state: 'dead',
      error: expect.stringContaining('redirects are not followed'),
    });
    await calls.replay(actor, id);
    answer = (response) => void response.writeHead(200).end('x'.repeat(5_000_000));
    await calls.deliver(id);
    expect((await callOf(automation)).answer).toHaveLength(2_000);
  });

  it('refuse to call what is not public, at once and for good', async () => {
    const automation = await automationWith('hook.inside', { url: 'http://169.254.169.254/latest' });
    const email = await start('hook.inside');
    await calls.deliver((await callOf(automation)).id);
    await line.settle();
    expect(await people.run(automation, email)).toMatchObject({ end_reason: 'bad' });
    expect(await callOf(automation)).toMatchObject({
      state: 'dead',
      attempts: 1,
      error: expect.stringContaining('only public addresses'),
    });
  });

  it('are signed with the secret before as well, for a day after it was replaced', async () => {
    const before = await webhookSecret(db.database, vault);
    const after = await rotateWebhookSecret(db.database, vault, actor);
    expect(after.secret).not.toBe(before.secret);
    expect(after.previous_until).not.toBeNull();
    const send = async (type: string) => {
      const automation = await automationWith(type);
      await start(type);
      await calls.deliver((await callOf(automation)).id);
      return received.at(-1)!;
    };
    const both = await send('hook.both');
    for (const { secret } of [before, after])
      expect(() => new Webhook(secret).verify(both.body, both.headers as Record<string, string>)).not.toThrow();
    await db.clock.advance({ hours: 25 });
    const one = await send('hook.one');
    expect(() => new Webhook(after.secret).verify(one.body, one.headers as Record<string, string>)).not.toThrow();
    expect(() => new Webhook(before.secret).verify(one.body, one.headers as Record<string, string>)).toThrow();
    await db.clock.reset();
  });

  it('call once although the step is looked at again, and freeze with a paused automation', async () => {
    const automation = await automationWith('hook.pause');
    const email = await start('hook.pause');
    const { id, run_id } = await callOf(automation);
    await db.database.run('update cortex.automation_runs set wake_at = cortex.now() where id = $1', [run_id]);
    await line.settle();
    expect((await callPage(db.database, { automation_id: automation, limit: 9 })).items).toHaveLength(1);
    await line.lifecycle.pause(actor, automation);
    await calls.deliver(id);
    await line.settle();
    expect(await people.run(automation, email)).toMatchObject({ status: 'waiting', node_id: 'call' });
    await line.lifecycle.resume(actor, automation);
    await line.settle();
    expect(await people.run(automation, email)).toMatchObject({ status: 'exited', end_reason: 'good' });
  });

  it('go through the queue, which tries again', async () => {
    const automation = await automationWith('hook.queue');
    const email = await start('hook.queue');
    answer = (response, nth) => void response.writeHead(nth === 1 ? 503 : 200).end();
    const steady = new WebhookCalls(db.database, readConfig({}), vault, log).through(net);
    const queue = new Queue({ database: db.database, log });
    const jobs = new WebhookJobs(db.database, queue, steady, log);
    await jobs.bind(queue);
    await queue.start();
    await jobs.once();
    try {
      const deadline = Date.now() + 60_000;
      while ((await callOf(automation)).state !== 'delivered' && Date.now() < deadline) await pause(50);
    } finally {
      await queue.stop();
    }
    expect(received).toHaveLength(2);
    await line.settle();
    expect(await people.run(automation, email)).toMatchObject({ status: 'exited', end_reason: 'good' });
  }, 90_000);
});
