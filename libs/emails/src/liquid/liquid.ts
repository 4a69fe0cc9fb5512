import { mailFilters, mailTags } from '#designs';
import { ForTag, Liquid, LiquidError, toValueSync, Context, type Emitter, type Template } from 'liquidjs';
import { directPieces, writePieces } from './liquid-direct.js';
import { dateInZone } from './liquid-date.js';
import { inWords } from './liquid-money.js';
import { readableLiquid, tooComplex } from './liquid-source.js';
import { usedVariables, type UsedVariable } from './template-variables.js';
import { Marks } from './text-part.js';

/** Most characters one rendered part may have; Postmark takes 5 MB, readers cut long before. */
const outputCap = 1_000_000;
/** Most items a `for` goes over, and how deep loops may nest: bounds the work of one mail. */
const loopCap = 100;
const loopDepth = 2;

const allowedTags = new Set<string>(mailTags);
const allowedFilters = new Set<string>(mailFilters);

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

const htmlEscapes = new Map(
  Object.entries<string>({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }),
);
export function escapeHtml(value: unknown): string {
  const text = asText(value);
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (character) => htmlEscapes.get(character)!) : text;
}

/** A value as a mail shows it: a list with commas, nothing for what is missing or has no words of its own. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(asText).join(', ');
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' && value.toString === Object.prototype.toString ? '' : String(value);
}

/** The marks of the mail that is being rendered; rendering is synchronous. */
let marking = new Marks();
const mark = (value: unknown): string => marking.mark(asText(value));

/** What every output of a part goes through. */
const outputs = { html: escapeHtml, text: asText, marks: mark };

function closedDown(escaping: keyof typeof outputs): Liquid {
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
    outputEscape: outputs[escaping],
  });
  for (const tag of Object.keys(engine.tags)) if (!allowedTags.has(tag)) delete engine.tags[tag];
  for (const filter of Object.keys(engine.filters)) if (!allowedFilters.has(filter)) delete engine.filters[filter];
  engine.registerTag('for', BoundedFor);
  engine.registerFilter('date', dateInZone);
  engine.registerFilter('money', inWords);
  // Every output is escaped already; the filter, when it comes last, must not do it twice.
  engine.registerFilter('escape', escaping === 'text' ? escapeHtml : { raw: true, handler: outputs[escaping] });
  return engine;
}

const engines = { html: closedDown('html'), text: closedDown('text'), marks: closedDown('marks') };

export type Escaping = 'html' | 'text';

/** A parsed template; rendering it again costs no parsing. */
export interface LiquidTemplate {
  /** @throws TemplateError when a limit is reached or a filter cannot work with its value. */
  render(data: Record<string, unknown>): string;
  /** What it reads of the data, in the order of the source. */
  variables: readonly UsedVariable[];
}

/**
 * Parses Liquid with the tags if, unless, case, assign and for, and an allow-list of filters. Liquid as editors of HTML
 * write it (`&quot;`, `&nbsp;` within its braces) is understood. With escaping `html` every output is escaped; there is
 * no way round it.
 * @throws TemplateError with line and column.
 */
export function parseLiquid(source: string, escaping: Escaping): LiquidTemplate {
  const { parts, render } = parsed(source, escaping);
  return { render, variables: usedVariables(parts) };
}

/**
 * Parses the HTML of a mail once more, for its text part.
 * @returns what renders a mail's HTML with marks in the place of values; undefined where a filter works on what is
 *   already escaped, so that the marks would become part of it
 * @throws TemplateError with line and column.
 */
export function parseMarked(
  source: string,
): ((data: Record<string, unknown>) => { shape: string; values: string[] }) | undefined {
  if (/\|\s*escape\s*(?!-?\}\})/.test(readableLiquid(source))) return undefined;
  const { render } = parsed(source, 'marks');
  return (data) => {
    const marks = (marking = new Marks());
    const shape = render(data);
    return { shape, values: marks.values };
  };
}

function parsed(
  written: string,
  escaping: keyof typeof engines,
): { parts: Template[]; render: (data: Record<string, unknown>) => string } {
  const engine = engines[escaping];
  const source = readableLiquid(written);
  const wrong = tooComplex(source);
  if (wrong) throw new TemplateError(wrong.message, ...lineAndColumn(source, wrong.at));
  let parts: Template[];
  try {
    openLoops = 0;
    parts = engine.parse(source);
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
  if (/\{%-?\s*assign\b/.test(source)) return { parts, render: interpret };

  const pieces = directPieces(parts, outputs[escaping]);
  const render = (data: Record<string, unknown>): string => {
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
  };
  return { parts, render };
}

/** Where an offset of a text stands, counted from 1. */
export function lineAndColumn(source: string, at: number): [line: number, column: number] {
  const before = source.slice(0, at);
  return [before.split('\n').length, at - before.lastIndexOf('\n')];
}

function placed(error: unknown): TemplateError {
  const message = (error as Error).message.replace(/, (file|line):.*$/s, '');
  if (!LiquidError.is(error)) return new TemplateError(message, 1, 1);
  const token = (error as LiquidError & { token?: { getPosition(): [number, number] } }).token;
  const [line = 1, column = 1] = token?.getPosition() ?? [];
  return new TemplateError(message, line, column);
}
