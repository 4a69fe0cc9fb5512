import { createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { checkTemplate, compileContent } from '../content/content.js';
import fc from 'fast-check';
import { LinkSigner } from './link-tokens.js';
import { parseLiquid, TemplateError } from '../liquid/liquid.js';
import { renderMail, type SendFacts } from './render.js';

const facts: SendFacts = {
  provider: 'postmark',
  message_stream: 'broadcast',
  stream: 'broadcast',
  public_url: 'https://mail.example.com',
  workspace: { name: 'School', postal_address: '1 Main Street\nSpringfield' },
  sender: 'School <hello@example.com>',
  unsubscribe: 'ours',
  track: false,
};
const signer = new LinkSigner('a secret', 'https://mail.example.com');
const subject = {
  person_id: '01890000-0000-7000-8000-000000000001',
  message_id: '01890000-0000-7000-8000-000000000002',
};
const links = signer.links(subject);

describe('Liquid', () => {
  it('escapes every output in HTML and none in a subject', () => {
    const data = { contact: { first_name: '<script>alert("1")</script>' } };
    expect(parseLiquid('Hi {{ contact.first_name }}', 'html').render(data)).toBe(
      'Hi &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;',
    );
    expect(parseLiquid('{{ contact.first_name | escape }}', 'html').render(data)).not.toContain('&amp;');
    expect(parseLiquid('{{ contact.first_name | escape | upcase }}', 'html').render(data)).not.toContain('<SCRIPT');
    expect(parseLiquid('{{ contact.first_name }}', 'text').render(data)).toContain('<script>');
  });

  it('does not run Liquid that arrives in a value', () => {
    const data = { contact: { first_name: '{{ workspace.name }}{% assign x = 1 %}' }, workspace: { name: 'secret' } };
    expect(parseLiquid('{{ contact.first_name }}', 'text').render(data)).toBe('{{ workspace.name }}{% assign x = 1 %}');
  });

  it('takes a fallback for what is missing or empty', () => {
    const template = parseLiquid('{{ contact.first_name | default: "there" }}', 'html');
    for (const contact of [{}, { first_name: null }, { first_name: '' }])
      expect(template.render({ contact })).toBe('there');
    expect(template.render({ contact: { first_name: 'Ada' } })).toBe('Ada');
  });

  it.each([
    '{% include "a" %}',
    '{% render "a" %}',
    '{% capture a %}{% endcapture %}',
    '{% layout "a" %}',
    '{% raw %}{% endraw %}',
    '{% cycle "a" %}',
    '{% liquid echo 1 %}',
    '{% tablerow a in b %}{% endtablerow %}',
  ])('refuses %s', (source) => expect(() => parseLiquid(source, 'html')).toThrow(TemplateError));

  it.each(['raw', 'json', 'where_exp', 'map', 'concat', 'newline_to_br', 'inspect'])(
    'refuses the filter %s',
    (filter) => {
      expect(checkTemplate('x', `{{ contact.name | ${filter} }}`)).toMatchObject([
        { severity: 'blocks', pointer: '/html' },
      ]);
    },
  );

  it('sees nothing of prototypes', () => {
    const data = JSON.parse('{"contact": {"tags": ["a"], "__proto__": {"polluted": "own"}}}') as Record<
      string,
      unknown
    >;
    for (const path of [
      'contact.constructor.name',
      'contact.toString',
      'contact.hasOwnProperty',
      'contact.tags.constructor',
      'constructor.prototype',
      'contact["constructor"]["constructor"]',
    ]) {
      expect(parseLiquid(`[{{ ${path} }}]`, 'text').render(data)).toBe('[]');
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('goes over at most 100 items, whatever the template asks', () => {
    const data = { activity: { items: Array.from({ length: 5000 }, (_, at) => at) } };
    const count = (tag: string) => parseLiquid(`{% for i in ${tag} %}x{% endfor %}`, 'text').render(data).length;
    expect(count('activity.items')).toBe(100);
    expect(count('activity.items limit: 4000')).toBe(100);
    expect(count('activity.items limit: -1')).toBe(0);
    expect(count('activity.items limit: 7 offset: 2')).toBe(7);
    expect(count('(1..100000)')).toBe(100);
    expect(() => count('(1..100000000)')).toThrow(TemplateError);
    expect(() =>
      parseLiquid('{% for a in b %}{% for c in d %}{% for e in f %}{% endfor %}{% endfor %}{% endfor %}', 'text'),
    ).toThrow(/nested/);
  });

  it('stops at the output cap', () => {
    const data = { activity: { items: Array.from({ length: 100 }, () => 'x'.repeat(2000)) } };
    const source = '{% for a in activity.items %}{% for b in activity.items %}{{ b }}{% endfor %}{% endfor %}';
    expect(() => parseLiquid(source, 'html').render(data)).toThrow(/longer than/);
  });
});

describe('checkTemplate', () => {
  it('says where a template does not parse', () => {
    expect(checkTemplate('Hello', '<p>\n  {% if contact.first_name %}\n</p>')).toMatchObject([
      { severity: 'blocks', pointer: '/html', line: 2, column: 3 },
    ]);
    expect(checkTemplate('Hi {{ contact.first_name', '<p>x</p>')[0]).toMatchObject({
      pointer: '/subject',
      line: 1,
      column: 4,
    });
  });

  it('blocks empty parts and points out names that nothing fills', () => {
    expect(checkTemplate(' ', '').map((problem) => problem.pointer)).toEqual(['/subject', '/html']);
    expect(checkTemplate('x', '{{ customer.name }}')).toMatchObject([{ severity: 'look', pointer: '/html' }]);
    expect(
      checkTemplate('Hi {{ contact.first_name }}', '<p>{{ lead.course_title }} {{ links.unsubscribe }}</p>'),
    ).toEqual([]);
  });
});

describe('a rendered mail', () => {
  const content = compileContent({
    subject: 'Hi {{ contact.first_name }}',
    preheader: 'For {{ contact.first_name }}',
    html: '<html><body><h1>Hello {{ contact.first_name | default: "there" }}</h1><p><a href="https://x.example/a">Go on</a></p></body></html>',
  });

  it('has no line breaks in its subject and sender', () => {
    const data = { contact: { first_name: 'A\r\nBcc: x@example.com' } };
    const mail = renderMail(content, data, facts, links, 'Eve\r\nBcc: y@example.com <eve@example.com>');
    expect(mail.subject).toBe('Hi A Bcc: x@example.com');
    expect(mail.from).not.toMatch(/[\r\n]/);
  });

  it('carries preheader, footer, headers and a text part made from its HTML', () => {
    const mail = renderMail(content, { contact: { first_name: '<b>' } }, facts, links);
    expect(mail.html).toMatch(/<body><div style="display:none[^>]*>For &lt;b&gt;<\/div><h1>/);
    expect(mail.html).toContain('1 Main Street<br>Springfield');
    expect(mail.html.indexOf(links.unsubscribe)).toBeLessThan(mail.html.indexOf('</body>'));
    expect(mail.text).toContain('Hello <b>');
    expect(mail.text).toContain('Go on (https://x.example/a)');
    expect(mail.text).toContain(links.unsubscribe);
    expect(mail.headers).toEqual([
      { name: 'List-Unsubscribe', value: `<${links.unsubscribe}>` },
      { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
    ]);
  });

  it('leaves our unsubscribe out where Postmark brings its own, and never shows both', () => {
    const placed = compileContent({ subject: 'x', html: '<a href="{{ links.unsubscribe }}">stop</a>' });
    const mail = renderMail(placed, { contact: {} }, { ...facts, unsubscribe: 'postmark' }, links);
    expect(mail.html).toContain('href="{{{ pm:unsubscribe }}}"');
    expect(mail.html + mail.text).not.toContain('/unsubscribe/');
    expect(mail.headers).toEqual([]);
  });

  it('puts no unsubscribe link on transactional mail', () => {
    const mail = renderMail(
      content,
      { contact: {} },
      { ...facts, stream: 'transactional', unsubscribe: 'none' },
      links,
    );
    expect(mail.html + mail.text).not.toContain('nsubscribe');
    expect(mail.headers).toEqual([]);
  });
});

describe('a link token', () => {
  it('is read by its purpose and secret only, and refuses any changed character', () => {
    const token = signer.token('unsubscribe', subject);
    expect(signer.read('unsubscribe', token)).toEqual(subject);
    expect(signer.read('preferences', token)).toBeUndefined();
    expect(new LinkSigner('another', '').read('unsubscribe', token)).toBeUndefined();
    for (let at = 0; at < token.length - 1; at += 7) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      expect(signer.read('unsubscribe', changed)).toBeUndefined();
    }
    for (const garbage of ['', 'x', '../..', 'a'.repeat(5000)])
      expect(signer.read('unsubscribe', garbage)).toBeUndefined();
  });

  it('carries the first half of an HMAC-SHA-256', () => {
    const key = Buffer.from(hkdfSync('sha256', 'a secret', '', 'cortex mail links', 32));
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), fc.string({ unit: 'binary', maxLength: 200 }), (person_id, message_id, url) => {
        const bytes = Buffer.from(signer.token('click', { person_id, message_id }, url), 'base64url');
        const wanted = createHmac('sha256', key).update(bytes.subarray(0, 33)).update(url).digest().subarray(0, 16);
        expect(bytes.subarray(33)).toEqual(wanted);
      }),
    );
  });

  it('that was signed with an earlier secret is read while that is named, and new ones use the current', () => {
    const token = signer.token('unsubscribe', subject);
    const next = new LinkSigner('the next secret', '', ['an older one', 'a secret']);
    expect(next.read('unsubscribe', token)).toEqual(subject);
    expect(next.read('preferences', token)).toBeUndefined();
    expect(signer.read('unsubscribe', next.token('unsubscribe', subject))).toBeUndefined();
  });

  it('binds a click to its destination', () => {
    const token = signer.token('click', subject, 'https://shop.example/a');
    expect(signer.read('click', token, 'https://shop.example/a')).toEqual(subject);
    expect(signer.read('click', token, 'https://evil.example/')).toBeUndefined();
  });
});
