import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileContent } from '../content/content.js';
import { parseLiquid } from './liquid.js';
import { textOfHtml } from './text-part.js';

const textOf = (html: string, data: Record<string, unknown> = {}): string =>
  compileContent({ subject: 'x', html }).text(data, parseLiquid(html, 'html').render(data));

describe('the text part, made from the rendered mail and not from its template', () => {
  it('greets whom the HTML greets, although the name is assigned before the body', () => {
    const html =
      '{% assign who = contact.first_name | default: "there" %}<html><body><p>Hello {{ who }}</p></body></html>';
    expect(textOf(html, { contact: { first_name: 'Ada' } })).toBe('Hello Ada');
    expect(textOf(html, { contact: {} })).toBe('Hello there');
  });

  it('takes the branch that the HTML takes, although it begins in the head', () => {
    const html =
      '<html><head>{% if contact.vip %}<style>p{color:gold}</style></head><body><p>Code GOLD</p>{% else %}</head><body><p>Hello</p>{% endif %}</body></html>';
    expect(textOf(html, { contact: { vip: true } })).toBe('Code GOLD');
    expect(textOf(html, { contact: {} })).toBe('Hello');
  });

  it('shows nobody what stands in a comment', () => {
    const html = '<p>Hi</p><!-- {% if contact.vip %} --><p>VIP code 42</p><!-- {% endif %} -->';
    expect(textOf(html, { contact: {} })).not.toContain('42');
    expect(textOf(html, { contact: { vip: true } })).toContain('VIP code 42');
  });

  it('reads tables as rows and gives images their alt text', () => {
    const html =
      '<table><tr><th>Course</th><th>Price</th></tr><tr><td>Ink</td><td>{{ activity.price }}</td></tr></table>' +
      '<a href="https://x.example/buy"><img src="b.png" alt="Buy now"></a><img src="spacer.gif" alt="">';
    expect(
      textOf(html, { activity: { price: '49 €' } })
        .split('\n')
        .filter(Boolean),
    ).toEqual(['Course | Price', 'Ink | 49 €', 'Buy now (https://x.example/buy)']);
  });

  it('keeps the blocks of a table for layout apart, without cells’ separators', () => {
    const html = '<table><tr><td><h1>Title</h1><p>One</p></td><td><p>Two</p></td></tr></table>';
    expect(textOf(html)).not.toContain('|');
    expect(textOf(html).split('\n').filter(Boolean)).toEqual(['Title', 'One', 'Two']);
  });

  it('shows a list of values with commas', () => {
    expect(textOf('<p>{{ contact.tags }}</p>', { contact: { tags: ['a', 'b'] } })).toBe('a, b');
    expect(parseLiquid('{{ contact.tags }}', 'text').render({ contact: { tags: ['a', 'b'] } })).toBe('a, b');
    expect(parseLiquid('{{ contact.attributes }}', 'text').render({ contact: { attributes: { a: 1 } } })).toBe('');
  });

  const value = fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      'Ada',
      ' Ada  Lovelace\n',
      '<b>bold</b>',
      'a & b',
      'https://x.example/?a=1&b=2',
      '0',
      'Ä\u00a0ö',
    ),
    fc.string({ maxLength: 12 }),
    fc.constantFrom(null, undefined, 5, true, ['a', 'b'], []),
  );
  const url = fc.constantFrom('https://x.example/?a=1&b=2', 'https://x.example/', 'x');
  const piece = fc.letrec<{ body: string; part: string }>((tie) => ({
    body: fc.array(tie('part'), { maxLength: 5 }).map((parts) => parts.join('')),
    part: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'part' },
      fc.constantFrom('Hello ', '\n  ', '<br>', '<hr>', '<!-- a {{ b }} c -->', '{{ c | escape }}', '&amp;', ' – '),
      fc.constantFrom('{{ a }}', '{{ b }}', '{{- a -}}', '{{ c | default: "you" }}', '{{ a | upcase }}'),
      fc.constantFrom(
        '<a href="{{ url }}">{{ url }}</a>',
        '<a href="{{ url }}">{{ a }}</a>',
        '<a href="https://x.example/{{ b }}">Go</a>',
      ),
      fc.constantFrom('<img src="x" alt="{{ c }}">', '{% for x in list %}<li>{{ x }}</li>{% endfor %}'),
      fc
        .tuple(fc.constantFrom('p', 'div', 'b', 'h2', 'blockquote', 'ul'), tie('body'))
        .map(([tag, body]) => `<${tag}>${body}</${tag}>`),
      tie('body').map((body) => `<table><tr><td>${body}</td><td>{{ b }}</td></tr></table>`),
      fc
        .tuple(fc.constantFrom('a', 'b == "Ada"', 'list.size > 1'), tie('body'), tie('body'))
        .map(([holds, yes, no]) => `{% if ${holds} %}${yes}{% else %}${no}{% endif %}`),
    ),
  })).body;

  it('is the same for every template and person as converting that person’s rendered HTML', () => {
    let compared = 0;
    fc.assert(
      fc.property(
        piece,
        fc.array(fc.record({ a: value, b: value, c: value, url, list: fc.array(value, { maxLength: 3 }) }), {
          minLength: 1,
          maxLength: 4,
        }),
        (html, people) => {
          // Compiled once for all of them, as a batch does it, so that shapes are met again.
          const content = compileContent({ subject: 'x', html });
          for (const data of people) {
            const rendered = content.html.render(data);
            expect(content.text(data, rendered)).toBe(textOfHtml(rendered));
            compared += 1;
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(compared).toBeGreaterThan(500);
  });
});
