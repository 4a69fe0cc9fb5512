import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LinkSigner } from './link-tokens.js';
import { withTracking } from './own-tracking.js';

const subject = {
  person_id: '01890000-0000-7000-8000-000000000001',
  message_id: '01890000-0000-7000-8000-000000000002',
};
const signer = new LinkSigner('a secret of at least thirty-two characters', 'https://cortex.example');
const tracking = signer.links(subject).tracking!;
const hrefsOf = (html: string) => [...html.matchAll(/href\s*=\s*["']([^"']*)["']/gi)].map(([, url]) => url!);
const leadsTo = (url: string) => signer.readClick(url.slice('https://cortex.example/t/'.length))?.url;

describe('our own links in a mail', () => {
  it('go by way of us and lead where they led; everything else stays', () => {
    const html = `<body><a class="x>y" href="https://shop.example/a?b=1&amp;c=2">a</a> <A HREF='http://shop.example/'>b</A>
      <a href="mailto:a@b.c">c</a> <a href="#top">d</a> <a href="https://cortex.example/unsubscribe/x">e</a> <a name="f">f</a>
      <link href="https://fonts.example/x.css"> <abbr href="https://x.example">g</abbr></body>`;
    const made = withTracking(html, tracking);
    const urls = hrefsOf(made);
    expect(urls.slice(0, 2).map(leadsTo)).toEqual(['https://shop.example/a?b=1&c=2', 'http://shop.example/']);
    expect(urls.slice(2)).toEqual(hrefsOf(html).slice(2));
    expect(made).toMatch(/<img src="https:\/\/cortex\.example\/o\/[\w-]+"[^>]*><\/body>/);
  });

  it('lead nowhere else: no part of a token can be changed', () => {
    const token = tracking.click('https://shop.example/')!.slice('https://cortex.example/t/'.length);
    const [signed] = token.split('.') as [string];
    const other = (url: string) => `${signed}.${Buffer.from(url).toString('base64url')}`;
    expect(signer.readClick(token)).toEqual({ ...subject, url: 'https://shop.example/' });
    for (const url of ['https://evil.example/', '//evil.example', 'javascript:alert(1)', ''])
      expect(signer.readClick(other(url))).toBeUndefined();
    for (const purpose of ['open', 'unsubscribe', 'view'] as const)
      expect(
        signer.readClick(
          `${signer.token(purpose, subject, 'https://evil.example')}.${Buffer.from('https://evil.example').toString('base64url')}`,
        ),
      ).toBeUndefined();
    for (const broken of ['', '.', 'x.y', signed, token.slice(1)]) expect(signer.readClick(broken)).toBeUndefined();
  });

  it('that are too long for an address stay as they are', () => {
    const html = `<a href="https://shop.example/?q=${'x'.repeat(2000)}">a</a>`;
    expect(withTracking(html, tracking)).toContain(html);
  });

  it('change nothing of any text but its links', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<a href="',
        '<a ',
        "href='https://x.example",
        '">',
        '>',
        '<!--',
        '-->',
        '"',
        "'",
        '<area href=x>',
        'ü',
      ),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const html = pieces.join('');
        const made = withTracking(html, { click: () => undefined, open: 'https://cortex.example/o/x' });
        expect(made.replace(/<img src="https:\/\/cortex\.example\/o\/x"[^>]*>/, '')).toBe(html);
      }),
    );
  });

  it('are found in time that grows with the text, whatever stands in it', () => {
    const began = performance.now();
    for (const part of ['<a ', '<a href="', '<a href="x">', "<a '", '<a\n'])
      withTracking(part.repeat(900_000 / part.length), tracking);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
