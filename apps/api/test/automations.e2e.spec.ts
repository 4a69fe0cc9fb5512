import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recipes } from '#graph';
import { skipReasons } from '#rules';
import { testApp, type TestApp } from '#testing';

const node = (id: string, type: string, config: object = {}) => ({ id, type, config });
const edge = (source: string, port: string, target: string) => ({ source, port, target });
const mail = {
  subject: 'Left behind',
  html: '<p>Hello {{ contact.first_name | default: "there" }}</p>',
  stream: 'broadcast',
};
const reaction = {
  nodes: [
    node('start', 'activity_received', { activity_type: 'checkout.abandoned' }),
    node('mail', 'send_email', mail),
    node('wait', 'wait_until', { activity_type: 'course.enrolled', timeout: { n: 2, unit: 'days' } }),
  ],
  edges: [edge('start', 'next', 'mail'), edge('mail', 'next', 'wait')],
};

describe('automations over HTTP', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp();
  }, 120_000);
  afterAll(() => app.close());

  const until = async <T>(look: () => Promise<T | undefined>, most = 5_000): Promise<T> => {
    const began = performance.now();
    while (performance.now() - began < most) {
      const value = await look();
      if (value !== undefined) return value;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('It did not happen in time.');
  };

  it('begins from a recipe with its mails written, so that it can be published as it is', async () => {
    for (const recipe of recipes) {
      const made = await app.call('POST', '/automations', { name: recipe.title, recipe: recipe.id });
      expect(made.status).toBe(201);
      expect(made.body.problems.filter(({ severity }: { severity: string }) => severity === 'blocks')).toEqual([]);
      expect((await app.call('POST', `/automations/${made.body.id}/publish`, {})).status).toBe(200);
      expect((await app.call('POST', `/automations/${made.body.id}/stop`, { confirm: 0 })).status).toBe(200);
    }
    const templates = async () => (await app.call('GET', '/email/templates?limit=200')).body.items.length;
    const before = await templates();
    const [first] = recipes;
    await app.call('POST', '/automations', { name: 'Once more', recipe: first!.id });
    expect(await templates()).toBe(before);
    expect(
      await app.call('POST', '/automations', { name: 'Both', recipe: first!.id, graph: { nodes: [], edges: [] } }),
    ).toMatchObject({ status: 400, body: { errors: [{ pointer: '/recipe' }] } });
  });

  it('makes a draft, edits it by operations, and says what happened in between', async () => {
    const made = await app.call('POST', '/automations', { name: 'Reaction' });
    expect(made).toMatchObject({
      status: 201,
      body: { status: 'draft', revision: 1, live_version: null, problems: [{ code: 'no_entry', severity: 'blocks' }] },
    });
    const path = `/automations/${made.body.id}`;
    const operations = [{ op: 'add_node', node: node('start', 'manual') }];
    expect(await app.call('POST', `${path}/operations`, { base_revision: 1, operations })).toMatchObject({
      status: 200,
      body: { revision: 2 },
    });
    expect(
      await app.call('POST', `${path}/operations`, { base_revision: 1, operations: [{ op: 'rename', name: 'Other' }] }),
    ).toMatchObject({ status: 409, body: { revision: 2, operations } });
    const wrong = [
      { op: 'rename', name: 'Fine' },
      { op: 'remove_node', node_id: 'nobody' },
    ];
    expect(await app.call('POST', `${path}/operations`, { base_revision: 2, operations: wrong })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/operations/1' }] },
    });
    expect(await app.call('PUT', path, { base_revision: 1, name: 'New' })).toMatchObject({ status: 409 });
    expect(await app.call('PUT', path, { base_revision: 2, name: 'New' })).toMatchObject({
      status: 200,
      body: { name: 'New', revision: 3, graph: { nodes: [{ id: 'start' }] } },
    });
    expect((await app.call('DELETE', path)).status).toBe(204);
    expect((await app.call('GET', path)).status).toBe(404);
  });

  it('refuses to publish what is not ready, with pointers, and stores nothing', async () => {
    const bad = {
      nodes: [
        node('start', 'activity_received', { activity_type: 'x.y' }),
        node('a', 'send_email', { subject: 'Hi', html: '{% if %}' }),
        node('f', 'filter', {
          rules: { operator: 'AND', conditions: [{ field: 'type', operator: 'eq', value: 'lead' }] },
        }),
      ],
      edges: [edge('start', 'next', 'a'), edge('a', 'next', 'f'), edge('f', 'yes', 'a'), edge('f', 'no', 'gone')],
    };
    const made = await app.call('POST', '/automations', { name: 'Bad', graph: bad });
    const answer = await app.call('POST', `/automations/${made.body.id}/publish`, {});
    expect(answer.status).toBe(422);
    const codes = answer.body.problems.map((problem: { code: string }) => problem.code);
    expect(codes).toEqual(expect.arrayContaining(['unfinished', 'template', 'loop_without_wait', 'edge_to_nowhere']));
    expect(
      answer.body.errors.every((error: { pointer: string; message: string }) => error.pointer && error.message),
    ).toBe(true);
    expect(await app.call('GET', `/automations/${made.body.id}/versions`)).toMatchObject({ body: { items: [] } });
    expect(
      await app.call('POST', '/automations', { name: 'X', graph: { nodes: [], edges: [], colour: 1 } }),
    ).toMatchObject({
      status: 400,
    });
  });

  it('reacts to an activity, and shows the person’s way, counts and reasons', async () => {
    await app.call('PATCH', '/settings', { sender_broadcast: 'Shop <shop@example.com>', postal_address: 'Street 1' });
    const made = await app.call('POST', '/automations', { name: 'Reaction', graph: reaction });
    const path = `/automations/${made.body.id}`;
    expect(await app.call('POST', `${path}/validate`, {})).toMatchObject({ status: 200, body: { matching_now: null } });
    expect(await app.call('POST', `${path}/publish`, { revision: 7 })).toMatchObject({ status: 409 });
    expect(await app.call('POST', `${path}/publish`, { revision: 1 })).toMatchObject({
      status: 200,
      body: { version: 1, matching_now: null },
    });
    await app.call('POST', '/purchase-leads', { email: 'ann@shop.example', first_name: 'Ann', consent: 'subscribed' });
    await app.call('POST', '/activities', { contact_email: 'ann@shop.example', type: 'checkout.abandoned' });
    const run = await until(async () => {
      const { body } = await app.call('GET', `${path}/runs?contact_email=ann@shop.example`);
      return body.items[0]?.status === 'waiting' ? body.items[0] : undefined;
    });
    expect(run).toMatchObject({
      version: 1,
      node_id: 'wait',
      steps: [{ node_id: 'start' }, { node_id: 'mail' }, { node_id: 'wait' }],
    });
    expect(await app.call('POST', `${path}/quick_backtest`)).toMatchObject({
      status: 200,
      body: { revision: 1, in_scope: 1, looked_at: 1, more: false, entered: 1, nodes: { start: { entered: 1 } } },
    });
    const inside = await app.call('GET', '/runs?contact_email=Ann@shop.example&status=active,waiting&limit=1');
    expect(inside.body).toMatchObject({ items: [{ id: run.id, automation_name: 'Reaction' }], next_cursor: null });
    expect(Object.keys(inside.body.items[0]).sort()).toEqual([...Object.keys(run), 'automation_name'].sort());
    expect(await app.call('GET', '/runs?contact_email=ann@shop.example&status=completed')).toMatchObject({
      body: { items: [] },
    });
    expect(await app.call('GET', '/runs?status=waiting')).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/query/contact_email' }] },
    });
    expect(await app.call('GET', '/runs?contact_email=ann@shop.example&status=asleep')).toMatchObject({ status: 400 });
    expect(Object.keys(run)).not.toContain('entered_exact');
    expect(await app.call('GET', `${path}/stats`)).toMatchObject({
      body: { entered: 1, inside: 1, nodes: { wait: { here_now: 1 }, mail: { messages: { candidates: 1 } } } },
    });
    expect(await app.call('GET', `${path}/visits?node_id=mail&figure=mail_skipped&reason=capped`)).toMatchObject({
      body: { items: [] },
    });
    const { frames } = (await app.call('GET', `${path}/river`)).body;
    expect(frames).toHaveLength(25);
    expect(frames[24].nodes).toMatchObject({ wait: { here: 1, came: 1 } });
    expect(await app.call('GET', `${path}/ends`)).toMatchObject({ status: 200, body: { ends: [], more: false } });
    expect(await app.call('GET', `${path}/ends/runs?node_id=wait&goal=true`)).toMatchObject({ body: { items: [] } });
    const stats = (await app.call('GET', `${path}/stats`)).body.nodes.mail.messages;
    expect(Object.keys(stats.skipped).sort()).toEqual([...skipReasons].sort());
    expect(Object.values(stats.skipped)).toEqual(skipReasons.map(() => 0));
    expect(await app.call('GET', `${path}/explain?contact_email=ann@shop.example`)).toMatchObject({
      body: { would_enter: false, stopped_by: 'been_here', runs: [{ id: run.id }] },
    });
    expect(await app.call('POST', `/runs/${run.id}/advance`)).toMatchObject({
      status: 200,
      body: { status: 'completed' },
    });
    // Who has left is neither moved on nor taken out again.
    for (const verb of ['advance', 'remove'])
      expect(await app.call('POST', `/runs/${run.id}/${verb}`)).toMatchObject({
        status: 409,
        body: { code: 'wrong_run_status' },
      });
    const timeline = await until(async () => {
      const { body } = await app.call('GET', `/contacts/${run.contact_id}/activities`);
      const said = body.items.map((item: { sentence: string }) => item.sentence);
      return said.some((sentence: string) => sentence.startsWith('Was sent')) ? said : undefined;
    });
    expect(timeline).toEqual(
      expect.arrayContaining(['Was sent “Left behind”', 'Entered “Reaction”', 'Finished “Reaction”']),
    );
    expect(await app.call('POST', `${path}/stop`, { confirm: 3 })).toMatchObject({ status: 409, body: { inside: 0 } });
    expect(await app.call('POST', `${path}/pause`)).toMatchObject({ status: 200, body: { status: 'paused' } });
    expect(await app.call('POST', `${path}/archive`)).toMatchObject({ status: 200, body: { status: 'archived' } });
  });

  it('describes every step type, and carries a drawing elsewhere', async () => {
    const types = await app.call('GET', '/automation-nodes');
    expect(types.status).toBe(200);
    expect(types.body.items.map((item: { type: string }) => item.type)).toContain('wait_until');
    const made = await app.call('POST', '/automations', { name: 'Carry', graph: reaction });
    const carried = await app.call('GET', `/automations/${made.body.id}/export`);
    expect(carried.headers.get('content-disposition')).toMatch(/^attachment; filename="Carry\.json"/);
    const again = await app.call('POST', '/automations/import', carried.body);
    expect(again).toMatchObject({ status: 201, body: { name: 'Carry', graph: made.body.graph } });
    const listed = await app.call('GET', '/automations?limit=1');
    expect(listed).toMatchObject({ body: { items: [{ id: again.body.id }] } });
    expect(Object.keys(listed.body.items[0]).sort()).toEqual(Object.keys(again.body).sort());
  });
});
