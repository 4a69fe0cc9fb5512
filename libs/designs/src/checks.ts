import { blockOf, settled, settingProblem } from './blocks/index.js';
import type { MailStream } from './block.js';
import type { Brand } from './brand.js';
import { contrastOf, LARGE_CONTRAST, readableOn, TEXT_CONTRAST } from './contrast.js';
import { nodesOf, type Design, type MailNode } from './design.js';
import type { DesignFix } from './fixes.js';
import { plainWords } from './words.js';

/** Bytes beyond which Gmail shows only the beginning of a mail. */
export const CLIPPED_AT = 102 * 1024;

export type DesignProblemCode =
  | 'empty'
  | 'no_footer'
  | 'no_alt'
  | 'no_picture'
  | 'no_link'
  | 'no_words'
  | 'too_heavy'
  | 'contrast'
  | 'font'
  | 'setting'
  | 'mostly_pictures'
  | 'marketing_on_transactional';

/** One thing that is wrong with a design, or worth a look. */
export interface DesignProblem {
  code: DesignProblemCode;
  severity: 'blocks' | 'look';
  /** JSON pointer into the design, such as `/rows/1/children/0`; `''`: the whole. */
  pointer: string;
  message: string;
  /** What would put it right, where one change does. */
  fix?: DesignFix;
}

/** Problems told of one design. */
const MOST = 100;

/**
 * What is wrong with a design, without rendering it.
 * @param bytes how long its HTML is, where somebody has rendered it
 */
export function checkDesign(design: Design, brand: Brand, stream: MailStream, bytes?: number): DesignProblem[] {
  const all = [...nodesOf(design.rows)];
  const problems = [...ofTheWhole(design, all, stream, bytes)];
  for (const { node, pointer } of all) {
    problems.push(...ofSettings(node, pointer), ...ofElement(node, pointer, brand, groundAt(design, pointer, brand)));
    if (problems.length >= MOST) break;
  }
  return problems.slice(0, MOST);
}

/** What is wrong with a mail's weight: its HTML in bytes. */
export const weightProblem = (bytes: number): DesignProblem | undefined =>
  bytes <= CLIPPED_AT
    ? undefined
    : {
        code: 'too_heavy',
        severity: 'look',
        pointer: '',
        message: `This mail has ${Math.ceil(bytes / 1024)} KB. Gmail cuts off what is beyond 102 KB, the footer first. Shorten it.`,
      };

type Placed = { node: MailNode; pointer: string };

function* ofTheWhole(design: Design, all: Placed[], stream: MailStream, bytes?: number): Generator<DesignProblem> {
  const footers = all.filter(({ node }) => node.tagName === 'cx-footer');
  const linked = all.some(({ node }) => (node.content ?? '').includes('links.unsubscribe'));
  if (design.rows.length === 0)
    yield {
      code: 'empty',
      severity: 'blocks',
      pointer: '',
      message: 'This mail is empty. Add a text.',
      fix: { label: 'Add a text', kind: 'add_row', row: rowOf(blockOf('mj-text')!.fresh()) },
    };
  if (stream === 'broadcast' && !linked && !footers.some(({ node }) => node.only === undefined))
    yield {
      code: 'no_footer',
      severity: 'look',
      pointer: '',
      message: 'Not every reader gets a footer. Cortex adds your address and the unsubscribe link at the end.',
      fix: { label: 'Add the footer', kind: 'add_row', row: blockOf('cx-footer')!.fresh() },
    };
  if (stream === 'transactional' && linked)
    yield {
      code: 'marketing_on_transactional',
      severity: 'blocks',
      pointer: all.find(({ node }) => (node.content ?? '').includes('links.unsubscribe'))!.pointer,
      message: 'A mail with an unsubscribe link is marketing. Remove the link, or make this a broadcast.',
    };
  const heavy = bytes === undefined ? undefined : weightProblem(bytes);
  if (heavy) yield heavy;
  const pictures = all.filter(({ node }) => node.tagName === 'mj-image' && node.attributes.src);
  const letters = all.reduce((sum, { node }) => sum + lettersOf(node), 0);
  if (pictures.length > 0 && letters < pictures.length * 60)
    yield {
      code: 'mostly_pictures',
      severity: 'look',
      pointer: pictures[0]!.pointer,
      message: 'This mail is nearly all pictures. With pictures off it says little, and filters take it for spam.',
    };
}

const rowOf = (leaf: MailNode): MailNode => ({
  tagName: 'mj-section',
  attributes: {},
  children: [{ tagName: 'mj-column', attributes: {}, children: [leaf] }],
});

const lettersOf = ({ content, attributes }: MailNode): number =>
  plainWords(content ?? '').length + (attributes.title?.length ?? 0) + (attributes.blurb?.length ?? 0);

function* ofSettings(node: MailNode, pointer: string): Generator<DesignProblem> {
  const label = blockOf(node.tagName)?.label ?? node.tagName;
  for (const [name, value] of Object.entries(node.attributes)) {
    if (value === '') continue;
    const wrong = settingProblem(node.tagName, name, value);
    if (wrong === undefined) continue;
    const fix: DesignFix = { label: 'Leave it out', kind: 'set', pointer, attribute: name, value: '' };
    if (name === 'font-family')
      yield {
        code: 'font',
        severity: 'look',
        pointer,
        message: `“${value.slice(0, 60)}” is not on most readers’ machines. The brand’s font is used instead.`,
        fix: { ...fix, label: 'Use the brand’s font' },
      };
    else
      yield {
        code: 'setting',
        severity: 'look',
        pointer,
        message: `${label}: “${name}” is left out. ${wrong}`,
        fix,
      };
  }
}

function* ofElement(node: MailNode, pointer: string, brand: Brand, ground: string): Generator<DesignProblem> {
  const look = settled(node, brand);
  const words = plainWords(node.content ?? '');
  const at = (code: DesignProblemCode, message: string, fix?: DesignFix): DesignProblem => ({
    code,
    severity: 'look',
    pointer,
    message,
    ...(fix ? { fix } : {}),
  });
  const remove = (label: string): DesignFix => ({ label, kind: 'remove', pointer });
  switch (node.tagName) {
    case 'mj-image':
      if (!look.src)
        yield at('no_picture', 'No picture was chosen, so nothing is shown here.', remove('Remove the picture'));
      else if (!look.alt?.trim())
        yield at('no_alt', 'Say in words what this picture shows, for readers who do not see it.');
      return;
    case 'cx-course':
      if (look.src && !look.alt?.trim()) yield at('no_alt', 'Say in words what the picture of this course shows.');
      if (!look.href) yield at('no_link', 'This course has no link, so it gets no button.');
      return;
    case 'mj-button':
      if (!look.href) yield at('no_link', `The button “${words.slice(0, 40)}” leads nowhere. Give it a link.`);
      if (words === '') yield at('no_words', 'This button has no words.', remove('Remove the button'));
      yield* contrastProblem(
        look.color!,
        look['background-color']!,
        pointer,
        'color',
        'The words of this button',
        brand,
      );
      return;
    case 'mj-social':
      if (!(node.children ?? []).some(({ attributes }) => attributes.href))
        yield at('no_link', 'None of these networks has a link, so nothing is shown here.');
      return;
    case 'mj-text': {
      if (words === '') yield at('no_words', 'This text is empty.', remove('Remove the text'));
      if (/<a\b(?![^<>]*\shref=)/.test(node.content ?? '')) yield at('no_link', 'A link in this text leads nowhere.');
      const large = parseInt(look['font-size'] ?? '16', 10) >= 24;
      const own = look['container-background-color'] ?? ground;
      yield* contrastProblem(
        look.color!,
        own,
        pointer,
        'color',
        'This text',
        brand,
        large ? LARGE_CONTRAST : TEXT_CONTRAST,
      );
      return;
    }
    case 'cx-footer':
      yield* contrastProblem(look.color!, look['background-color']!, pointer, 'color', 'The footer', brand);
      return;
  }
}

function* contrastProblem(
  front: string,
  ground: string,
  pointer: string,
  attribute: string,
  what: string,
  brand: Brand,
  wanted = TEXT_CONTRAST,
): Generator<DesignProblem> {
  const ratio = contrastOf(front, ground);
  if (ratio === undefined || ratio >= wanted) return;
  const value = readableOn(ground, brand.ink);
  const better = (contrastOf(value, ground) ?? 0) >= wanted;
  yield {
    code: 'contrast',
    severity: 'look',
    pointer,
    message: `${what} is hard to read: contrast ${ratio} to 1, and ${wanted} is needed.`,
    ...(better
      ? { fix: { label: `Make it ${value === '#ffffff' ? 'white' : 'dark'}`, kind: 'set', pointer, attribute, value } }
      : {}),
  };
}

/** What an element stands on: its column's ground, else its row's, else the paper. */
function groundAt(design: Design, pointer: string, brand: Brand): string {
  const [, , row, , column] = pointer.split('/');
  const section = design.rows[Number(row)];
  const inside = column === undefined ? undefined : section?.children?.[Number(column)];
  return (
    (inside && settled(inside, brand)['background-color']) ??
    (section && settled(section, brand)['background-color']) ??
    brand.paper
  );
}
