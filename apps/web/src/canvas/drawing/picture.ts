import {
  isEntry,
  limitPhrases,
  nodeDef,
  portsOf,
  sentenceOf,
  withSteps,
  type AutomationDocument,
  type GraphNode,
  type Names,
} from '#graph';
import { place, portX, roundedPath, route, sizeOf } from './geometry';
import { kindColor } from '../../automations/step-icon';

const MARGIN = 40;
const TITLE = 56;
const SERIF = "Georgia, 'Times New Roman', serif";
const SANS = "system-ui, 'Helvetica Neue', Arial, sans-serif";

/** What the picture takes from the page: colours by their CSS name, and how wide a text is in pixels. */
export interface Ink {
  color: (variable: string) => string;
  width: (text: string, font: string) => number;
}

const safe = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The words in at most two lines of this width; what does not fit ends in an ellipsis. */
export function twoLines(text: string, room: number, width: (text: string) => number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (width(longer) <= room || lines.at(-1) === '') lines[lines.length - 1] = longer;
    else if (lines.length < 2) lines.push(word);
    else {
      lines[1] = `${lines[1]}…`;
      break;
    }
  }
  return lines;
}

/**
 * The whole drawing as an SVG document of its own: nothing of the page is needed to show it, so its letters are those
 * that every reader has.
 */
export function pictureOf(document: AutomationDocument, things: Names, ink: Ink): string {
  const { graph, name, settings } = document;
  const names = withSteps(things, graph);
  const { places, turns } = place(graph, 'build');
  const across = [...turns.values()].flat().map(({ x }) => x);
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const corner = (id: string) => places.get(id) ?? { x: 0, y: 0 };
  const boxes = graph.nodes.map((node) => ({ ...corner(node.id), ...sizeOf(node, 'build') }));
  const left = Math.min(0, ...boxes.map(({ x }) => x), ...across) - MARGIN;
  const right = Math.max(280, ...boxes.map(({ x, width }) => x + width + 60), ...across) + MARGIN;
  const top = Math.min(0, ...boxes.map(({ y }) => y)) - MARGIN - TITLE;
  const bottom = Math.max(0, ...boxes.map(({ y, height }) => y + height)) + MARGIN;

  const text = (x: number, y: number, font: string, color: string, words: string, more = '') =>
    `<text x="${x}" y="${y}" style="font:${safe(font)}" fill="${ink.color(color)}"${more}>${safe(words)}</text>`;
  const card = (node: GraphNode): string => {
    const { x, y } = corner(node.id);
    const { width, height } = sizeOf(node, 'build');
    const font = `15px ${SERIF}`;
    const lines = twoLines(sentenceOf(node, names), width - 36, (words) => ink.width(words, font));
    const kind = kindColor(node.type).slice('var('.length, -1);
    const title = nodeDef(node.type)?.title ?? node.type;
    const isEnd = nodeDef(node.type)?.kind === 'end';
    return [
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="${ink.color('--card')}" stroke="${ink.color('--line')}"/>`,
      `<rect x="${x}" y="${y}" width="3" height="${height}" fill="${ink.color(kind)}"/>`,
      isEnd ? '' : text(x + 18, y + 26, `500 12px ${SANS}`, kind, title.toUpperCase(), ' letter-spacing="0.6"'),
      ...lines.map((line, at) => text(x + 18, y + (isEnd ? 30 : 50) + at * 21, font, '--ink', line)),
      isEntry(node)
        ? text(
            x + 18,
            y + height - 14,
            `12px ${SANS}`,
            '--ink-2',
            limitPhrases(settings, node, names)
              .map((one) => one.text)
              .join(''),
          )
        : '',
    ].join('');
  };
  const path = ({ source, port, target }: (typeof graph.edges)[number]): string => {
    const [from, to] = [nodes.get(source), nodes.get(target)];
    const label = from && portsOf(from).find((one) => one.id === port)?.label;
    if (!from || !to || label === undefined) return '';
    const [a, b, size] = [corner(source), corner(target), sizeOf(from, 'build')];
    const start = { x: a.x + portX(from, port, size.width), y: a.y + size.height };
    const end = { x: b.x + sizeOf(to, 'build').width / 2, y: b.y };
    const line = roundedPath(route(start, end, turns.get(`${source}:${port}`)));
    return [
      `<path d="${line}" fill="none" stroke="${ink.color('--ink-3')}" stroke-width="1.5" marker-end="url(#end)"/>`,
      label
        ? text(
            start.x,
            start.y + 16,
            `italic 13px ${SERIF}`,
            '--ink-2',
            label,
            ` text-anchor="middle" paint-order="stroke" stroke="${ink.color('--paper')}" stroke-width="4"`,
          )
        : '',
    ].join('');
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${right - left}" height="${bottom - top}" viewBox="${left} ${top} ${right - left} ${bottom - top}">`,
    `<title>${safe(name)}</title>`,
    `<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M1 1 7 4 1 7" fill="none" stroke="${ink.color('--ink-3')}"/></marker></defs>`,
    `<rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" fill="${ink.color('--paper')}"/>`,
    text(left + MARGIN, top + MARGIN + 16, `500 24px ${SERIF}`, '--ink', name),
    ...graph.edges.map(path),
    ...graph.nodes.map(card),
    '</svg>',
  ].join('\n');
}

/** Colours and widths of the page that is open. */
export function inkOf(page: Document): Ink {
  const style = getComputedStyle(page.documentElement);
  const pen = page.createElement('canvas').getContext('2d');
  return {
    color: (variable) => style.getPropertyValue(variable).trim(),
    width: (text, font) => {
      if (!pen) return text.length * 7;
      pen.font = font;
      return pen.measureText(text).width;
    },
  };
}

/** The most pixels of a side: browsers refuse larger ones. */
const LARGEST = 8_000;

/** The SVG as a PNG of twice its size, or of as much as a browser can draw. @throws Error where it cannot be drawn */
export async function asPng(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    await image.decode();
    const scale = Math.min(2, LARGEST / Math.max(image.width, image.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const png = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    if (!png) throw new Error('This browser cannot draw a picture of this size. Save it as SVG.');
    return png;
  } finally {
    URL.revokeObjectURL(image.src);
  }
}
