import { describe, expect, it } from '@jest/globals';
import { growth } from '#testing';
import { checkTemplate, compileContent } from './content.js';
import { textOfHtml } from '../liquid/text-part.js';

const check = (html: string) => checkTemplate('x', html);
const render = (html: string) => {
  const content = compileContent({ subject: 'x', html });
  const data = { contact: { first_name: 'Ann', tags: ['a', 'b'] } };
  return content.text(data, content.html.render(data));
};
const times = (piece: string) => (size: number) => piece.repeat(size);

describe('work on templates that grows faster than they do', () => {
  it.each([
    ['names', 2_000, times('{{ contact.first_name }} '), check],
    ['unknown names', 2_000, times('{{ contact.fist_name }}\n'), check],
    ['names that are filled in', 1_000, times('{{ contact.first_name | upcase }} '), render],
    ['conditions', 1_000, times('{% if contact.email %}a{% endif %}'), check],
    ['open braces', 50_000, times('{{'), check],
    ['open tags', 50_000, times('<a '), check],
    ['comments', 50_000, times('<!--'), check],
    ['escaped signs', 50_000, times('&quot;'), check],
    ['quoted names in their braces', 1_000, times('{{ "&quot;" }}'), check],
    ['elements in one another', 90, (size: number) => '<div>'.repeat(size) + '</div>'.repeat(size), check],
    ['paragraphs', 2_000, times('<p>word word word</p>'), textOfHtml],
    [
      'rows of a table',
      1_500,
      (size: number) => `<table>${'<tr><td>a</td><td>b</td></tr>'.repeat(size)}</table>`,
      textOfHtml,
    ],
    ['links', 2_000, times('<a href="https://a.example/x">y</a> '), textOfHtml],
    ['blanks', 50_000, times(' '), textOfHtml],
    ['lists in one another', 100, times('<ul><li>x'), textOfHtml],
  ] as const)('is not there: twice the %s, less than three times the time', async (_name, size, make, work) => {
    expect(await growth<string>(size, make, work)).toBeLessThan(3);
  });
});
