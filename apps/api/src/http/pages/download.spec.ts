import { expect, it } from '@jest/globals';
import { attachment } from './download.js';

it.each([
  ['Welcome', `attachment; filename="Welcome.json"; filename*=UTF-8''Welcome.json`],
  ['Grüße (neu)', `attachment; filename="Gr__e (neu).json"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%28neu%29.json`],
  ['../../etc/passwd', `attachment; filename="etc passwd.json"; filename*=UTF-8''etc%20passwd.json`],
  [
    'a"; x="b\r\nset-cookie: c',
    `attachment; filename="a ; x= b set-cookie  c.json"; filename*=UTF-8''a%20%3B%20x%3D%20b%20set-cookie%20%20c.json`,
  ],
  ['\ud800', `attachment; filename="_.json"; filename*=UTF-8''%EF%BF%BD.json`],
  ['...', `attachment; filename="download.json"; filename*=UTF-8''download.json`],
])('names a download %j so that no program takes its name for anything else', (name, header) => {
  expect(attachment(name, 'json')).toBe(header);
});

it('cuts a long name, between characters', () => {
  const [, full] = /UTF-8''(.*)\.json$/.exec(attachment(`${'x'.repeat(99)}😀😀`, 'json'))!;
  expect(decodeURIComponent(full!)).toBe(`${'x'.repeat(99)}😀`);
});
