import { blockOf, settingProblem } from '../blocks/index.js';
import { asHex } from '../contrast.js';
import { designSchema, designLimits, languageTag, type Design, type MailNode } from '../design.js';
import { fontStacks } from '../fonts.js';
import { cleanHtml } from './clean-html.js';
import { cleanDesign } from './clean.js';
import { DesignError } from './design-error.js';
import { readMjml } from './mjml-text.js';
import { RemovedCount, type Removed } from './removed.js';
import { renderUnlayer } from './unlayer.js';

export interface Imported {
  editor: 'html' | 'mjml' | 'unlayer';
  /** For `mjml` our design, for `unlayer` theirs. */
  design?: unknown;
  /** Cleaned; `''` for our own designs, which are rendered when they are saved. */
  html: string;
  removed: Removed[];
}

/**
 * A mail from elsewhere, cleaned.
 * @throws DesignError for what is not in that format
 */
export async function importMail(format: Imported['editor'], source: string): Promise<Imported> {
  const removed = new RemovedCount();
  if (format === 'html') return { editor: 'html', html: cleanHtml(source, removed), removed: removed.all };
  if (format === 'mjml') {
    const design = designFromMjml(await readMjml(source), removed);
    return { editor: 'mjml', design, html: '', removed: removed.all };
  }
  let design: unknown;
  try {
    design = JSON.parse(source);
  } catch {
    throw new DesignError('This is no JSON. Export the design from Unlayer as JSON.');
  }
  const { html, unknown } = await renderUnlayer(design, '', removed);
  for (const kind of unknown) removed.add(`${kind} (only Unlayer’s own editor can draw it)`);
  return { editor: 'unlayer', design, html, removed: removed.all };
}

/** Attributes that `mj-attributes` gives to every element of a kind. */
type Given = Map<string, Record<string, string>>;

function designFromMjml(mjml: MailNode, removed: RemovedCount): Design {
  const head = mjml.children?.find(({ tagName }) => tagName === 'mj-head');
  const body = mjml.children?.find(({ tagName }) => tagName === 'mj-body');
  if (!body) throw new DesignError('This MJML has no <mj-body>, so there is nothing to import.');
  const given: Given = new Map();
  for (const { tagName, children = [] } of head?.children ?? []) {
    if (tagName !== 'mj-attributes') {
      if (tagName !== 'mj-title' && tagName !== 'mj-preview') removed.add(`<${tagName}>`);
      continue;
    }
    for (const each of children)
      given.set(each.tagName === 'mj-class' ? `.${each.attributes.name}` : each.tagName, each.attributes);
  }
  const rows = (body.children ?? []).flatMap((node) => rowsOf(node, given, removed));
  const ground = asHex(body.attributes['background-color'] ?? '');
  const lang = languageTag(mjml.attributes.lang);
  const whole = { ...(ground ? { 'background-color': ground } : {}), ...(lang ? { lang } : {}) };
  const design = cleanDesign({ v: 1, body: whole, rows }, removed);
  const parsed = designSchema.safeParse(design);
  if (parsed.success) return parsed.data;
  throw new DesignError(
    'This mail is larger than a design can be.',
    parsed.error.issues
      .slice(0, 10)
      .map(({ path, message }) => ({ pointer: `/${path.map(String).join('/')}`, message })),
  );
}

function rowsOf(node: MailNode, given: Given, removed: RemovedCount): MailNode[] {
  if (node.tagName === 'mj-wrapper') return (node.children ?? []).flatMap((child) => rowsOf(child, given, removed));
  if (node.tagName === 'cx-header' || node.tagName === 'cx-footer' || node.tagName === 'cx-course')
    return [ownOf(node, given, removed)];
  if (node.tagName !== 'mj-section' && node.tagName !== 'mj-hero') {
    removed.add(`<${node.tagName}>`);
    return [];
  }
  const children = node.children ?? [];
  const columns = children.flatMap((child) =>
    child.tagName === 'mj-group' ? (child.children ?? []) : child.tagName === 'mj-column' ? [child] : [],
  );
  // A hero holds its elements itself.
  const loose = children.filter(({ tagName }) => tagName !== 'mj-group' && tagName !== 'mj-column');
  const all = [...columns, ...(loose.length > 0 ? [{ tagName: 'mj-column', attributes: {}, children: loose }] : [])];
  if (all.length > designLimits.columns) removed.add('a column', all.length - designLimits.columns);
  return [
    {
      ...ownOf({ ...node, tagName: 'mj-section' }, given, removed),
      children: all.slice(0, designLimits.columns).map((column) => ({
        ...ownOf({ ...column, tagName: 'mj-column' }, given, removed),
        children: (column.children ?? []).flatMap((leaf) => leavesOf(leaf, given, removed)),
      })),
    },
  ];
}

function leavesOf(node: MailNode, given: Given, removed: RemovedCount): MailNode[] {
  if (blockOf(node.tagName)?.place !== 'leaf') {
    removed.add(`<${node.tagName}>`);
    return [];
  }
  const leaf = ownOf(node, given, removed);
  if (node.tagName !== 'mj-social') return [leaf];
  const parts = (node.children ?? []).filter(({ tagName }) => tagName === 'mj-social-element');
  return [{ ...leaf, children: parts.map((part) => ownOf(part, given, removed)) }];
}

/** The element with the settings that ours can have, those given to its kind or class filled in. */
function ownOf(node: MailNode, given: Given, removed: RemovedCount): MailNode {
  const classes = (node.attributes['mj-class'] ?? '').split(/\s+/).map((name) => given.get(`.${name}`));
  const own = {
    ...given.get('mj-all'),
    ...given.get(node.tagName),
    ...Object.assign({}, ...classes),
    ...node.attributes,
  };
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(own as Record<string, string>)) {
    if (name === 'mj-class' || (name === 'name' && node.tagName !== 'mj-social-element')) continue;
    const written = ours(name, value);
    if (settingProblem(node.tagName, name, written) === undefined) attributes[name] = written;
    else if (name in node.attributes) removed.add(`the setting ${name.slice(0, 40)} of ${node.tagName}`);
  }
  return { tagName: node.tagName, attributes, ...(node.content === undefined ? {} : { content: node.content }) };
}

/** A value as our settings write it: colours as `#rrggbb`, sizes in whole pixels, fonts by what they are like. */
function ours(name: string, value: string): string {
  if (/color$/.test(name)) return asHex(value) ?? value;
  if (name === 'font-weight') return /^(?:bold|[6-9]00)$/.test(value) ? '600' : '400';
  if (name === 'font-family') {
    const exact = Object.values<string>(fontStacks).find((stack) => stack === value);
    const first = value.split(',')[0]!.replace(/['"]/g, '').trim().toLowerCase();
    const like = Object.values<string>(fontStacks).find((stack) =>
      stack.toLowerCase().replace(/'/g, '').startsWith(first),
    );
    return exact ?? like ?? (first === 'arial' ? fontStacks.sans : value);
  }
  if (/^\d{1,2}(?:\.\d+)?$/.test(value) && name === 'line-height') return `${Math.round(Number(value) * 16)}px`;
  return value
    .replace(/(\d+)\.\d+px/g, '$1px')
    .replace(/\s+/g, ' ')
    .trim();
}
