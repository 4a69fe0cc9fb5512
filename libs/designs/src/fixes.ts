import { type Design, type MailNode } from './design.js';

/** A change that puts a problem right, as data. */
export type DesignFix = { label: string } & (
  { kind: 'add_row'; row: MailNode } | { kind: 'set'; pointer: string; attribute: string; value: string }
);

/** The design with a fix carried out; the same design where what it is about is gone. */
export function applyFix(design: Design, fix: DesignFix): Design {
  if (fix.kind === 'add_row') return { ...design, rows: [...design.rows, structuredClone(fix.row)] };
  const keys = fix.pointer
    .split('/')
    .slice(2)
    .filter((key) => key !== 'children')
    .map(Number);
  return { ...design, rows: changed(design.rows, keys, fix.attribute, fix.value) };
}

function changed(nodes: readonly MailNode[], [at, ...rest]: number[], attribute: string, value: string): MailNode[] {
  return nodes.map((node, index) => {
    if (index !== at) return node;
    if (rest.length > 0) return { ...node, children: changed(node.children ?? [], rest, attribute, value) };
    const { [attribute]: _before, ...others } = node.attributes;
    return { ...node, attributes: value === '' ? others : { ...others, [attribute]: value } };
  });
}
