import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLog } from '#platform';
import { testApp, until, type Answer, type TestApp } from '#testing';

/**
 * A whole run with things planted that must not be found again: secrets nowhere but in the answer that shows them once,
 * and what is personal not in the log.
 */
const header = 'Bearer planted-header-value-4711';
const password = 'planted password of a colleague';
const person = { email: 'planted-person@secret.example', first_name: 'Plantedfirst', last_name: 'Plantedlast' };
const env = {
  CORTEX_SECRET: 'planted-installation-secret-0123456789',
  CORTEX_WEBHOOK_NETWORKS: '127.0.0.1',
  POSTMARK_WEBHOOK_USER: 'planted-webhook-user',
  POSTMARK_WEBHOOK_PASSWORD: 'planted-webhook-password',
};

describe('what was planted', () => {
  let app: TestApp;
  let server: Server;
  const lines: string[] = [];
  /** Every answer but the few that show a secret once. */
  const answers: string[] = [];
  const secrets = new Map<string, string>([
    ['header', header.split(' ')[1]!],
    ['password', password],
    ...Object.entries(env).filter(([name]) => !name.endsWith('NETWORKS') && !name.endsWith('USER')),
  ]);
  const received: string[] = [];

  const call = async (method: string, path: string, body?: unknown, how: object = {}): Promise<Answer> => {
    const answer = await app.call(method, path, body, how);
    answers.push(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer;
  };
  /** A call that shows a secret once; the same again by its key must be the same. */
  const once = async (name: string, path: string, body: object, read: (body: any) => string) => {
    const how = { headers: { 'idempotency-key': `planted-${name.replaceAll(' ', '-')}` } };
    const first = await app.call('POST', path, body, how);
    const again = await app.call('POST', path, body, how);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    secrets.set(name, read(first.body));
    return first.body;
  };
  const webhook = (headers: object) => ({
    nodes: [
      { id: 'start', type: 'activity_received', config: { activity_type: 'planted.happened' } },
      { id: 'call', type: 'webhook', config: { url: `http://127.0.0.1:${port()}/in`, headers } },
    ],
    edges: [{ source: 'start', port: 'next', target: 'call' }],
  });
  const port = () => (server.address() as AddressInfo).port;

  beforeAll(async () => {
    server = createServer((request, response) => {
      received.push(String(request.headers.authorization));
      // A receiver that says again what it was sent.
      response.writeHead(500).end(`no: ${JSON.stringify(request.headers)}`);
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    app = await testApp({ env: { ...env, LOG_LEVEL: 'trace' }, logged: (line) => void lines.push(line) });
  }, 120_000);
  afterAll(async () => {
    await app?.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  it('lives through a whole run', async () => {
    const key = await once(
      'api key',
      '/api-keys',
      { name: 'Shop', kind: 'server', scopes: ['read'] },
      ({ key }) => key,
    );
    const invited = { email: 'planted-colleague@secret.example', role: 'viewer' };
    await once('invitation', '/staff/invitations', invited, (body) =>
      String(body.url ?? body.link ?? body.token)
        .split('/')
        .at(-1)!,
    );
    const staff = { email: 'planted-viewer@secret.example', name: 'Viewer', role: 'viewer', password };
    expect((await call('POST', '/staff', staff)).status).toBe(201);
    for (const wrong of ['not the password', password]) {
      const body = { email: staff.email, password: wrong };
      await call('POST', '/auth/staff/sign-in', body, { key: null });
    }
    const signing = await app.call('GET', '/settings/webhook-secret');
    secrets.set('signing secret', signing.body.secret);

    // A drawing that comes with its secret as text, as another program sends it.
    const made = await call('POST', '/automations', { name: 'Planted', graph: webhook({ Authorization: header }) });
    expect(made.status).toBe(201);
    const { id } = made.body;
    const at = `/automations/${id}`;
    const reference = made.body.graph.nodes[1].config.headers.Authorization;
    expect(reference).toEqual({
      secret: true,
      id: expect.any(String),
      set_at: expect.any(String),
      set_by: 'From CORTEX_API_KEY',
      host: expect.any(String),
    });
    // Sent back as it came, it is kept; with lies about it, they are put right; with what is not there, it has to be set.
    const lies = { ...reference, set_by: 'planted-lie', set_at: '1999-01-01T00:00:00Z' };
    const put = await call('PUT', at, {
      base_revision: made.body.revision,
      graph: webhook({ Authorization: lies, 'X-Gone': { secret: true, id: '01999999-0000-7000-8000-000000000000' } }),
    });
    expect(put.body.graph.nodes[1].config.headers).toEqual({ Authorization: reference, 'X-Gone': { secret: true } });
    expect(put.body.problems).toContainEqual(
      expect.objectContaining({ code: 'webhook_header_missing', severity: 'blocks', node_id: 'call' }),
    );
    const stored = await call('POST', '/secrets', { value: header });
    expect(stored.status).toBe(201);
    const operations = [
      {
        op: 'set_config',
        node_id: 'call',
        config: webhook({ Authorization: stored.body, 'X-Twin': header }).nodes[1]!.config,
      },
    ];
    expect((await call('POST', `${at}/operations`, { base_revision: put.body.revision, operations })).status).toBe(200);
    expect((await call('POST', `${at}/publish`, {})).status).toBe(200);
    await call('POST', `${at}/duplicate`, {});
    const exported = await call('GET', `${at}/export`);
    expect(exported.body.graph.nodes[1].config.headers).toEqual({
      Authorization: { secret: true },
      'X-Twin': { secret: true },
    });
    const imported = await call('POST', '/automations/import', exported.body);
    expect(imported.body.problems).toContainEqual(expect.objectContaining({ code: 'webhook_header_missing' }));
    const days = { from: new Date(Date.now() - 86_400_000).toISOString(), to: new Date().toISOString() };
    expect((await call('POST', `${at}/backtest`, { ...days, graph: webhook({ Authorization: header }) })).status).toBe(
      202,
    );
    const config = webhook({ Authorization: header }).nodes[1]!.config as Record<string, unknown>;
    const { url: _url, ...unsent } = config;
    await call('POST', `${at}/webhook-preview`, { node_id: 'call', config: unsent });
    await call('POST', `${at}/webhook-test`, { node_id: 'call', config });
    await call('POST', `${at}/validate`, { graph: webhook({ Authorization: `${header}\n` }) });

    // People, an import that has mistakes in it, and somebody who runs into the step.
    expect((await call('POST', '/profiles', [person, { email: 'planted no address' }])).status).toBe(200);
    const list = await call('POST', '/smart-lists', { name: 'Guests', kind: 'static' });
    await call(
      'POST',
      `/smart-lists/${list.body.id}/members`,
      `email\n${person.email}\nplanted-unknown@secret.example\n`,
      {
        headers: { 'content-type': 'text/csv' },
      },
    );
    await call('POST', '/activities', { contact_email: person.email, type: 'planted.happened' });
    await until(() => received.length >= 2);
    expect(new Set(received)).toEqual(new Set([header]));
    await until(async () => (await call('GET', `/webhook-calls?automation_id=${id}`)).body.items[0]?.answer != null);

    // Statements that fail with values in their hands.
    const log = createLog('trace', 'planted', { write: (line: string) => void lines.push(line) });
    const failing: [string, unknown[]][] = [
      ['select $1::uuid', [`planted-statement ${person.email}`]],
      ['insert into cortex.secrets (name, value) values ($1, $2), ($1, $2)', ['planted', header]],
    ];
    for (const [text, values] of failing) {
      const error = await app.database.rows(text, values).catch((thrown: unknown) => thrown);
      log.error({ err: error, reason: (error as Error).message }, 'a statement failed');
      expect(JSON.stringify(Object.values(error as object))).not.toContain('planted');
    }
    for (const path of [
      ...[
        '/automations',
        at,
        `${at}/versions`,
        `${at}/versions/1`,
        `${at}/diff?from=1&to=draft`,
        `${at}/operations?since=0`,
      ],
      ...[
        `${at}/runs`,
        `${at}/backtests`,
        '/webhook-calls',
        '/audit',
        '/attention',
        '/api-keys',
        '/staff',
        '/staff/invitations',
      ],
      ...[
        '/sessions',
        '/settings',
        '/jobs',
        '/messages',
        '/activities',
        '/openapi.json',
        '/automation-nodes',
        '/metrics',
      ],
    ]) {
      expect([path, (await call('GET', path)).status]).toEqual([path, 200]);
      await call('GET', path, undefined, { key: key.key });
    }
  }, 120_000);

  it.each([
    'api key',
    'invitation',
    'signing secret',
    'header',
    'password',
    'CORTEX_SECRET',
    'POSTMARK_WEBHOOK_PASSWORD',
  ])('%s: in no answer but the one that shows it once', (name) => {
    const secret = secrets.get(name)!;
    expect(secret.length).toBeGreaterThan(8);
    expect(answers.filter((answer) => answer.includes(secret)).map((answer) => answer.slice(0, 200))).toEqual([]);
  });

  it('secrets are nowhere in the database', async () => {
    const tables = await app.database.rows<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    expect(tables.length).toBeGreaterThan(60);
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await app.database.rows<{ row: string }>(`select t::text as row from ${name} t`);
      const text = rows.map(({ row }) => row).join('\n');
      for (const [secret, value] of secrets)
        for (const form of [
          value,
          Buffer.from(value).toString('base64').slice(0, -4),
          Buffer.from(value).toString('hex'),
        ])
          if (text.includes(form)) found.push(`${secret} in ${name}`);
    }
    expect(found).toEqual([]);
  });

  it('neither secrets nor people are in the log', () => {
    expect(lines.length).toBeGreaterThan(5);
    const text = lines.join('');
    const personal = ['secret.example', person.first_name, person.last_name, 'planted-statement'];
    for (const value of [...secrets.values(), ...personal])
      expect(lines.filter((line) => line.includes(value)).map((line) => line.slice(0, 300))).toEqual([]);
    expect(text).not.toMatch(/"(parameters|detail|query)":/);
  });
});
