import fc from 'fast-check';
import type { Design, MailNode } from '../design.js';
import { blockOf, blocks } from '../blocks/index.js';

const name = fc.constantFrom('first_name', 'email', 'attributes.size', 'a_b');
/** Liquid as people write it; in words with either quote, in links too. */
const liquid = fc.oneof(
  name.map((path) => `{{ contact.${path} }}`),
  fc
    .tuple(name, fc.constantFrom('there', 'my friend', 'a & b', 'Größe', '<none>'))
    .map(([path, words]) => `{{ contact.${path} | default: "${words}" }}`),
  fc.constant("{{ contact.first_name | default: 'you' | upcase }}"),
  fc.constant(`{{ contact.first_name | default: "it's you" }}`),
  fc.constant('{% if contact.type == "customer" %}'),
  fc.constant('{% if contact.lifetime_value > 100 and contact.type != "lead" %}'),
  fc.constant('{% endif %}'),
);
const plain = fc.constantFrom(
  'Hello',
  'a < b',
  'Q&A',
  '“so”',
  'ü',
  '5 > 4',
  '&amp;',
  'a\u00a0b',
  'two  spaces',
  '😀',
  '{',
  '}}',
  '%}',
  'x{y',
);
const escaped = plain.map((text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
const href = fc.oneof(
  fc.constantFrom('https://example.com/a?b=1&amp;c=2', 'mailto:a@example.com', 'tel:+49123'),
  liquid.map((code) => `https://example.com/?x=${code.replaceAll('"', '&quot;')}&amp;y=1`),
);
const inline = fc.oneof(
  { weight: 4, arbitrary: escaped },
  { weight: 3, arbitrary: liquid },
  fc
    .tuple(fc.constantFrom('b', 'i', 'u', 's', 'strong', 'em'), escaped)
    .map(([tag, text]) => `<${tag}>${text}</${tag}>`),
  fc.tuple(href, escaped).map(([to, text]) => `<a href="${to}">${text}</a>`),
  escaped.map((text) => `<span style="color:#aa0011">${text}</span>`),
  fc.constant('<br>'),
);
const run = fc.array(inline, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(' '));
const block = fc.oneof(
  run.map((text) => `<p>${text}</p>`),
  run.map((text) => `<h2 style="text-align:center">${text}</h2>`),
  fc
    .array(run, { minLength: 1, maxLength: 3 })
    .map((items) => `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`),
);
export const words = fc.array(block, { maxLength: 3 }).map((parts) => parts.join(''));

/** What somebody who means harm writes between good words. */
export const hostile = fc.constantFrom(
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="java&#10;script:alert(1)">x</a>',
  '<a href=" jAvascript:x">y</a>',
  '<a href="data:text/html,x">y</a>',
  '<b onclick="x()">b</b>',
  '</div></td></tr></table></mj-text>',
  '<svg><script>1</script></svg>',
  '<style>*{display:none}</style>',
  '<p style="color:#f00;position:fixed;background:url(https://evil.example)">a</p>',
  '<!--[if mso]><table><![endif]-->',
  '<iframe src="https://evil.example"></iframe>',
  '<p>open <b>cross</p></b>',
  '<a href="{{ "><script>alert(1)</script>" }}">q</a>',
  '<form action="https://evil.example"><input name=a></form>',
  '<plaintext>',
  '<b',
);

const examplesOf = new Map<string, string[]>([
  ['colour', ['#aa0011', '#FFF', 'red', '#12345', '']],
  ['pixels', ['12px', '400px', '9999px', '1em']],
  ['percent', ['50%', '100%', '150%']],
  ['spacing', ['8px', '8px 16px', '8px 16px 4px 0', 'auto']],
  [
    'link',
    [
      'https://example.com/?a=1&b=2',
      'https://example.com/{{ contact.email | default: "x" }}',
      'javascript:alert(1)',
      '{{ links.view }}',
    ],
  ],
  ['image', ['/media/abcdefghijklmnopqrstuvwx.jpg', 'https://example.com/a.png', 'data:image/png;base64,xx']],
  ['line', ['A "quoted" <alt> & more', '{{ contact.first_name | default: "you" }}', '1px solid #dedacf']],
  ['paragraph', ['One sentence.', 'a < b & c "d"']],
  ['font', ["Georgia, 'Times New Roman', serif", 'Comic Sans MS']],
]);

const settingsOf = (tagName: string): fc.Arbitrary<Record<string, string>> => {
  const shape = blockOf(tagName)!.fields.shape as Record<
    string,
    { meta(): { control: string; options?: object } | undefined }
  >;
  const fields = Object.entries(shape).map(([key, schema]) => {
    const meta = schema.meta();
    const values = meta?.options ? Object.keys(meta.options) : (examplesOf.get(meta?.control ?? '') ?? ['x']);
    return fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 }).map((value) => [key, value] as const);
  });
  return fc
    .tuple(...fields)
    .map((pairs) => Object.fromEntries(pairs.filter(([, value]) => value !== undefined)) as Record<string, string>);
};

const only = fc.option(fc.constantFrom('contact.type == "customer"', 'contact.lifetime_value > 100'), {
  nil: undefined,
  freq: 5,
});
const node = (tagName: string, more: fc.Arbitrary<Partial<MailNode>>): fc.Arbitrary<MailNode> =>
  fc.tuple(settingsOf(tagName), only, more).map(([attributes, condition, rest]) => ({
    tagName,
    attributes,
    ...rest,
    ...(condition ? { only: condition } : {}),
  }));
const contentOf = (tagName: string): fc.Arbitrary<Partial<MailNode>> => {
  const kind = blockOf(tagName)!.words;
  if (kind === 'rich')
    return fc
      .oneof(
        { weight: 4, arbitrary: words },
        { weight: 1, arbitrary: fc.tuple(words, hostile, words).map((parts) => parts.join('')) },
      )
      .map((content) => ({ content }));
  return kind === 'line' ? fc.oneof(escaped, liquid).map((content) => ({ content })) : fc.constant({});
};

const leaves = blocks.filter(({ place }) => place === 'leaf').map(({ tagName }) => tagName);
const leaf = fc.oneof(
  ...leaves.map((tagName) =>
    node(
      tagName,
      tagName === 'mj-social'
        ? fc.array(node('mj-social-element', fc.constant({})), { maxLength: 3 }).map((children) => ({ children }))
        : contentOf(tagName),
    ),
  ),
);
const column = node(
  'mj-column',
  fc.array(leaf, { maxLength: 3 }).map((children) => ({ children })),
);
const row = fc.oneof(
  {
    weight: 4,
    arbitrary: node(
      'mj-section',
      fc.array(column, { minLength: 1, maxLength: 3 }).map((children) => ({ children })),
    ),
  },
  ...['cx-header', 'cx-footer', 'cx-course'].map((tagName) => ({
    weight: 1,
    arbitrary: node(tagName, contentOf(tagName)),
  })),
);

/** A small design of anything that a person can make, and of some that only somebody who means harm would. */
export const randomDesign: fc.Arbitrary<Design> = fc
  .tuple(fc.constantFrom({}, { 'background-color': '#eeeeee' }), fc.array(row, { maxLength: 4 }))
  .map(([body, rows]) => ({ v: 1, body: body as Record<string, string>, rows }));
