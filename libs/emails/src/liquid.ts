import { ForTag, Liquid, LiquidError, toValueSync, Context, type Emitter, type Template } from 'liquidjs';
import { directPieces, writePieces } from './liquid-direct.js';

/** Most characters one rendered part may have; Postmark takes 5 MB, readers cut long before. */
export const outputCap = 1_000_000;
/** Most items a `for` goes over, and how deep loops may nest: bounds the work of one mail. */
const loopCap = 100;
const loopDepth = 2;

const allowedTags = new Set(['if', 'unless', 'case', 'assign', 'for']);
const allowedFilters = new Set([
  ...['append', 'capitalize', 'default', 'downcase', 'escape', 'prepend', 'remove', 'replace', 'size', 'slice'],
  ...['split', 'strip', 'strip_html', 'strip_newlines', 'truncate', 'truncatewords', 'upcase', 'url_encode'],
  ...['abs', 'at_least', 'at_most', 'ceil', 'divided_by', 'floor', 'minus', 'modulo', 'plus', 'round', 'times'],
  ...['first', 'join', 'last', 'reverse', 'sort', 'uniq', 'date'],
]);

/** What is wrong with a template, and where. Lines and columns count from 1. */
export class TemplateError extends Error {
  constructor(
    message: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(message);
    this.name = 'TemplateError';
  }
}

let openLoops = 0;

/** Liquid's loop over at most 100 items, nested at most twice. */
class BoundedFor extends ForTag {
  constructor(...parts: ConstructorParameters<typeof ForTag>) {
    openLoops += 1;
    try {
      if (openLoops > loopDepth) throw new Error(`loops can be nested ${loopDepth} deep at most`);
      super(...parts);
    } finally {
      openLoops -= 1;
    }
    const given = this.hash;
    this.hash = Object.assign(Object.create(Object.getPrototypeOf(given)), given, {
      *render(context: Context): Generator<unknown, Record<string, unknown>, Record<string, unknown>> {
        const asked = { ...(yield given.render(context)) };
        const limit = Number(asked.limit ?? loopCap);
        asked.limit = Number.isFinite(limit) ? Math.min(Math.max(Math.trunc(limit), 0), loopCap) : loopCap;
        return asked;
      },
    });
  }
}

/** Collects output and gives up past the cap, so that a small template cannot grow without bound. */
class CappedOutput implements Emitter {
  buffer = '';
  write(part: unknown): void {
    this.buffer += typeof part === 'string' ? part : part === null || part === undefined ? '' : String(part);
    if (this.buffer.length > outputCap) {
      throw new Error(`the result is longer than ${outputCap.toLocaleString('en')} characters`);
    }
  }
}

const htmlEscapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export function escapeHtml(value: unknown): string {
  const text = value === null || value === undefined ? '' : Array.isArray(value) ? value.join('') : String(value);
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (character) => htmlEscapes[character]!) : text;
}

function closedDown(escaped: boolean): Liquid {
  const engine = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: false,
    // Nothing can be included, whatever tag a later version brings.
    templates: {},
    parseLimit: 2_000_000,
    renderLimit: 1_000,
    memoryLimit: 5_000_000,
    timezoneOffset: 'UTC',
    locale: 'en',
    preserveTimezones: true,
    ...(escaped ? { outputEscape: escapeHtml } : {}),
  });
  for (const tag of Object.keys(engine.tags)) if (!allowedTags.has(tag)) delete engine.tags[tag];
  for (const filter of Object.keys(engine.filters)) if (!allowedFilters.has(filter)) delete engine.filters[filter];
  engine.registerTag('for', BoundedFor);
  // Every output is escaped already; the filter, when it comes last, must not do it twice.
  engine.registerFilter('escape', escaped ? { raw: true, handler: escapeHtml } : escapeHtml);
  return engine;
}

const engines = { html: closedDown(true), text: closedDown(false) };

export type Escaping = keyof typeof engines;

/** A parsed template; rendering it again costs no parsing. */
export interface LiquidTemplate {
  /** @throws TemplateError when a limit is reached or a filter cannot work with its value. */
  render(data: Record<string, unknown>): string;
  /** The names of the roots it reads, e.g. `contact`, `links`. */
  roots: ReadonlySet<string>;
}

/**
 * Parses Liquid with the tags if, unless, case, assign and for, and an allow-list of filters.
 * With escaping `html` every output is escaped; there is no way round it.
 * @throws TemplateError with line and column.
 */
export function parseLiquid(source: string, escaping: Escaping): LiquidTemplate {
  const engine = engines[escaping];
  let parts: Template[];
  let roots: Set<string>;
  try {
    openLoops = 0;
    parts = engine.parse(source);
    roots = new Set(Object.keys(engine.parseAndAnalyzeSync(source).globals));
  } catch (error) {
    throw placed(error);
  }
  const interpret = (data: Record<string, unknown>): string => {
    const output = new CappedOutput();
    try {
      const context = new Context(data, engine.options, { sync: true });
      toValueSync(engine.renderer.renderTemplates(parts, context, output));
    } catch (error) {
      throw placed(error);
    }
    return output.buffer;
  };
  // What a template assigns may hide the data's own names, so such a template is Liquid's alone.
  if (/\{%-?\s*assign\b/.test(source)) return { roots, render: interpret };

  const pieces = directPieces(parts, escaping === 'html' ? escapeHtml : undefined);
  return {
    roots,
    render(data) {
      const output = new CappedOutput();
      let context: Context | undefined;
      const slowly = (some: Template[]) => {
        context ??= new Context(data, engine.options, { sync: true });
        toValueSync(engine.renderer.renderTemplates(some, context, output));
      };
      try {
        writePieces(pieces, data, output, slowly);
      } catch {
        // Once more in Liquid's own way, which knows the place of what went wrong.
        return interpret(data);
      }
      return output.buffer;
    },
  };
}

function placed(error: unknown): TemplateError {
  const message = (error as Error).message.replace(/, (file|line):.*$/s, '');
  if (!LiquidError.is(error)) return new TemplateError(message, 1, 1);
  const token = (error as LiquidError & { token?: { getPosition(): [number, number] } }).token;
  const [line = 1, column = 1] = token?.getPosition() ?? [];
  return new TemplateError(message, line, column);
}
