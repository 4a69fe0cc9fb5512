import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { growth } from '#testing';
import { compileContent } from '../content/content.js';
import { LinkSigner } from './link-tokens.js';
import { mailMaker } from './large-mails.js';
import { renderMail, type SendFacts } from './render.js';
import { htmlWithUtm, textWithUtm, utmQuery } from '../content/utm.js';

const own = 'https://cortex.example';
const utm = { source: 'newsletter', medium: 'email', campaign: 'März & "Frühling"' };
const query = utmQuery(utm)!;
const inHtml = (url: string) => /href="([^"]*)"/.exec(htmlWithUtm(`<a href="${url}">x</a>`, query, own))![1]!;
const written = 'utm_source=newsletter&utm_medium=email&utm_campaign=M%C3%A4rz%20%26%20%22Fr%C3%BChling%22';
const escaped = written.replaceAll('&', '&amp;');

describe('UTM parameters', () => {
  it.each([
    ['https://shop.example', `https://shop.example?${escaped}`],
    ['https://shop.example/a', `https://shop.example/a?${escaped}`],
    ['https://shop.example/a?b=1&amp;c=2', `https://shop.example/a?b=1&amp;c=2&amp;${escaped}`],
    ['https://shop.example/a?', `https://shop.example/a?${escaped}`],
    ['https://shop.example/a?b=1&amp;', `https://shop.example/a?b=1&amp;${escaped}`],
    ['HTTP://shop.example/a#top?x', `HTTP://shop.example/a?${escaped}#top?x`],
    ['https://shop.example/a?b=1#part', `https://shop.example/a?b=1&amp;${escaped}#part`],
    // A numeric entity is no fragment.
    ['https://shop.example/a?b=1&#38;c=2#d', `https://shop.example/a?b=1&#38;c=2&amp;${escaped}#d`],
  ])('stand behind what %s has, and before its fragment', (url, expected) => expect(inHtml(url)).toBe(expected));

  it.each([
    'mailto:a@shop.example',
    'tel:+49123',
    '#top',
    '/learn',
    '{{{ pm:unsubscribe }}}',
    'https://cortex.example/unsubscribe/x',
    'https://cortex.example/preferences/x',
    'https://cortex.example/m/x',
    'https://shop.example/?utm_source=theirs',
    'https://shop.example/?a=1&amp;utm_campaign=theirs#x',
    'https:///nowhere',
  ])('are not given to %s', (url) => expect(inHtml(url)).toBe(url));

  it('are given once, however often', () => {
    const once = htmlWithUtm('<a href="https://shop.example/?a=1">x</a>', query, own);
    expect(htmlWithUtm(once, query, own)).toBe(once);
    const text = textWithUtm('See https://shop.example/?a=1.', query, own);
    expect(textWithUtm(text, query, own)).toBe(text);
  });

  it('leave out what is empty, and cannot end an attribute', () => {
    expect(utmQuery(null)).toBeUndefined();
    expect(utmQuery({ source: '', medium: '', campaign: '' })).toBeUndefined();
    const hostile = utmQuery({ source: `"'><script>`, medium: 'a\\b', campaign: '{{ x }}', content: '%' })!;
    expect(hostile).toBe(
      'utm_source=%22%27%3E%3Cscript%3E&utm_medium=a%5Cb&utm_campaign=%7B%7B%20x%20%7D%7D&utm_content=%25',
    );
  });

  it('are put into addresses of plain text, without the marks around them', () => {
    const text =
      'Go (https://shop.example/a), or <https://shop.example/b>. See https://wiki.example/A_(b)!\nhttps://cortex.example/m/x';
    expect(textWithUtm(text, 'utm_source=n', own)).toBe(
      'Go (https://shop.example/a?utm_source=n), or <https://shop.example/b?utm_source=n>. See https://wiki.example/A_(b)?utm_source=n!\nhttps://cortex.example/m/x',
    );
  });

  it('change nothing of any text but its addresses, and take time in proportion to it', () => {
    const piece = fc.constantFrom(
      '<a href="',
      'https://a.example',
      ' ',
      ')',
      '(',
      '.',
      '#',
      '?',
      '&',
      'x',
      '<',
      "'",
      '"',
      '\n',
      '/',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const rest = (made: string) => made.replaceAll('utm_a=1', '').replaceAll(/[?&]|amp;/g, '');
        for (const made of [textWithUtm(text, 'utm_a=1', own), htmlWithUtm(text, 'utm_a=1', own)])
          expect(rest(made)).toBe(rest(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['brackets after a link', (size: number) => `https://a.example/${')'.repeat(size)}`],
    ['beginnings of links', (size: number) => 'https://'.repeat(size)],
  ])('take time in proportion to %s', async (_what, make) => {
    expect(await growth(50_000, make, (text) => textWithUtm(text, query, own))).toBeLessThan(3);
  });
});

describe('a mail with UTM parameters', () => {
  const facts: SendFacts = {
    provider: 'postmark',
    message_stream: 'broadcast',
    stream: 'broadcast',
    public_url: own,
    workspace: { name: 'School', postal_address: '1 Main Street' },
    sender: 'School <hello@school.example>',
    unsubscribe: 'ours',
    track: false,
  };
  const signer = new LinkSigner('a secret of at least thirty-two characters', own);
  const subject = {
    person_id: '01890000-0000-7000-8000-000000000001',
    message_id: '01890000-0000-7000-8000-000000000002',
  };
  const links = signer.links(subject);
  const content = {
    subject: 'News',
    html: '<body><a href="https://shop.example/{{ contact.id }}?a=1#b">Go</a> <a href="{{ links.view }}">View</a></body>',
    reply_to: 'desk@school.example',
    utm: { source: 'newsletter', medium: 'email', campaign: 'march' },
  };
  const data = { contact: { id: '7' } };
  const wanted = 'https://shop.example/7?a=1&utm_source=newsletter&utm_medium=email&utm_campaign=march#b';

  it('has them in both parts, in links of the shop only, and says where answers go', () => {
    const mail = renderMail(compileContent(content), data, facts, links);
    expect(mail.html).toContain(`href="${wanted.replaceAll('&', '&amp;')}"`);
    expect(mail.text).toContain(`(${wanted})`);
    expect(mail.html.split('utm_source')).toHaveLength(2);
    expect(mail.text.split('utm_source')).toHaveLength(2);
    expect(mail.headers[0]!.value).toBe(`<${links.unsubscribe}>`);
    expect(mail.reply_to).toBe('desk@school.example');
    expect(renderMail(compileContent({ ...content, utm: null, reply_to: null }), data, facts, links)).toMatchObject({
      html: expect.not.stringContaining('utm_'),
    });
  });

  it('keeps them behind links that are counted by us', () => {
    const mail = renderMail(compileContent(content), data, { ...facts, own_tracking: true }, links);
    const [, token] = /href="https:\/\/cortex\.example\/t\/([^"]+)"/.exec(mail.html)!;
    expect(signer.readClick(token!)?.url).toBe(wanted);
  });

  it('is the same when it is large and made aside', async () => {
    const html = content.html.replace('</body>', `<p>${'x'.repeat(40_000)}</p></body>`);
    for (const utm of [content.utm, { ...content.utm, campaign: 'april' }]) {
      const large = { ...content, html, utm };
      const made = await mailMaker(large)({ data, facts, links });
      expect(made).toEqual(renderMail(compileContent(large), data, facts, links));
    }
  });
});
