import { sentenceOf, type AutomationDocument, type GraphNode } from '#graph';

/** Parts of a document besides its steps, in the words of `about`. */
const partNames = new Map(
  Object.entries<string>({
    ':name': 'The name',
    ':settings': 'The settings',
    ':graph': 'The whole drawing',
    ':set_notes': 'The notes',
    ':set_sections': 'The sections',
    ':set_layout': 'The layout',
  }),
);

/** A part of a step as `about` names it: the step, what of it (`@`, `:` or nothing), and which way out. */
const parse = (document: AutomationDocument, id: string) => {
  const [, step = id, mark, part] = /^([^:@]+)([:@])?(.*)$/.exec(id) ?? [];
  return { node: document.graph.nodes.find((one) => one.id === step), mark, part };
};

/** What something is called that was changed, in the words of `about`; by the first document that has it. */
export const partName = (id: string, ...documents: AutomationDocument[]): string => {
  if (id.startsWith(':')) return partNames.get(id) ?? 'The drawing';
  for (const document of documents) {
    const { node, mark, part } = parse(document, id);
    if (!node) continue;
    const sentence = sentenceOf(node);
    if (mark === '@') return part === 'note' ? `The note on “${sentence}”` : `The position of “${sentence}”`;
    return mark === ':' ? `The path from “${sentence}”` : sentence;
  }
  return 'A step that was removed';
};

/** What a document says of it. */
export const partText = (document: AutomationDocument, id: string): string => {
  if (id === ':name') return document.name;
  if (id.startsWith(':')) return 'changed';
  const { node, mark, part } = parse(document, id);
  if (!node) return 'removed';
  if (mark === '@') return part === 'note' ? (node.note ?? 'no note') : placeOf(node);
  if (mark !== ':') return sentenceOf(node);
  const edge = document.graph.edges.find((one) => one.source === node.id && one.port === part);
  const target = document.graph.nodes.find((one) => one.id === edge?.target);
  return target ? `leads to “${sentenceOf(target)}”` : 'has no next step';
};

const placeOf = ({ position }: GraphNode): string =>
  position ? `${Math.round(position.x)} to the right, ${Math.round(position.y)} down` : 'placed automatically';
