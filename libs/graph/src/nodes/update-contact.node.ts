import { fieldOf, isPersonal, personalFields, personalIds } from '#rules';
import { z } from 'zod';
import { defineNode, nextPort } from '../model/node.js';
import {
  anyOf,
  aText,
  eitherOf,
  hear,
  inRow,
  listed,
  mapped,
  number,
  plainNoun,
  quoted,
  set as hears,
  words,
} from '../words/hear.js';
import { cutValue, say, shorten, value, type Phrase } from '../words/phrase.js';

const scalar = z.union([z.string().max(4000), z.number(), z.boolean(), z.null()]);
const attribute = /^attributes(\.[A-Za-z0-9_]{1,100})?$/;
const tag = z.string().trim().min(1, 'A tag has at least one character.').max(100, 'A tag has at most 100 characters.');

const config = z
  .strictObject({
    set: z
      .record(z.string(), z.union([scalar, z.record(z.string().regex(/^[A-Za-z0-9_]{1,100}$/), scalar)]))
      .superRefine((fields, context) => {
        for (const [name, content] of Object.entries(fields)) {
          if (!isPersonal(name) && !attribute.test(name))
            context.addIssue({
              code: 'custom',
              path: [name],
              message: `A step can set ${personalIds.join(', ')} and attributes.<name>, not “${name}”.`,
            });
          else if ((name === 'attributes') !== (typeof content === 'object' && content !== null))
            context.addIssue({ code: 'custom', path: [name], message: `“${name}” cannot take this value.` });
        }
      })
      .optional()
      .meta({ label: 'Set fields', control: 'fields' }),
    add_tags: z.array(tag).max(50).optional().meta({ label: 'Add tags', control: 'tags' }),
    remove_tags: z.array(tag).max(50).optional().meta({ label: 'Remove tags', control: 'tags' }),
  })
  .superRefine((value, context) => {
    if (!Object.keys(value.set ?? {}).length && !value.add_tags?.length && !value.remove_tags?.length)
      context.addIssue({ code: 'custom', path: ['add_tags'], message: 'Say what to change: a field, or a tag.' });
  })
  .describe('It changes at least one field or tag.');

type Config = z.output<typeof config>;

/** `attributes: { plan: "x" }` and `attributes.plan: "x"` mean the same; the effect knows the second only. */
const flat = (fields: NonNullable<Config['set']>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, content]) =>
      typeof content === 'object' && content !== null
        ? Object.entries(content).map(([key, inner]) => [`attributes.${key}`, inner])
        : [[name, content]],
    ),
  );

const inQuotes = (words: readonly string[]) => words.map((word) => `“${word}”`).join(', ');
const tagsValue = (field: string, tags: readonly string[]): Phrase =>
  cutValue(field, shorten(inQuotes(tags), 90), () => inQuotes(tags));

/** “plan to “pro””, “phone to nothing”. */
const setting = ([name, content]: readonly [string, unknown]): string => {
  const noun = fieldOf(name, 'person')?.noun ?? name;
  const said = content === null ? 'nothing' : typeof content === 'string' ? `“${content}”` : String(content);
  return `${noun} to ${said}`;
};
const settings = (fields: Record<string, unknown>): string => Object.entries(fields).map(setting).join(' and ');

/** The name of a field as `setting` says it. */
const aField = anyOf<string>(
  ...personalFields.map(({ id, label }) => mapped(words(label), () => id)),
  mapped(inRow([words('attribute'), quoted()]), ([, name]) => `attributes.${String(name)}`),
  mapped(plainNoun, (name) => `attributes.${name}`),
);
const aSetting = mapped(
  inRow([
    aField,
    words('to'),
    anyOf<unknown>(
      mapped(words('nothing'), () => null),
      mapped(words('true'), () => true),
      mapped(words('false'), () => false),
      number,
      mapped(words('“”'), () => ''),
      aText,
    ),
  ]),
  ([name, , content]) => [name, content] as const,
);
const tags = listed(quoted(), words(','));
const aChange = eitherOf(
  hear`add the tag ${hears('add_tags', tags)}`,
  hear`remove the tag ${hears('remove_tags', tags)}`,
  hear`set ${hears(
    'set',
    mapped(listed(aSetting, words('and')), (found) => Object.fromEntries(found as [string, unknown][])),
  )}`,
);

const changes = ({ set, add_tags, remove_tags }: Partial<Config>): Phrase[][] => {
  const fields = settings(set ? flat(set) : {});
  return [
    ...(add_tags?.length ? [say`add the tag ${tagsValue('add_tags', add_tags)}`] : []),
    ...(remove_tags?.length ? [say`remove the tag ${tagsValue('remove_tags', remove_tags)}`] : []),
    ...(fields ? [say`set ${cutValue('set', shorten(fields, 90), () => fields)}`] : []),
  ];
};

export const updateContact = defineNode({
  type: 'update_contact',
  version: 1,
  kind: 'action',
  icon: 'tag',
  title: 'Change tag or field',
  summary: 'Adds or removes tags, or sets fields of the person.',
  docs:
    'Fields and tags change at once, and so does what depends on them: smart lists, and automations that ' +
    'start from them. Adding a tag the person already has, or removing one they do not have, changes nothing.',
  config,
  defaults: { add_tags: [] },
  ports: nextPort,
  phrases: (config) => {
    const parts = changes(config);
    if (parts.length === 0) return say`Add the tag ${value('add_tags', undefined)}`;
    const phrases = parts.flatMap((part, index) => (index === 0 ? part : [{ text: ', ' }, ...part]));
    const [first, ...rest] = phrases;
    return first ? [{ ...first, text: first.text.charAt(0).toUpperCase() + first.text.slice(1) }, ...rest] : [];
  },
  hears: mapped(listed(aChange, words(',')), (found) => Object.assign({}, ...found) as Record<string, unknown>),
  check: () => [],
  causes: () => ['contact.updated'],
  plan: ({ set, add_tags, remove_tags }) => ({
    effects: [
      {
        type: 'contact.update',
        ...(set ? { set: flat(set) } : {}),
        ...(add_tags?.length ? { add_tags } : {}),
        ...(remove_tags?.length ? { remove_tags } : {}),
      },
    ],
    next: 'next',
  }),
  examples: [
    {
      name: 'Tags and an attribute',
      config: { add_tags: ['abandoned'], set: { attributes: { plan: 'pro' }, country: 'DE' } },
      expect: {
        effects: [
          { type: 'contact.update', set: { 'attributes.plan': 'pro', country: 'DE' }, add_tags: ['abandoned'] },
        ],
        next: 'next',
      },
    },
  ],
});
