import { type Design, type MailNode } from './design.js';

/** A change that puts a problem right, as data. */
export type DesignFix = { label: string } & (
  | { kind: 'add_row'; row: MailNode }
  | { kind: 'set'; pointer: string; attribute: string; value: string }
  | { kind: 'remove'; pointer: string }
);

/** The design with a fix carried out; the same design where what it is about is gone. */
export function applyFix(design: Design, fix: DesignFix): Design {
  if (fix.kind === 'add_row') return { ...design, rows: [...design.rows, structuredClone(fix.row)] };
  const keys = fix.pointer
    .split('/')
    .slice(2)
    .filter((key) => key !== 'children')
    .map(Number);
  const change = (node: MailNode): MailNode[] => {
    if (fix.kind === 'remove') return [];
    const { [fix.attribute]: _before, ...others } = node.attributes;
    return [{ ...node, attributes: fix.value === '' ? others : { ...others, [fix.attribute]: fix.value } }];
  };
  return { ...design, rows: changed(design.rows, keys, change) };
}

function changed(
  nodes: readonly MailNode[],
  [at, ...rest]: number[],
  change: (node: MailNode) => MailNode[],
): MailNode[] {
  return nodes.flatMap((node, index) => {
    if (index !== at) return [node];
    return rest.length > 0 ? [{ ...node, children: changed(node.children ?? [], rest, change) }] : change(node);
  });
}
