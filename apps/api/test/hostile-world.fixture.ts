import { queueMail } from '#emails';
import { nodes as nodeDefs } from '#graph';
import { newId, openAttention } from '#platform';
import { pipeline } from '#testing';
import { ADMIN, type TestApi } from './api.fixture.js';

const ANN = 'ann@hostile.example';

/** Something of every kind that a route can name, so that hostile values get past the door. */
export interface World {
  /** Examples of fields by their name, for `examples`. */
  known: Map<string, unknown[]>;
  /** The id in the path, by the beginning of the path. */
  idOf(path: string): string;
}

const design = {
  v: 1,
  body: {},
  rows: [
    {
      tagName: 'mj-section',
      attributes: { padding: '8px' },
      children: [
        {
          tagName: 'mj-column',
          attributes: {},
          children: [{ tagName: 'mj-text', attributes: {}, content: '<p>Hi {{ contact.first_name }}</p>' }],
        },
      ],
    },
  ],
};

export async function hostileWorld(api: TestApi): Promise<World> {
  const { database } = api.db;
  const made = async (method: string, path: string, body: unknown): Promise<any> => {
    const answer = await api.call<any>(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  };
  const course = (await made('POST', '/courses', { title: 'Light' })).results[0].id as string;
  const lead = (
    await made('POST', '/purchase-leads', { email: ANN, first_name: 'Ann', consent: 'subscribed', course_id: course })
  ).results[0].id as string;
  await made('POST', '/activities', { contact_email: ANN, type: 'checkout.abandoned', metadata: { order_id: 'o1' } });
  const contact = (await made('GET', `/contacts?q=${ANN}`, undefined)).items[0].id as string;
  const note = (await made('POST', `/contacts/${contact}/notes`, { text: 'Called' })).id as string;
  const cookie = await api.signIn(ADMIN.email, ADMIN.password);
  const view = (await api.call<{ id: string }>('POST', '/views', { name: 'Everyone' }, { cookie })).body.id;
  const rules = rulesOf(course);
  const list = (await made('POST', '/smart-lists', { name: 'Rules', rules: rules[0] })).id as string;
  const topic = (await made('POST', '/email/topics', { name: 'News' })).id as string;
  const form = (await made('POST', '/email/forms', { name: 'Footer', topic_ids: [topic] })).id as string;
  const fixed = (await made('POST', '/smart-lists', { name: 'Fixed', kind: 'static' })).id as string;
  const template = (
    await made('POST', '/email/templates', { name: 'T', subject: 'Hi {{ contact.first_name }}', html: '<p>Hi</p>' })
  ).id as string;
  const block = (await made('POST', '/email/blocks', { name: 'Footer', row: { tagName: 'cx-footer', attributes: {} } }))
    .id as string;
  const medium = newId();
  const mediumName = 'abcdefghijklmnopqrstuvwx.jpg';
  await database.run(
    `with made as (
       insert into cortex.media (id, name, content_type, width, height, bytes)
       values ($1, $2, 'image/jpeg', 1, 1, 1) returning id)
     insert into cortex.media_data (media_id, data) select id, '\\x00' from made`,
    [medium, mediumName],
  );
  await made('PATCH', '/settings', { sender_broadcast: 'School <a@hostile.example>', postal_address: 'Here 1' });

  const engine = await pipeline(database);
  const waiting = await engine.live({
    schema: 1,
    nodes: [
      { id: 'start', type: 'activity_received', config: { activity_type: 'checkout.abandoned' } },
      { id: 'call', type: 'webhook', config: { url: 'https://127.0.0.1:9/hook' } },
      { id: 'wait', type: 'wait', config: { for: { n: 3, unit: 'days' } } },
    ],
    edges: [
      { source: 'start', port: 'next', target: 'call' },
      { source: 'call', port: 'failed', target: 'wait' },
    ],
  });
  await engine.post(ANN, { type: 'checkout.abandoned', metadata: { order_id: 'o2' } });
  await engine.settle();
  const automation = (await made('POST', '/automations', { name: 'Draft', graph: drawing({ list: fixed, template }) }))
    .id as string;
  const spare = (await made('POST', '/automations', { name: 'Spare' })).id as string;

  const person = (await database.row<{ id: string }>('select person_id as id from cortex.people where address = $1', [
    ANN,
  ]))!.id;
  const mail = await database.tx((tx) =>
    queueMail(tx, {
      person_id: person,
      stream: 'broadcast',
      content: { subject: 'x', html: '<p>x</p>' },
      data: { contact: { first_name: 'Ann' } },
      dedupe_key: newId(),
    }),
  );
  await database.tx((tx) => openAttention(tx, { key: 'hostile', kind: 'hostile', title: 'Look at this' }));
  const span = { from: '2026-11-01T00:00:00Z', to: '2026-11-29T00:00:00Z' };
  const backtest = await made('POST', `/automations/${waiting}/backtest`, span);
  const job = await made('POST', '/contacts/bulk', { ids: [contact], action: { type: 'add_tags', tags: ['x'] } });
  const bea = (await made('POST', '/purchase-leads', { email: 'bea@hostile.example' })).results[0].id as string;
  const action = await made('POST', `/contacts/${bea}/actions/update_email`, { email: 'bea.new@hostile.example' });
  const staff = await made('POST', '/staff', {
    email: 'eve@hostile.example',
    name: 'Eve',
    role: 'viewer',
    password: 'a password for tests',
  });
  await api.signIn('eve@hostile.example', 'a password for tests');
  const session = (await made('GET', '/sessions', undefined)).items.find(
    (one: { email: string }) => one.email === 'eve@hostile.example',
  );
  const invitation = await made('POST', '/staff/invitations', { email: 'new@hostile.example', role: 'viewer' });
  const key = await made('POST', '/api-keys', { name: 'spare', kind: 'server', scopes: ['read'] });
  const source = (await made('POST', '/api-keys', { name: 'shop', kind: 'server', scopes: ['ingest'] })).id as string;
  const inbound = await made('POST', '/sources', { name: 'Forms' });
  const open = await made('POST', '/sources', { name: 'Open' });
  const mapping = { type: { text: 'form.sent' }, email: '/email', metadata: [{ name: 'plan', at: '/plan' }] };
  const token = new URL(open.url).pathname.split('/')[2]!;
  await made('PATCH', `/sources/${open.id}`, { mapping, is_on: true });
  await api.call('POST', new URL(inbound.url).pathname, { email: ANN, plan: 'pro' }, { anonymous: true });
  const draft = { name: 'News', template_id: template, include_smart_list_ids: [list] };
  const broadcast = (await made('POST', '/email/broadcasts', draft)).id as string;
  await made('POST', `/email/broadcasts/${broadcast}/rehearse`, undefined);
  const spareBroadcast = (await made('POST', '/email/broadcasts', draft)).id as string;
  const sender = (await made('POST', '/email/senders', { from: 'School <a@hostile.example>' })).id as string;
  const first = async (table: string) =>
    (await database.row<{ id: string }>(`select id from ${table} order by id limit 1`))?.id ?? newId();
  const ids: [string, string][] = [
    ['/contacts/:id/actions', bea],
    ['/contacts', contact],
    ['/notes', note],
    ['/views', view],
    ['/smart-lists/:id/members', fixed],
    ['/smart-lists', list],
    ['/email/templates', template],
    ['/email/blocks', block],
    ['/media/:name', mediumName],
    ['/media', medium],
    ['/email/topics', topic],
    ['/email/senders', sender],
    ['/email/forms', form],
    ['/email/broadcasts/:id/send', spareBroadcast],
    ['/email/broadcasts/:id/schedule', spareBroadcast],
    ['/email/broadcasts/:id/cancel', spareBroadcast],
    ['/email/broadcasts', broadcast],
    ['/f/:id', form],
    ['/forms/:id', form],
    ['/automations/:id/pause', spare],
    ['/automations/:id/resume', spare],
    ['/automations/:id/archive', spare],
    ['/automations/:id/stop', spare],
    ['/automations/:id/runs', waiting],
    ['/automations/:id/stats', waiting],
    ['/automations/:id/explain', waiting],
    ['/automations/:id/enter', waiting],
    ['/automations/:id/retry', waiting],
    ['/automations/:id/versions', waiting],
    ['/automations/:id/diff', waiting],
    ['/automations', automation],
    ['/runs', await first('cortex.automation_runs')],
    ['/webhook-calls', await first('cortex.webhook_calls')],
    ['/backtests', backtest.id],
    ['/jobs', job.id],
    ['/actions', action.id],
    ['/outbox', mail.message_id],
    ['/attention', await first('cortex.attention')],
    ['/staff/invitations', invitation.id],
    ['/staff', staff.id],
    ['/sessions', session?.id ?? staff.id],
    ['/api-keys', key.id],
    ['/sources/:id/rejects', source],
    ['/sources', inbound.id],
    ['/in', token],
    ['/problems', 'not_found'],
  ];
  const known: [string, unknown[]][] = [
    ['mapping', [mapping]],
    ['rules', rules],
    ['graph', [drawing({ list: fixed, template })]],
    [
      'settings',
      [{ entry: { limit: { every: { n: 1, unit: 'days' } }, key: 'metadata.order_id' }, goal: { rules: rules[1] } }],
    ],
    ['config', [{ url: 'https://127.0.0.1:9/hook', body: { a: '{{ contact.email }}' }, headers: { 'x-a': 'b' } }]],
    ['smart_list_id', [fixed]],
    ['course_id', [course]],
    ['lead_id', [lead]],
    ['template_id', [template]],
    ['design', [design]],
    ['row', [design.rows[0]]],
    ['contact_ids', [[contact]]],
    ['ids', [[contact]]],
    ['automation_id', [waiting]],
    ['run_id', [await first('cortex.automation_runs')]],
    ['contact_email', [ANN]],
    ['email', [ANN]],
    ['node_id', ['wait', 'call']],
    ['field', ['first_name', 'attributes.x', 'metadata.order_id']],
    ['activity_type', ['checkout.abandoned']],
    ['html', ['<p>Hi {{ contact.first_name }} <a href="{{ links.unsubscribe }}">out</a></p>']],
    ['subject', ['Hi {{ contact.first_name | default: "you" }}']],
    ['attributes', [{ plan: 'pro', 'a.b': [1, null] }]],
    ['metadata', [{ order_id: 'o1', cart: { total: 3 } }]],
    ['sender_broadcast', ['School <a@hostile.example>']],
    ['body:POST /smart-lists/:id/members', [{ emails: [ANN] }, { contact_ids: [contact] }]],
    ['other_contact_id', [bea]],
    ['body:DELETE /smart-lists/:id/members', [{ emails: [ANN] }]],
    [
      'body:POST /webhooks/stripe',
      ['charge.succeeded', 'customer.updated', 'something.else'].map((type) => ({
        id: 'evt_1',
        object: 'event',
        type,
        created: 1_764_000_000,
        data: {
          object: {
            id: 'ch_1',
            object: type.split('.')[0],
            amount: 4900,
            amount_captured: 4900,
            amount_refunded: 100,
            captured: true,
            status: 'succeeded',
            currency: 'eur',
            created: 1_764_000_000,
            billing_details: { email: ANN },
            metadata: { course_id: course, course_title: 'Light' },
          },
          previous_attributes: { email: 'before@hostile.example' },
        },
      })),
    ],
    ['body:POST /in/:token', [{ email: ANN, plan: 'pro' }]],
    [
      'body:POST /webhooks/shopify',
      [
        {
          id: 5_678_901_234_567,
          email: ANN,
          total_price: '49.90',
          currency: 'EUR',
          financial_status: 'paid',
          created_at: '2026-11-01T00:00:00Z',
          updated_at: '2026-11-01T00:00:00Z',
          customer: { id: 1, email: ANN },
          line_items: [{ title: 'Light' }],
          refunds: [
            {
              id: 2,
              created_at: '2026-11-01T00:00:00Z',
              transactions: [{ kind: 'refund', status: 'success', amount: '1.00' }],
            },
          ],
        },
      ],
    ],
    [
      'body:POST /webhooks/postmark/inbound',
      [
        {
          MessageID: newId(),
          From: ANN,
          Subject: 'Re: x',
          TextBody: 'Yes',
          Date: 'Sun, 1 Nov 2026 10:00:00 +0000',
          Headers: [{ Name: 'In-Reply-To', Value: `<${newId()}@mtasv.net>` }],
        },
      ],
    ],
    [
      'body:POST /webhooks/postmark',
      [
        {
          RecordType: 'Bounce',
          MessageID: newId(),
          Type: 'HardBounce',
          Email: ANN,
          BouncedAt: '2026-11-01T00:00:00Z',
          ID: 1,
          Metadata: { b: newId(), k: 'x' },
          MessageStream: 'broadcast',
        },
        {
          RecordType: 'Click',
          MessageID: newId(),
          OriginalLink: 'https://a.example',
          ReceivedAt: '2026-11-01T00:00:00Z',
          Recipient: ANN,
        },
        {
          RecordType: 'SubscriptionChange',
          Recipient: ANN,
          SuppressSending: true,
          ChangedAt: '2026-11-01T00:00:00Z',
          MessageStream: 'broadcast',
        },
      ],
    ],
  ];
  const map = new Map(known);
  return {
    known: map,
    idOf: (path) => ids.find(([start]) => path.startsWith(start))?.[1] ?? newId(),
  };
}

const rulesOf = (course: string): unknown[] => [
  {
    operator: 'AND',
    conditions: [
      { field: 'first_name', operator: 'contains', value: 'a' },
      {
        operator: 'OR',
        conditions: [
          { field: 'lifetime_value', operator: 'gt', value: 3 },
          { field: 'attributes.plan', operator: 'eq', value: 'pro' },
          { field: 'created_at', operator: 'lt', value: '2030-01-01T00:00:00Z' },
        ],
      },
    ],
  },
  {
    operator: 'NOT',
    conditions: [
      {
        field: 'activity',
        activity_type: 'checkout.abandoned',
        operator: 'count_gte',
        value: 1,
        within: { n: 30, unit: 'days' },
        where: { operator: 'AND', conditions: [{ field: 'metadata.cart.total', operator: 'gt', value: 2 }] },
      },
    ],
  },
  { operator: 'OR', conditions: [{ field: 'enrollment', operator: 'exists', value: { course_id: course } }] },
];

/** One step of each type, as its examples have it. */
function drawing(ids: { list: string; template: string }) {
  const nodes = Object.values(nodeDefs).map((type, at) => ({
    id: `n${at}`,
    type: type.type,
    config: {
      ...(type.examples[0]!.config as object),
      ...(type.type === 'update_list' ? { smart_list_id: ids.list } : {}),
    },
    position: { x: at, y: 0 },
    note: 'a note',
  }));
  return {
    schema: 1,
    nodes,
    edges: nodes.slice(1).map((node, at) => ({ source: `n${at}`, port: 'next', target: node.id })),
    notes: [{ id: 'note', text: 'look', node_id: 'n1', position: { x: 1, y: 1 } }],
    sections: [{ id: 's', title: 'Part', node_ids: ['n1'] }],
    layout: 'free',
  };
}
