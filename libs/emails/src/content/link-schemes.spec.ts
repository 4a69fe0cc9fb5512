import { describe, expect, it } from '@jest/globals';
import { checkTemplate, compileContent } from './content.js';

const unsafe = [
  'javascript:alert(1)',
  ' JavaScript:alert(1)',
  'java\tscript:alert(1)',
  'java&#115;cript:alert(1)',
  '&#x6a;avascript&colon;alert(1)',
  'java&NewLine;script&#58;alert(1)',
  '\u0001javascript:alert(1)',
  'vbscript:msgbox(1)',
  'data:text/html,<b>x</b>',
  'data:image/svg+xml,x',
  'file:///etc/passwd',
];
const safe = [
  'https://school.example/javascript:x',
  'mailto:ann@school.example',
  'tel:+4912345',
  '#part',
  '/path?next=javascript:x',
  'cid:logo',
  'data:image/png;base64,iVBORw0KGgo=',
  '{{ links.unsubscribe }}',
  'https://school.example/{{ contact.first_name }}',
];
const said = (html: string) => checkTemplate('x', html).map(({ severity, message }) => `${severity}: ${message}`);

describe('a link of a mail', () => {
  it.each(unsafe)('is refused when it leads to %j', (address) => {
    const quoted = address.includes('"') ? `'${address}'` : `"${address}"`;
    for (const html of [`<a href=${quoted}>x</a>`, `<form action = ${quoted}>`, `<img alt=''src=${quoted}>`])
      expect(said(html)).toEqual([expect.stringMatching(/^blocks: .*begin with https:, http:, mailto: or tel:/)]);
  });

  it('is refused without quotation marks too, once for each scheme, with its place', () => {
    const html = `<p>Hello</p>\n<a href=javascript:a()>x</a> <a href='javascript:b()'>y</a> <img src=vbscript:c>`;
    expect(checkTemplate('x', html)).toMatchObject([
      { pointer: '/html', line: 2, column: 9, message: expect.stringContaining('javascript:') },
      { pointer: '/html', line: 2, message: expect.stringContaining('vbscript:') },
    ]);
  });

  it.each(safe)('may lead to %s', (address) => {
    expect(said(`<a href="${address}">x</a> javascript: is a language`)).toEqual([]);
  });

  it('leads nowhere when a value makes it unsafe, and where it should when it does not', () => {
    const { html } = compileContent({
      subject: 'x',
      html: `<a href="{{ contact.attributes.site }}">x</a><a href='{% if contact.email %}{{ contact.attributes.site }}{% endif %}'>y</a>`,
    });
    const shown = (site: string) => html.render({ contact: { email: 'a@b.example', attributes: { site } } });
    expect(shown('https://ann.example/?a=1&b=2')).toBe(
      `<a href="https://ann.example/?a=1&amp;b=2">x</a><a href='https://ann.example/?a=1&amp;b=2'>y</a>`,
    );
    for (const site of ['javascript:alert(1)', ' java\nscript:alert(1)', 'DATA:text/html,x'])
      expect(shown(site)).toBe(`<a href="#">x</a><a href='#'>y</a>`);
    // What looks like an entity in a value is text.
    expect(shown('&#106;avascript:x')).toContain('href="&amp;#106;avascript:x"');
  });
});
