import fc from 'fast-check';
import { expect, it } from '@jest/globals';
import { MailBody, type PostmarkMail } from './mail-body.js';

const mailWith = (html: string): PostmarkMail => ({
  from: 'school@example.com',
  to: `${html.length}@example.com`,
  subject: html.slice(0, 20),
  html,
  text: '',
  stream: 'broadcast',
  metadata: { b: 'batch', k: 'key' },
  headers: [],
  track: true,
});
const htmlIn = (json: Buffer[]) =>
  (JSON.parse(Buffer.concat(json).toString()) as { HtmlBody: string }[]).map(({ HtmlBody }) => HtmlBody);

it('holds the mails of one call after another, whatever they say and weigh, in memory that others had', () => {
  const texts = fc.array(
    fc.string({ unit: fc.constantFrom('a', '"', 'ü', '€', '😀', '\ud800', '\n'), maxLength: 60 }),
    {
      minLength: 1,
      maxLength: 8,
    },
  );
  const calls = fc.array(texts, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(calls, fc.nat(12_000), fc.boolean(), (all, longer, read) => {
      const body = new MailBody();
      for (const html of all.map((call) => call.map((text) => text.repeat(longer % 7 === 0 ? longer : 1)))) {
        for (const one of html) body.add(mailWith(one));
        const json = body.json();
        expect(json.reduce((sum, { length }) => sum + length, 0)).toBe(body.byteLength);
        expect(htmlIn(json)).toEqual(html);
        expect(body.addresses).toEqual(html.map(({ length }) => `${length}@example.com`));
        if (read) body.empty();
        else body.abandon();
      }
    }),
    { numRuns: 50 },
  );
});

it('writes over nothing that somebody may still read', () => {
  const first = MailBody.of([mailWith('first')]);
  const posted = first.json();
  first.abandon();
  first.empty();
  const second = MailBody.of([mailWith('other')]);
  first.add(mailWith('again'));
  expect(htmlIn(posted)).toEqual(['first']);
  expect(htmlIn(second.json())).toEqual(['other']);
  expect(htmlIn(first.json())).toEqual(['again']);
});
