/** JSON text that `JSON.stringify` would never write: numbers beyond a double, a key called `__proto__`. */
class RawJson {
  constructor(readonly text: string) {}
}
const raw = (text: string): RawJson => new RawJson(text);

/** Like `JSON.stringify`, but raw text goes in as it is. */
export function hostileJson(value: unknown): string {
  const raws: string[] = [];
  const text = JSON.stringify(value, (_key, inside: unknown) =>
    inside instanceof RawJson ? `@@raw:${raws.push(inside.text) - 1}@@` : inside,
  );
  return (text ?? '').replaceAll(/"@@raw:(\d+)@@"/g, (_all, at: string) => raws[Number(at)]!);
}

const nested = (open: string, close: string, times: number): string => open.repeat(times) + close.repeat(times);

const words = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udc00y',
  '\ufeff',
  '\u202eabc',
  '\u2028',
  '\r\nBcc: eve@hostile.example',
  'x'.repeat(300),
  'x'.repeat(10_000),
  '𝕏é'.repeat(200),
  '__proto__',
  'constructor',
  'toString',
  "'; drop table x; --",
  '%',
  '%_%',
  '\\',
  '((((((((((a+)+)+)+)+',
  '[a',
  '../../../etc/passwd',
  'null',
  'undefined',
  'true',
];
const mail = [
  'ann@hostile.example',
  'nobody@hostile.example',
  'a@b',
  'ann@hostile.example\r\nBcc: eve@hostile.example',
  'Ann <ann@hostile.example>, Eve <eve@hostile.example>',
  '"a b"@hostile.example',
  'ann@[127.0.0.1]',
  `${'a'.repeat(64)}@${'b.'.repeat(90)}example`,
  `ann@${'ü'.repeat(60)}.example`,
  'ann\0@hostile.example',
];
const instants = [
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59Z',
  '9999-12-31T23:59:59-14:00',
  '2026-02-30T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-12-31T23:59:60Z',
  '-000001-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '275760-09-13T00:00:00Z',
  '2026-01-01T00:00:00+99:99',
  '2026-01-01T00:00:00.123456789123456789Z',
  '1000-01-01T00:00:00Z',
  'infinity',
  '-infinity',
  'now',
  '44 BC',
];
const ids = [
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '6F9619FF-8B86-4011-B42D-00C04FC964FF',
  '{6f9619ff-8b86-4011-b42d-00c04fc964ff}',
  '6f9619ff8b864011b42d00c04fc964ff',
];
const writing = [
  '<div>'.repeat(2000),
  '<b><i>'.repeat(1500),
  nested('<table><tr><td>', '</td></tr></table>', 500),
  '{% if contact.email %}'.repeat(500),
  nested('{% if contact.email %}', '{% endif %}', 500),
  nested('{% for a in (1..1000000) %}x', '{% endfor %}', 4),
  '{{ contact.first_name }}'.repeat(400),
  '{{',
  '{{ contact.first_name | append: contact.first_name | date: "%9999999999s" }}',
  '{{ "x" | repeat: 99999999999 }}',
  '{% include "x" %}',
  '{{ contact.__proto__.constructor }}',
];
const numbers = ['0', '-1', '1.5', '1e308', '-1e308', '9007199254740993', '2147483648', '-0', '1e-320', 'NaN', '1e400'];
const addresses = [
  'http://',
  'javascript:alert(1)',
  'https://user:pw@127.0.0.1/',
  'http://[::1]:1/',
  `https://${'a'.repeat(3000)}.example`,
];
const zones = ['Mars/Phobos', '../UTC', 'GMT+25', 'EST5EDT', 'utc'];

const structures: unknown[] = [
  null,
  true,
  [],
  {},
  [null],
  [[]],
  [{}],
  { a: { b: {} } },
  ['x', 3, null, {}],
  { length: -1 },
  { '': '' },
  { toString: 1, valueOf: 1, constructor: { prototype: 1 } },
  { $ne: null },
  Array.from({ length: 12_000 }, (_, at) => at),
  Array.from({ length: 600 }, () => ({})),
  Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`key${at}`, at])),
  { ['k'.repeat(5000)]: 'v' },
  { 'a\0b': 1 },
  { '\ud800': 1 },
  raw(nested('[', ']', 63)),
  raw(nested('[', ']', 10_000)),
  raw(nested('{"a":', '}', 40).replace('}', '1}')),
  raw('{"__proto__":{"admin":true}}'),
  raw('1e400'),
  raw('-1e999'),
  raw('123456789012345678901234567890'),
];

const texts = [...words, ...mail, ...instants, ...ids, ...writing, ...addresses, ...zones];

/** What is put in the place of a value of a body. */
export const hostileValues: readonly unknown[] = [
  ...structures,
  ...numbers.filter((number) => number !== 'NaN' && number !== '1e400').map(Number),
  ...numbers,
  ...texts,
];

const percent = (text: string): string =>
  [...Buffer.from(text, 'utf8')].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

/** What is put in the place of a value of a query or of a path, percent-encoded and not quite. */
export const hostileTexts: readonly string[] = [
  ...[...numbers, ...texts.filter((text) => text.length <= 10_000 && text.isWellFormed())].map(percent),
  '%',
  '%zz',
  '%ff',
  '%c3%28',
  '%ed%a0%80',
  '%00',
  '%2e%2e%2f',
  '+',
  '%F0%9F%98%80',
];

/** Ways to write a parameter of a query that are none. */
export const hostileQueries = (name: string): string[] => [
  `${name}=1&${name}=2`,
  `${name}[]=1`,
  `${name}[a]=1`,
  `${name}`,
  `${name}=%`,
  `__proto__=1&${name}=a`,
  `constructor[prototype][x]=1`,
  `%=${name}`,
];

/** Bodies that are none, or not of the kind that is said, with their content types. */
export const hostileBodies: readonly (readonly [type: string, body: string | Buffer])[] = [
  ['application/json', ''],
  ['application/json', 'null'],
  ['application/json', '3'],
  ['application/json', '"text"'],
  ['application/json', '[]'],
  ['application/json', '[null]'],
  ['application/json', '[[[]]]'],
  ['application/json', '{'],
  ['application/json', '{"a":}'],
  ['application/json', "{'a':1}"],
  ['application/json', '{"a":1}{"a":2}'],
  ['application/json', '\ufeff{}'],
  ['application/json', nested('[', ']', 10_000)],
  ['application/json', '['.repeat(10_000)],
  ['application/json', '{"a":'.repeat(10_000)],
  ['application/json', '{"__proto__":{"x":1},"constructor":{"prototype":{}}}'],
  ['application/json', `[${'1,'.repeat(20_000)}1]`],
  ['application/json', `[${'{},'.repeat(499)}{}]`],
  ['application/json', `{${Array.from({ length: 5000 }, (_, at) => `"k${at}":0`).join(',')}}`],
  ['application/json', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['application/json', Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00])],
  ['application/json; charset=utf-16', '{}'],
  ['application/cloudevents+json', '{"specversion":"1.0","id":"1","source":"x","type":"a","data":null}'],
  ['application/cloudevents-batch+json', '[{},null,3]'],
  ['application/cloudevents-batch+json', '{}'],
  ['application/x-www-form-urlencoded', 'a=1&a=2&__proto__=x&%=%'],
  ['multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--x--'],
  ['multipart/form-data', 'x'],
  ['text/csv', 'email\nann@hostile.example\n"unclosed'],
  ['text/csv', Buffer.from([0x65, 0x6d, 0x00, 0xff, 0xfe, 0x0a, 0x00])],
  ['text/csv', `${'"'.repeat(5001)}\n${','.repeat(5000)}`],
  ['application/octet-stream', Buffer.from([0, 1, 2, 255])],
  ['text/plain', 'hello'],
  ['application/xml', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ['', '{}'],
  ['application/json\u00e9', '{}'],
];

/** Headers that a request may carry besides. */
export const hostileHeaders: readonly Record<string, string>[] = [
  { 'idempotency-key': '' },
  { 'idempotency-key': 'x'.repeat(201) },
  { 'idempotency-key': 'a b' },
  { 'content-encoding': 'gzip' },
  { 'x-request-id': '../../x' },
  { accept: 'x'.repeat(2000) },
  { 'accept-encoding': '\u00e9' },
  { 'x-forwarded-for': '999.999.999.999, ::::, \u00e9' },
  { 'if-none-match': '"'.repeat(1000) },
  { range: 'bytes=99999999999999999999-1' },
  { 'ce-specversion': '1.0', 'ce-type': '%zz', 'ce-id': '\u00e9', 'ce-source': '%00' },
  { cookie: 'cortex_staff.session_token=%zz; a=\u00e9; =; __proto__=1' },
  { authorization: 'Bearer ' },
  { authorization: `Bearer ${'x'.repeat(5000)}` },
  { authorization: 'Basic %%%' },
  { authorization: 'Bearer \u00e9' },
  { origin: 'null' },
  { origin: 'http://[' },
];
