import { blockOf, chipsFromLiquid, escapeValue, settled, type Brand, type MailNode, type MailStream } from '#designs';

/*
 * A likeness of the mail for the paper: the same settings and defaults as the mail's HTML, laid out with what browsers
 * have. What is sent is made by the server and shown under Preview.
 */

type Settings = Readonly<Record<string, string | undefined>>;

const css = (rules: Settings): string =>
  Object.entries(rules)
    .flatMap(([name, value]) => (value ? [`${name}:${value.replaceAll(';', '')}`] : []))
    .join(';');

const attribute = (value: string | undefined) => escapeValue(value ?? '');

/** Styles and inner HTML of each part, by its settings with defaults. */
export const drawn = {
  section: (a: Settings) =>
    css({
      display: 'flex',
      'max-width': '600px',
      margin: '0 auto',
      padding: a.padding,
      'background-color': a['background-color'],
      'border-radius': a['border-radius'],
      'border-top': a['border-top'],
      'border-bottom': a['border-bottom'],
      'min-height': '24px',
    }),
  column: (a: Settings) =>
    css({
      flex: a.width ? `0 0 ${a.width}` : '1 1 0',
      'max-width': a.width,
      'min-width': '0',
      'min-height': '24px',
      'align-self':
        a['vertical-align'] === 'middle' ? 'center' : a['vertical-align'] === 'bottom' ? 'flex-end' : 'auto',
      'background-color': a['background-color'],
      border: a.border,
      'border-left': a['border-left'],
      'border-radius': a['border-radius'],
      padding: a.padding,
    }),
  text: (a: Settings) =>
    css({
      'font-family': a['font-family'],
      'font-size': a['font-size'],
      'line-height': a['line-height'],
      'font-weight': a['font-weight'],
      'letter-spacing': a['letter-spacing'],
      color: a.color,
      'text-align': a.align,
      padding: a.padding,
      'background-color': a['container-background-color'],
      'overflow-wrap': 'break-word',
    }),
  buttonBox: (a: Settings) => css({ padding: a.padding, 'text-align': a.align }),
  button: (a: Settings) =>
    css({
      display: 'inline-block',
      width: a.width,
      padding: a['inner-padding'],
      background: a['background-color'],
      color: a.color,
      border: a.border,
      'border-radius': a['border-radius'],
      'font-family': a['font-family'],
      'font-size': a['font-size'],
      'font-weight': a['font-weight'],
      'line-height': '120%',
      'text-align': 'center',
    }),
  image: (a: Settings) => {
    const box = css({ padding: a.padding, 'text-align': a.align });
    if (!a.src) return `<div style="${attribute(box)}"><div class="cx-no-picture">No picture yet</div></div>`;
    const look = css({
      width: a.width || '100%',
      'max-width': '100%',
      display: 'inline-block',
      'vertical-align': 'top',
      'border-radius': a['border-radius'],
    });
    return `<div style="${attribute(box)}"><img src="${attribute(a.src)}" alt="${attribute(a.alt)}" draggable="false" style="${attribute(look)}"></div>`;
  },
  divider: (a: Settings) => {
    const line = css({ 'border-top': `${a['border-width']} ${a['border-style']} ${a['border-color']}` });
    return `<div style="${attribute(css({ padding: a.padding }))}"><div style="${attribute(line)}"></div></div>`;
  },
  spacer: (a: Settings) => `<div style="${attribute(css({ height: a.height }))}"></div>`,
};

/** A block that is shown whole and not edited inside, as it is written out for the mail. */
export function picture(node: MailNode, brand: Brand, stream: MailStream): string {
  const block = blockOf(node.tagName);
  const parts = block?.toMjml(
    { ...node, attributes: settled(node, brand) },
    { brand, stream, base: '', inside: (nodes) => [...(nodes ?? [])] },
  );
  return (parts ?? []).map((part) => written(part, brand)).join('');
}

function written(node: MailNode, brand: Brand): string {
  const a = settled(node, brand);
  const words = () => chipsFromLiquid(node.content ?? '');
  const children = () => (node.children ?? []).map((child) => written(child, brand)).join('');
  switch (node.tagName) {
    case 'mj-section':
      return `<div class="cx-flow" style="${attribute(drawn.section(a))}">${children()}</div>`;
    case 'mj-column':
      return `<div style="${attribute(drawn.column(a))}">${children()}</div>`;
    case 'mj-text':
      return `<div class="cx-words" style="${attribute(drawn.text(a))}">${words()}</div>`;
    case 'mj-button':
      return `<div style="${attribute(drawn.buttonBox(a))}"><span style="${attribute(drawn.button(a))}">${words()}</span></div>`;
    case 'mj-image':
      return drawn.image(a);
    default:
      return '';
  }
}
