import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseLiquid, type Escaping } from './liquid.js';

/** A template that assigns anything is Liquid's own interpreter's alone. */
const interpreted = (source: string, escaping: Escaping) => parseLiquid(`{% assign nothing = 1 %}${source}`, escaping);

function outcome(render: () => string): string {
  try {
    return `= ${render()}`;
  } catch (error) {
    return `! ${(error as Error).message}`;
  }
}

const name = fc.constantFrom('contact', 'lead', 'a', 'b', 'size', 'first', 'length', 'constructor', '__proto__', '0');
const path = fc.oneof(
  { weight: 5, arbitrary: fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('.')) },
  fc.constantFrom(
    'contact["a"]',
    'contact["a b"]',
    'contact[0]',
    'lead[a]',
    'contact.a[0].b',
    '"x"',
    '5',
    'nil',
    'true',
  ),
);
const constant = fc.constantFrom('"x"', "'<b> & co'", '""', '3', '-1.5', 'true', 'nil', 'empty', 'blank', 'lead.a');
const filters = fc
  .array(
    fc.oneof(
      constant.map((given) => ` | default: ${given}`),
      fc.constantFrom(' | escape', ' | upcase', ' | size', ' | default: "x", allow_false: true', ' | append: "<"'),
    ),
    { maxLength: 2 },
  )
  .map((some) => some.join(''));
const output = fc
  .tuple(path, filters, fc.boolean())
  .map(([p, f, trim]) => (trim ? `{{- ${p}${f} -}}` : `{{ ${p}${f} }}`));
const condition = fc.oneof(
  path,
  fc
    .tuple(path, fc.constantFrom('==', '!=', '>', '<=', 'contains'), constant)
    .map(([left, operator, right]) => `${left} ${operator} ${right}`),
  fc.tuple(path, path).map(([left, right]) => `${left} and ${right}`),
);
const text = fc.constantFrom('Hello ', '<p>"a" & \'b\'</p>', '\n  ', '', '{', '% }', 'ß 😀');
const template = fc.letrec<{ body: string; part: string }>((tie) => ({
  body: fc.array(tie('part'), { maxLength: 5 }).map((parts) => parts.join('')),
  part: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'part' },
    text,
    output,
    fc
      .tuple(condition, tie('body'), tie('body'))
      .map(([c, yes, no]) => `{% if ${c} %}${yes}{% else %}${no}{% endif %}`),
    fc
      .tuple(condition, condition, tie('body'))
      .map(([one, two, body]) => `{% if ${one} %}1{% elsif ${two} -%} ${body}{% endif %}`),
    fc.tuple(condition, tie('body')).map(([c, body]) => `{% unless ${c} %}${body}{% endunless %}`),
    fc.tuple(path, tie('body')).map(([p, body]) => `{% for a in ${p} %}${body}{{ a }}{% endfor %}`),
  ),
})).body;

const leaf = fc.oneof(
  fc.constantFrom<unknown>('', 'x', '<b> & co', "it's", 0, 3, -1.5, true, false, null, undefined),
  fc.string({ maxLength: 5 }),
);
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'a b', 'size', 'first', '0'), tie('value'), { noNullPrototype: true }),
  ),
})).value;
const data = fc.record({ contact: value, lead: value, a: value }, { requiredKeys: [], noNullPrototype: true });

describe('templates rendered directly', () => {
  it('say what Liquid itself says, whatever the template and the data', () => {
    let spoken = 0;
    fc.assert(
      fc.property(template, data, fc.constantFrom<Escaping>('html', 'text'), (source, given, escaping) => {
        const own = outcome(() => parseLiquid(source, escaping).render(given));
        expect(own).toBe(outcome(() => interpreted(source, escaping).render(given)));
        if (own.length > 2) spoken += 1;
      }),
      { numRuns: 3000 },
    );
    expect(spoken).toBeGreaterThan(1000);
  });

  it('stop at the output cap with the place that went past it', () => {
    const given = { contact: { name: 'x'.repeat(700_000) } };
    const source = '{{ contact.name }}\n  {{ contact.name }}';
    expect(() => parseLiquid(source, 'html').render(given)).toThrow(
      expect.objectContaining({ message: expect.stringContaining('longer than'), line: 2, column: 3 }),
    );
  });
});
