import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { testApi, type CallOptions, type TestApi } from './api.fixture.js';

let api: TestApi;
let marketer: CallOptions;
beforeAll(async () => {
  api = await testApi();
  const [email, password] = ['mara@example.com', 'a password for tests'];
  await api.call('POST', '/staff', { email, name: 'Mara', role: 'marketer', password });
  marketer = { cookie: await api.signIn(email, password) };
}, 120_000);
afterAll(() => api?.close());

it('a mail written in a step goes out as system mail only when an administrator publishes it', async () => {
  const own = (html: string, name = 'mail') => ({
    schema: 1,
    nodes: [
      { id: 'start', type: 'activity_received', config: { activity_type: 'order.paid' } },
      { id: name, type: 'send_email', config: { subject: 'Paid', html, stream: 'transactional' } },
    ],
    edges: [{ source: 'start', port: 'next', target: name }],
  });
  const made = await api.call('POST', '/automations', { name: 'Own', graph: own('<p>Paid</p>') }, marketer);
  const path = `/automations/${made.body.id}`;
  const codes = ({ problems }: any) => problems.map(({ code }: { code: string }) => code);
  expect(codes(made.body)).toContain('system_mail_not_approved');
  const refused = await api.call('POST', `${path}/publish`, {}, marketer);
  expect([refused.status, refused.body.code]).toEqual([422, 'automation_not_ready']);
  expect(refused.body.errors).toMatchObject([{ pointer: '/nodes/1/config/stream' }]);
  expect((await api.call('POST', `${path}/publish`, {})).status).toBe(200);
  // What is live already may be published again by anybody who may publish, also from another step.
  const put = async (graph: object) => {
    const { revision } = (await api.call('GET', path)).body;
    return (await api.call('PUT', path, { base_revision: revision, graph }, marketer)).body;
  };
  expect(codes(await put(own('<p>Paid</p>', 'moved')))).not.toContain('system_mail_not_approved');
  expect((await api.call('POST', `${path}/publish`, {}, marketer)).status).toBe(200);
  expect(codes(await put(own('<p>Buy more</p>')))).toContain('system_mail_not_approved');
  expect(codes((await api.call('GET', path)).body)).not.toContain('system_mail_not_approved');
});
