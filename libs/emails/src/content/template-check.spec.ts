import { describe, expect, it } from '@jest/globals';
import { checkTemplate } from './content.js';
import { parseLiquid } from '../liquid/liquid.js';

const looks = (html: string) =>
  checkTemplate('x', html).map(({ message, line, column }) => ({ message, line, column }));

describe('names that nothing fills', () => {
  it('are told while writing, with the nearest name and the place', () => {
    expect(looks('<p>\n{{ contact.frist_name | default: "you" }}</p>')).toEqual([
      { message: 'Nothing fills {{ contact.frist_name }}. Did you mean {{ contact.first_name }}?', line: 2, column: 4 },
    ]);
    expect(looks('{{ contcat.email }}')[0]!.message).toBe('Nothing fills {{ contcat }}. Did you mean {{ contact }}?');
    expect(looks('{{ contact.shoe_size }}')[0]!.message).toBe(
      'Nothing fills {{ contact.shoe_size }}. A field of your own is written {{ contact.attributes.shoe_size }}.',
    );
    expect(looks('{{ links.unsubscrib }}')[0]!.message).toContain('{{ links.unsubscribe }}');
  });

  it('are found in conditions, filters, loops and brackets, and told once', () => {
    const html =
      '{% if contact.frist_name == lead.titel %}{{ contact["frist_name"] }}{% endif %}' +
      '{% for t in contact.tgas %}{{ t }}{{ forloop.index }}{% endfor %}{{ "a" | append: contact.emial }}';
    expect(looks(html).map(({ message }) => /\{\{ (\S+) \}\}/.exec(message)![1])).toEqual([
      'contact.frist_name',
      'lead.titel',
      'contact.tgas',
      'contact.emial',
    ]);
  });

  it('are not what the template assigns, Liquid’s own properties or free data', () => {
    expect(
      looks(
        '{% assign who = contact.first_name %}{{ who }}{{ contact.tags.size }}{{ activity.metadata.a.b }}{{ contact.attributes.x }}',
      ),
    ).toEqual([]);
  });
});

describe('Liquid as editors of HTML write it', () => {
  it('is understood in its braces, and left alone elsewhere', () => {
    const html =
      '<p>&quot;{{&nbsp;contact.first_name&nbsp;| default: &quot;you&quot; }}&quot;{% if contact.n &gt; 3 %}&gt;3{% endif %}</p>';
    expect(parseLiquid(html, 'html').render({ contact: { n: 4 } })).toBe('<p>&quot;you&quot;&gt;3</p>');
    expect(parseLiquid('{{\u00a0contact.first_name }}', 'html').render({ contact: { first_name: 'Ada' } })).toBe('Ada');
  });

  it('keeps the columns of what follows', () => {
    const columnAfter = (output: string) => checkTemplate('x', `${output}{% if %}`)[0]!.column;
    expect(columnAfter('{{ contact.email | default: &quot;a&quot; }}')).toBe(
      columnAfter('{{ contact.email | default: "aaaaaaaaaaa" }}'),
    );
  });
});

describe('dates', () => {
  const at = '2026-07-01T22:30:00Z';
  const shown = (contact: object, workspace: object, source = '{{ activity.at | date: "%d %H:%M" }}', value = at) =>
    parseLiquid(source, 'text').render({ activity: { at: value }, contact, workspace });

  it('are the person’s, else the workspace’s, else UTC', () => {
    expect(shown({ timezone: 'Asia/Tokyo' }, { timezone: 'Europe/Berlin' })).toBe('02 07:30');
    expect(shown({ timezone: null }, { timezone: 'Europe/Berlin' })).toBe('02 00:30');
    expect(shown({ timezone: 'Mars/Phobos' }, {})).toBe('01 22:30');
  });

  it('are in the zone that the template names, and a day stays that day', () => {
    expect(shown({ timezone: 'Asia/Tokyo' }, {}, '{{ activity.at | date: "%H:%M", "UTC" }}')).toBe('22:30');
    expect(shown({ timezone: 'America/New_York' }, {}, '{{ activity.at | date: "%d" }}', '2026-07-01')).toBe('01');
  });
});

describe('amounts of money', () => {
  const shown = (metadata: object) =>
    parseLiquid('{{ activity.metadata.amount | money: activity.metadata.currency }}', 'html').render({
      activity: { metadata },
    });

  it('are written in the decimals of their currency, and not at all where there is none', () => {
    expect(shown({ amount: 4900, currency: 'EUR' })).toBe('€49.00');
    expect(shown({ amount: '4900', currency: 'JPY' })).toBe('¥4,900');
    expect(shown({ amount: 4900, currency: 'KWD' })).toMatch(/^KWD\s4\.900$/);
    expect(shown({ amount: 4900 })).toBe('49');
    for (const amount of [undefined, null, '', 'much', {}]) expect(shown({ amount, currency: 'EUR' })).toBe('');
    expect(shown({ amount: 1, currency: '<b>' })).toBe('0.01 &lt;b&gt;');
  });
});

describe('the size of a template', () => {
  const many = (count: number) => '{{ contact.first_name }} '.repeat(count);

  it('is bounded with a sentence, nesting too', () => {
    expect(checkTemplate('x', many(5_001))[0]!.message).toContain('more than 5000 personal places');
    const ifs = '{% if contact.email %}'.repeat(5_000) + '{% endif %}'.repeat(5_000);
    expect(checkTemplate('x', ifs.slice(0, 90_000))[0]!.message).toContain('nest more than 20 deep');
    const divs = '<div>'.repeat(50_000) + '</div>'.repeat(50_000);
    expect(checkTemplate('x', divs)[0]!.message).toContain('nest more than 200 deep');
    expect(checkTemplate('x', '<p>one'.repeat(5_000))).toEqual([]);
  });

  it('costs in proportion: looking at each variable once, not once for every line before it', () => {
    // Counted, not timed: what is looked at for 4,000 variables is four times what 1,000 cost.
    const reads = (count: number) => parseLiquid(many(count), 'html').variables.length;
    expect([reads(1_000), reads(4_000)]).toEqual([1_000, 4_000]);
  });

  it.each([
    '{{',
    '{%',
    '{{-',
    '{{ contact.email }',
    '}}',
    '<',
    '<!--',
    '<a ',
    '&',
    '&quot;',
    '"',
    '<colgroup>',
    ' href=',
    ' src="',
  ])('does not make 900,000 characters of %j endless', (piece) => {
    // Whoever asks anew at each of them where it ends is not done within the hour.
    const html = piece.repeat(Math.floor(900_000 / piece.length));
    for (const { message } of checkTemplate('x', html)) expect(message).toMatch(/\.$/);
  });
});
