import { languageTag } from '../design.js';
import { cleanHtml } from './clean-html.js';
import { DesignError } from './design-error.js';
import { RemovedCount } from './removed.js';
import { readUnlayer, type UnlayerRow } from './unlayer-design.js';

type Values = Record<string, unknown>;
type Exporter = (...given: unknown[]) => string;
type Exporters = typeof import('@unlayer/exporters');

export interface RenderedUnlayer {
  html: string;
  bytes: number;
  /** Kinds of content that only Unlayer's own editor can draw; they are missing from `html` unless it exported it. */
  unknown: string[];
  /** Whether the HTML is what the editor exported. */
  exported: boolean;
}

/** What the exporters leave to the page around: columns beside each other, and below each other on a phone. */
const layoutCss = (width: number): string =>
  [
    'body{margin:0;padding:0}table,td{border-collapse:collapse;vertical-align:top}p{margin:0}',
    '.ie-container table,.mso-container table{table-layout:fixed}*{line-height:inherit}',
    `@media only screen and (min-width:${width + 20}px){.u-row{width:${width}px!important}.u-row .u-col{vertical-align:top}}`,
    `@media only screen and (max-width:${width + 20}px){.u-row-container{max-width:100%!important;padding-left:0!important;padding-right:0!important}`,
    '.u-row{width:100%!important}.u-row .u-col{display:block!important;width:100%!important;min-width:320px!important;max-width:100%!important}',
    '.u-row .u-col img{max-width:100%!important}.u-col>div{margin:0 auto}}',
  ].join('');

/** How wide each column that occurs is, where they stand beside each other; `33p33` is 33.33 %. */
const columnCss = (html: string, width: number): string => {
  const shares = new Set([...html.matchAll(/\bu-col-(\d{1,3}(?:p\d{1,4})?)\b/g)].map((hit) => hit[1]!));
  const rules = [...shares].map((share) => {
    const pixels = Math.round(Number(share.replace('p', '.')) * width) / 100;
    return `.u-row .u-col-${share}{width:${pixels}px!important}`;
  });
  return `@media only screen and (min-width:${width + 20}px){${rules.join('')}}`;
};

/**
 * An Unlayer design as HTML, composed of Unlayer's own exporters and cleaned. Where it has content that they cannot
 * draw, what the editor exported is used instead, if there is any.
 * @param exported the editor's own HTML; `''` for none
 * @throws DesignError for what is no Unlayer design
 */
export async function renderUnlayer(
  given: unknown,
  exported = '',
  removed = new RemovedCount(),
): Promise<RenderedUnlayer> {
  const design = readUnlayer(given);
  const library = await import('@unlayer/exporters');
  const unknown = new Set<string>();
  const composed = composedHtml(design.body, library, unknown, languageOf(design.body.values, exported));
  const isExported = unknown.size > 0 && exported.trim() !== '';
  const html = cleanHtml(isExported ? exported : composed, removed);
  return { html, bytes: Buffer.byteLength(html), unknown: [...unknown], exported: isExported };
}

/** The language of a mail's words: as the design names it, else as the editor exported it, else undetermined. */
function languageOf(values: Values | undefined, exported: string): string {
  const named = values?.language as { value?: unknown } | string | null | undefined;
  const own = typeof named === 'object' ? named?.value : named;
  const written = /<html\b[^<>]*?\slang\s*=\s*["']?([\w-]{1,35})/i.exec(exported.slice(0, 2_000))?.[1];
  return languageTag(typeof own === 'string' ? own : undefined) ?? languageTag(written) ?? 'und';
}

/**
 * Gives parts their ids in style sheets, where a design that a program wrote has none: `u_content_text_2`, as Unlayer's
 * editor counts them.
 */
function namer(body: ReturnType<typeof readUnlayer>['body']): (kind: string, values: Values) => Values {
  const metaOf = (values: Values | undefined) => values?._meta as { htmlID?: unknown } | null | undefined;
  const taken = new Set<unknown>();
  for (const row of [...(body.headers ?? []), ...body.rows, ...(body.footers ?? [])]) {
    taken.add(metaOf(row.values)?.htmlID);
    for (const column of row.columns) {
      taken.add(metaOf(column.values)?.htmlID);
      for (const item of column.contents) taken.add(metaOf(item.values)?.htmlID);
    }
  }
  const counters = new Map<string, number>();
  return (kind, values) => {
    const meta = metaOf(values);
    if (typeof meta?.htmlID === 'string' && meta.htmlID !== '') return values;
    let count = counters.get(kind) ?? 0;
    do count += 1;
    while (taken.has(`${kind}_${count}`));
    counters.set(kind, count);
    return { ...values, _meta: { htmlClassNames: kind, ...meta, htmlID: `${kind}_${count}` } };
  };
}

function composedHtml(
  body: ReturnType<typeof readUnlayer>['body'],
  library: Exporters,
  unknown: Set<string>,
  language: string,
): string {
  const tools = new Map(
    Object.entries(library.exporters as unknown as Record<string, { email?: Exporter; web?: Exporter }>),
  );
  const defaults = new Map(
    Object.entries(library as unknown as Record<string, Values>).filter(([name]) => name.endsWith('Defaults')),
  );
  const heads = new Map(Object.entries(library.heads as Record<string, Record<string, Exporter | undefined>>));
  const settled = (name: string, values?: Values): Values => ({ ...defaults.get(`${name}Defaults`), ...values });
  const named = namer(body);
  const bodyValues = named('u_body', settled('Body', body.values));
  const css = new Set<string>();
  const tags = new Set<string>();
  const headOf = (name: string, values: Values) => {
    const given = [
      values,
      bodyValues,
      { displayMode: 'email', isViewer: false, variant: null, type: 'rows', headConfig },
    ];
    for (const [set, part] of [
      [css, 'css'],
      [tags, 'tags'],
    ] as const)
      for (const text of [heads.get(name)?.[part]?.(...given) ?? []].flat())
        if (typeof text === 'string') set.add(text);
  };
  const draw = (name: string, ...given: unknown[]): string | undefined =>
    (tools.get(name)?.email ?? tools.get(name)?.web)?.(...given);

  const drawRow = (row: UnlayerRow, rowIndex: number, collection: string): string => {
    const { cells } = row;
    const rowValues: Values = { ...named('u_row', settled('Row', row.values)), cells };
    headOf('Row', rowValues);
    const columns = row.columns.map((column, columnIndex) => {
      const columnValues = named('u_column', settled('Column', column.values));
      headOf('Column', columnValues);
      const contents = column.contents.map((item, index) => {
        const name = `${item.type.slice(0, 1).toUpperCase()}${item.type.slice(1)}`;
        const kind = `u_content_${item.type.replace(/\W/g, '_')}`;
        const values = flatLinks(named(kind, settled(name, item.values)));
        const html = draw(
          name,
          values,
          index,
          columnIndex,
          cells,
          bodyValues,
          rowValues,
          {},
          {
            ...{ index, columnIndex, columnValues, rowIndex, rowCells: cells, rowValues, bodyValues, exporterConfig },
            ...{ embeddedValues: {}, mergeTagState: { mergeTagGroup: '', mergeTagRule: '', mergeTags: {} } },
          },
        );
        if (html === undefined) {
          unknown.add(item.slug ? `${item.type}:${item.slug}` : item.type);
          return '';
        }
        headOf(name, values);
        return (
          draw('Content', html, values, bodyValues, { bodyValues, rowValues, variant: null, type: collection }) ?? html
        );
      });
      const meta = { bodyValues, rowValues, columnIndex, rowCells: cells };
      return draw('Column', contents.join(''), columnValues, columnIndex, cells, bodyValues, rowValues, meta) ?? '';
    });
    const meta = { collection, variant: null, bodyValues, rowValues, type: collection };
    const html = draw('Row', columns.join(''), rowValues, bodyValues, meta) ?? '';
    const only = row.values?.displayCondition as { before?: unknown; after?: unknown } | null | undefined;
    return `${liquidOnly(only?.before)}${html}${liquidOnly(only?.after)}`;
  };

  headOf('Body', bodyValues);
  let inner: string;
  try {
    inner = (['headers', 'rows', 'footers'] as const)
      .flatMap((collection) => (body[collection] ?? []).map((row, at) => drawRow(row, at, collection)))
      .join('');
    inner = draw('Body', inner, bodyValues, { bodyValues, type: 'rows', variant: null }) ?? inner;
  } catch (error) {
    throw new DesignError(`Unlayer’s own renderer cannot draw this design: ${(error as Error).message.slice(0, 200)}`);
  }
  const width = Math.min(1_000, Math.max(300, parseInt(String(bodyValues.contentWidth), 10) || 600));
  const head = [
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="x-apple-disable-message-reformatting">',
    ...tags,
    `<style>${layoutCss(width)}${columnCss(inner, width)}${[...css].join('\n')}</style>`,
  ].join('');
  const whole = /<body\b/i.test(inner) ? inner : `<body style="margin:0">${inner}</body>`;
  return `<!doctype html><html lang="${language}"><head>${head}</head>${whole}</html>`;
}

const headConfig = { hasFeature: () => false, getInitialValues: () => ({}) };
const exporterConfig = {
  toSafeHtml: (html: unknown) => html,
  textDirection: null,
  cdnBaseUrl: 'https://cdn.tools.unlayer.com',
  generateHtmlFromTextJson: (json: unknown) => json,
};

/** A row's condition is Liquid and nothing else. */
const liquidOnly = (text: unknown): string =>
  typeof text === 'string' && /^\s*(?:\{%[^{}]*%\}\s*)+$/.test(text) ? text : '';

/** The editor keeps a link as `{ name, values: { href, target } }`; the exporters take it flat. */
function flatLinks(values: Values): Values {
  const flat = { ...values };
  for (const key of ['href', 'action'] as const) {
    const link = flat[key] as
      { name?: unknown; values?: { href?: unknown; target?: unknown }; attrs?: unknown } | undefined;
    if (link && typeof link === 'object' && link.values)
      flat[key] = { name: link.name, url: link.values.href, target: link.values.target, attrs: link.attrs };
  }
  return flat;
}
