/** The worst that somebody can send to each kind of route, by who they are. Made once; sizes in bytes are the limits. */
export interface WorstBody {
  name: string;
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  /** `staff` is an administrator's session, the others are keys. */
  as: 'nobody' | 'ingest' | 'read' | 'write' | 'admin' | 'staff';
  type?: string;
  body: Buffer;
}

/** What exists, for paths. */
export interface Existing {
  list: string;
  automation: string;
  template: string;
}

const MIB = 1024 * 1024;
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
/** As many of them as fit. */
const filled = (start: string, piece: string, end: string, size: number): Buffer =>
  Buffer.from(start + piece.repeat(Math.floor((size - start.length - end.length) / piece.length)) + end);
const id = (at: number): string => `00000000-0000-4000-8000-${at.toString(16).padStart(12, '0')}`;
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** 400 steps, each with as large a rule as fits, joined in every way the limits allow. */
function largestDrawing() {
  const conditions = many(12, (at) => ({ field: `attributes.field_${at}`, operator: 'eq', value: `value ${at}` }));
  const nodes = many(400, (at) =>
    at === 0
      ? { id: 'n0', type: 'activity_received', config: { activity_type: 'checkout.abandoned' } }
      : at % 3 === 0
        ? { id: `n${at}`, type: 'wait', config: { for: { n: 1, unit: 'days' } } }
        : { id: `n${at}`, type: 'filter', config: { rules: { operator: 'AND', conditions } } },
  );
  const edges = nodes.flatMap((node, at) =>
    (node.type === 'filter' ? ['yes', 'no'] : ['next']).map((port, way) => ({
      source: node.id,
      port,
      target: `n${1 + ((at + way * 7) % 399)}`,
    })),
  );
  return { schema: 1, nodes, edges };
}

/** 400 mails, a megabyte of text with personal places. */
const largestMails = () => {
  const html = `<p>${'{{ contact.first_name }} and some words, '.repeat(50)}</p>`;
  const nodes = many(400, (at) =>
    at === 0
      ? { id: 'n0', type: 'manual', config: {} }
      : { id: `n${at}`, type: 'send_email', config: { subject: `Mail ${at}`, html, stream: 'broadcast' } },
  );
  return {
    schema: 1,
    nodes,
    edges: nodes.slice(1).map((node, at) => ({ source: `n${at}`, port: 'next', target: node.id })),
  };
};

const preview = (name: string, html: string): WorstBody => ({
  name: `template: ${name}`,
  method: 'POST',
  path: '/email/preview',
  as: 'read',
  body: json({ subject: 'x', html }),
});

const saved = (existing: Existing, name: string, html: string): WorstBody[] => [
  {
    name: `template: ${name}`,
    method: 'POST',
    path: '/email/templates',
    as: 'write',
    body: json({ name, subject: 'x', html }),
  },
  {
    name: `template: ${name}`,
    method: 'PUT',
    path: `/email/templates/${existing.template}`,
    as: 'write',
    body: json({ name, subject: 'x', html }),
  },
];

const rules = (conditions: unknown[]) => ({ rules: { operator: 'AND', conditions } });
const condition = (at: number) => ({ field: 'first_name', operator: 'contains', value: `name ${at}` });

export function worstBodies(existing: Existing): WorstBody[] {
  const { list, automation } = existing;
  const nul = filled('{"a":"', 'x', '\\u0000"}', MIB);
  const deep = filled('', '[', '', MIB);
  const ones = filled('[', '1,', '1]', MIB);
  const drawing = largestDrawing();
  const members = `/smart-lists/${list}/members`;
  const everywhere = (name: string, body: Buffer): WorstBody[] => [
    { name, method: 'POST', path: '/activities', as: 'nobody', body },
    { name, method: 'POST', path: '/activities', as: 'ingest', body },
    { name, method: 'POST', path: '/smart-lists/preview', as: 'read', body },
    { name, method: 'POST', path: members, as: 'nobody', body },
    { name, method: 'POST', path: members, as: 'write', body },
  ];
  return [
    ...everywhere('1 MB with one NUL', nul),
    ...everywhere('1 MB of brackets', deep),
    ...everywhere('1 MB of [1,1,…', ones),
    ...everywhere('1 MB of [{},{},…', filled('[', '{},', '{}]', MIB)),
    ...everywhere('1 MB of unknown keys', json(Object.fromEntries(many(80_000, (at) => [`k${at}`, at])))),
    { name: '20 MB of JSON', method: 'POST', path: members, as: 'nobody', body: filled('[', '1,', '1]', 20 * MIB) },
    { name: '20 MB of JSON', method: 'POST', path: members, as: 'write', body: filled('[', '1,', '1]', 20 * MIB) },
    {
      name: '20 MB of CSV',
      method: 'POST',
      path: members,
      as: 'nobody',
      type: 'text/csv',
      body: filled('email\n', 'a@b.example\n', '', 20 * MIB),
    },
    {
      name: '20 MB of CSV',
      method: 'POST',
      path: members,
      as: 'write',
      type: 'text/csv',
      body: Buffer.from(`email\n${many(1_000_000, (at) => `p${at}@b.example\n`).join('')}`),
    },
    ...['"', ',', '"x\n"', '\n'].map((piece): WorstBody => ({
      name: `20 MB of ${JSON.stringify(piece)}`,
      method: 'POST',
      path: members,
      as: 'write',
      type: 'text/csv',
      body: filled('email\n', piece, '', 20 * MIB),
    })),
    {
      name: '10,000 addresses',
      method: 'POST',
      path: members,
      as: 'write',
      body: json({ emails: many(10_000, (at) => `person${at}@example.com`) }),
    },
    {
      name: '260,000 addresses',
      method: 'POST',
      path: members,
      as: 'write',
      body: filled('{"emails":[', '"",', '""]}', MIB),
    },
    {
      name: '10,000 ids',
      method: 'POST',
      path: '/contacts/bulk',
      as: 'write',
      body: json({ ids: many(10_000, id), action: { type: 'add_tags', tags: ['x'] } }),
    },
    {
      name: '500,000 ids that are none',
      method: 'POST',
      path: '/contacts/bulk',
      as: 'write',
      body: filled('{"action":{"type":"add_tags","tags":["x"]},"ids":[', '1,', '1]}', MIB),
    },
    {
      name: '500,000 addresses that are none',
      method: 'POST',
      path: '/email/suppressions',
      as: 'write',
      body: filled('{"emails":[', '1,', '1]}', MIB),
    },
    {
      name: '500 activities of 2 KB',
      method: 'POST',
      path: '/activities',
      as: 'ingest',
      body: json(
        many(500, (at) => ({ contact_email: `p${at}@b.example`, type: 'a.b', metadata: { text: 'x'.repeat(1900) } })),
      ),
    },
    {
      name: '500 leads',
      method: 'POST',
      path: '/purchase-leads',
      as: 'ingest',
      body: json(
        many(500, (at) => ({ email: `l${at}@b.example`, first_name: 'Ann', attributes: { text: 'x'.repeat(1500) } })),
      ),
    },
    {
      name: 'a megabyte of conditions',
      method: 'POST',
      path: '/smart-lists/preview',
      as: 'read',
      body: json(rules(many(13_000, condition))),
    },
    {
      name: 'as many conditions as go',
      method: 'POST',
      path: '/smart-lists/preview',
      as: 'read',
      body: json(rules(many(200, condition))),
    },
    {
      name: 'conditions that are none',
      method: 'POST',
      path: '/smart-lists/preview',
      as: 'read',
      body: filled('{"rules":{"operator":"AND","conditions":[', '1,', '1]}}', MIB),
    },
    {
      name: 'the largest drawing',
      method: 'POST',
      path: `/automations/${automation}/validate`,
      as: 'read',
      body: json({ graph: drawing }),
    },
    {
      name: 'the largest drawing',
      method: 'POST',
      path: '/automations',
      as: 'write',
      body: json({ name: 'Large', graph: drawing }),
    },
    {
      name: 'the largest mails',
      method: 'POST',
      path: `/automations/${automation}/validate`,
      as: 'read',
      body: json({ graph: largestMails() }),
    },
    {
      name: 'the largest drawing',
      method: 'POST',
      path: `/automations/${automation}/simulate`,
      as: 'write',
      body: json({ sample: true, graph: drawing }),
    },
    {
      name: '500,000 steps that are none',
      method: 'POST',
      path: `/automations/${automation}/validate`,
      as: 'read',
      body: filled('{"graph":{"edges":[],"nodes":[', '1,', '1]}}', MIB),
    },
    preview('240 KB of names', '{{ contact.first_name }}'.repeat(10_000)),
    preview('5,000 names', '{{ contact.first_name }} '.repeat(5_000)),
    preview('5,000 unknown names', '{{ contact.fist_name }} '.repeat(5_000)),
    preview('900 KB of nested divs', '<div>'.repeat(180_000)),
    preview('nested ifs', '{% if contact.email %}'.repeat(40_000)),
    preview('900 KB of open braces', '{{'.repeat(450_000)),
    preview('900 KB of open tags', '{%'.repeat(450_000)),
    preview('900 KB of <', '<'.repeat(900_000)),
    preview('900 KB of &', '&'.repeat(900_000)),
    preview('900 KB of <!--', '<!--'.repeat(225_000)),
    preview('900 KB of <a', '<a '.repeat(300_000)),
    preview('900 KB of rows', `<table>${'<tr><td>a</td><td>b</td></tr>'.repeat(29_000)}</table>`),
    preview('900 KB of paragraphs', '<p>word word word</p>'.repeat(43_000)),
    preview('900 KB of links', '<a href="https://a.example/x">y</a> '.repeat(25_000)),
    preview('900 KB of one word', 'x'.repeat(900_000)),
    preview('900 KB of blanks', ' '.repeat(900_000)),
    preview('900 KB of styles', `<style>${'a{color:red}'.repeat(75_000)}</style>`),
    preview('900 KB of open lists', '<ul><li>x'.repeat(99)),
    preview('900 KB of colgroups', '<colgroup>'.repeat(90_000)),
    ...saved(existing, '900 KB of rows', `<table>${'<tr><td>a</td><td>b</td></tr>'.repeat(29_000)}</table>`),
    ...saved(existing, '5,000 unknown names', '{{ contact.fist_name }} '.repeat(5_000)),
    preview(
      'loops of elements',
      '{% for a in (1..100) %}{% for b in (1..100) %}<p>x</p>{% endfor %}{% endfor %}'.repeat(14),
    ),
    preview('loops', '{% for a in (1..100) %}{% for b in (1..100) %}x{% endfor %}{% endfor %}'.repeat(200)),
    {
      name: 'a form',
      method: 'POST',
      path: '/unsubscribe/abc',
      as: 'nobody',
      type: 'application/x-www-form-urlencoded',
      body: filled('', 'a=1&', '', 64 * 1024),
    },
    {
      name: '64 KB of brackets',
      method: 'POST',
      path: '/auth/staff/sign-in',
      as: 'nobody',
      body: filled('', '[', '', 64 * 1024),
    },
    { name: '1 MB', method: 'POST', path: '/auth/staff/sign-in', as: 'nobody', body: nul },
  ];
}
