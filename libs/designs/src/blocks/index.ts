import type { BlockDef } from '../block.js';
import type { Brand } from '../brand.js';
import type { MailNode } from '../design.js';
import { button } from './button.block.js';
import { column } from './column.block.js';
import { course } from './course.block.js';
import { divider } from './divider.block.js';
import { footer } from './footer.block.js';
import { header } from './header.block.js';
import { image } from './image.block.js';
import { section } from './section.block.js';
import { social, socialElement } from './social.block.js';
import { spacer } from './spacer.block.js';
import { text } from './text.block.js';

export { networks } from './social.block.js';

/** Every kind of element that a design may have. The only list. */
export const blocks: readonly BlockDef[] = [
  section,
  column,
  text,
  button,
  image,
  divider,
  spacer,
  social,
  socialElement,
  header,
  footer,
  course,
];

const byTag = new Map<string, BlockDef>(blocks.map((block) => [block.tagName, block]));

/** The definition behind a tag; undefined for a tag that no design may have. */
export const blockOf = (tagName: string): BlockDef | undefined => byTag.get(tagName);

/** What is wrong with one setting of an element, as a sentence; undefined where nothing is. */
export function settingProblem(tagName: string, name: string, value: string): string | undefined {
  const shape: Readonly<Record<string, { safeParse(value: unknown): { error?: { issues: { message: string }[] } } }>> =
    blockOf(tagName)?.fields.shape ?? {};
  if (!Object.hasOwn(shape, name)) return 'This element has no such setting.';
  return shape[name]!.safeParse(value).error?.issues[0]?.message;
}

/** An element's settings as canvas and mail use them: its own where they are valid, else what its kind has. */
export function settled({ tagName, attributes }: MailNode, brand: Brand): Record<string, string> {
  const own = Object.entries(attributes).filter(
    ([name, value]) => value !== '' && settingProblem(tagName, name, value) === undefined,
  );
  return { ...blockOf(tagName)?.defaults(brand), ...Object.fromEntries(own) };
}
