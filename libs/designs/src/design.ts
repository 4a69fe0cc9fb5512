import { z } from 'zod';

/** One element of a mail, in the JSON form that MJML takes. */
export interface MailNode {
  tagName: string;
  /** As their values are meant; escaped when HTML is made. */
  attributes: Record<string, string>;
  /** HTML of a few tags, with Liquid. */
  content?: string;
  children?: MailNode[];
  /** A condition of Liquid: who does not meet it does not get this element. */
  only?: string;
}

/** What a mail looks like, before anybody's data. Rows hold columns, columns hold everything else. */
export interface Design {
  v: 1;
  /** Of the whole mail: `background-color`, and `lang`, the language of its words as a BCP 47 tag. */
  body: Record<string, string>;
  rows: MailNode[];
}

export const rowTags = ['mj-section', 'cx-header', 'cx-footer', 'cx-course'] as const;
export const leafTags = ['mj-text', 'mj-button', 'mj-image', 'mj-divider', 'mj-spacer', 'mj-social'] as const;
export const partTags = ['mj-social-element'] as const;

/** What one design may hold at most. */
export const designLimits = { rows: 200, columns: 4, leaves: 60, parts: 20, nodes: 1_500, bytes: 600_000 } as const;

const MOST_ATTRIBUTES = 40;
const attributes = z
  .record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'This is not the name of a setting.'), z.string().max(4_000))
  .refine((all) => Object.keys(all).length <= MOST_ATTRIBUTES, `An element has at most ${MOST_ATTRIBUTES} settings.`);

/** A condition as it stands between `{% if` and `%}`. */
export const condition = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .regex(/^[^{}%\r\n]*$/, 'Write the condition without braces and percent signs, such as contact.type == "customer".')
  .refine((text) => !/<[a-z/!]/i.test(text), 'A condition holds no HTML.');

const content = z.string().max(40_000, 'One text has at most 40,000 characters. Split it.');
const shown = { attributes, only: condition.optional() };

const leaf = z.strictObject({
  tagName: z.enum(leafTags),
  ...shown,
  content: content.optional(),
  children: z
    .array(z.strictObject({ tagName: z.enum(partTags), ...shown, content: content.optional() }))
    .max(designLimits.parts)
    .optional(),
});

const column = z.strictObject({
  tagName: z.literal('mj-column'),
  ...shown,
  children: z
    .array(leaf)
    .max(designLimits.leaves, `A column holds at most ${designLimits.leaves} elements.`)
    .optional(),
});

/** One row of a design, such as a saved block keeps. */
export const designRow: z.ZodType<MailNode> = z.discriminatedUnion('tagName', [
  z.strictObject({
    tagName: z.literal('mj-section'),
    ...shown,
    children: z
      .array(column)
      .max(designLimits.columns, `A row has at most ${designLimits.columns} columns.`)
      .optional(),
  }),
  z.strictObject({
    tagName: z.enum(['cx-header', 'cx-footer', 'cx-course']),
    ...shown,
    content: content.optional(),
  }),
]);

/** Every element below these, each with its JSON pointer, in the order of reading. */
export function* nodesOf(nodes: readonly MailNode[], base = '/rows'): Generator<{ node: MailNode; pointer: string }> {
  for (const [at, node] of nodes.entries()) {
    const pointer = `${base}/${at}`;
    yield { node, pointer };
    if (node.children) yield* nodesOf(node.children, `${pointer}/children`);
  }
}

/** A design as it may be stored; unknown elements and whatever is too large are refused. */
export const designSchema: z.ZodType<Design> = z
  .strictObject({
    v: z.literal(1),
    body: attributes,
    rows: z.array(designRow).max(designLimits.rows, `A mail has at most ${designLimits.rows} rows.`),
  })
  .superRefine((design, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['rows'], message });
    if (
      Iterator.from(nodesOf(design.rows))
        .take(designLimits.nodes + 1)
        .toArray().length > designLimits.nodes
    )
      refuse(`A mail has at most ${designLimits.nodes} elements.`);
    if (JSON.stringify(design).length > designLimits.bytes)
      refuse(`This design is longer than ${designLimits.bytes} characters. Shorten it.`);
  })
  .describe(`At most ${designLimits.nodes} elements and ${designLimits.bytes} characters of JSON.`);

/** A language tag in its one spelling; undefined for what is none. */
export function languageTag(text: string | undefined): string | undefined {
  try {
    return text ? Intl.getCanonicalLocales(text)[0] : undefined;
  } catch {
    return undefined;
  }
}

export const emptyDesign = (): Design => ({ v: 1, body: {}, rows: [] });

/** The element at a pointer such as `/rows/2/children/0`; undefined where there is none. */
export function nodeAt(design: Design, pointer: string): MailNode | undefined {
  let nodes: MailNode[] | undefined = design.rows;
  let found: MailNode | undefined;
  for (const key of pointer.split('/').slice(2)) {
    if (key === 'children') {
      nodes = found?.children;
      continue;
    }
    found = nodes?.[Number(key)];
  }
  return found;
}
