import { IfTag, Output, TokenKind, TypeGuards, type Emitter, type Template, type Value } from 'liquidjs';

type Data = Record<string, unknown>;
type Read = (data: Data) => unknown;

/** Writes one part of a template; whatever is not plain enough is left to Liquid itself. */
export type Piece = string | ((data: Data, output: Emitter, slowly: Slowly) => void);
export type Slowly = (parts: Template[]) => void;

type Filter = Value['filters'][number];
type Token = Value['initial']['postfix'][number];

/**
 * The same output as Liquid's own interpreter for what most mails consist of: text, `{{ a.b }}`, `| default: "x"`,
 * `| escape`, and `if` over a value or a comparison with a constant. Liquid walks a tree of generators for each of
 * them; these are plain closures. Only for templates without `assign`, whose outputs read the given data alone.
 * `escape` is what every output goes through.
 */
export function directPieces(parts: Template[], escape: (value: unknown) => string): Piece[] {
  return parts.map((part) => directPiece(part, escape) ?? ((_data, _output, slowly) => slowly([part])));
}

export function writePieces(pieces: readonly Piece[], data: Data, output: Emitter, slowly: Slowly): void {
  for (const piece of pieces) {
    if (typeof piece === 'string') output.write(piece);
    else piece(data, output, slowly);
  }
}

function directPiece(part: Template, escape: (value: unknown) => string): Piece | undefined {
  if (part.token.kind === TokenKind.HTML) return (part as Template & { str: string }).str;
  if (part instanceof Output) return directOutput(part.value, escape);
  if (part instanceof IfTag) return directIf(part, escape);
  return undefined;
}

function directOutput(value: Value, escape: (value: unknown) => string): Piece | undefined {
  // The last filter is the one that every output goes through, whether the author wrote it or not.
  const filters = value.filters.slice(0, -1);
  if (filters.length > 1 || value.initial.postfix.length !== 1) return undefined;
  const read = pathOf(value.initial.postfix[0]!);
  if (!read) return undefined;
  let filled = read;
  if (filters.length === 1) {
    const fallback = fallbackOf(filters[0]!);
    if (fallback === undefined) return undefined;
    filled = (data) => orElse(read(data), fallback);
  }
  return (data, output) => output.write(escape(filled(data)));
}

function directIf(tag: IfTag, escape: (value: unknown) => string): Piece | undefined {
  const branches: { holds: (data: Data) => boolean; pieces: Piece[] }[] = [];
  for (const { value, templates } of tag.branches) {
    const holds = value.filters.length === 0 ? conditionOf(value.initial.postfix) : undefined;
    if (!holds) return undefined;
    branches.push({ holds, pieces: directPieces(templates, escape) });
  }
  const otherwise = directPieces(tag.elseTemplates ?? [], escape);
  return (data, output, slowly) => {
    const chosen = branches.find((branch) => branch.holds(data));
    writePieces(chosen ? chosen.pieces : otherwise, data, output, slowly);
  };
}

/** A value that is there, or one compared with a text or a number. */
function conditionOf([left, right, operator, ...more]: Token[]): ((data: Data) => boolean) | undefined {
  const read = left && pathOf(left);
  if (!read) return undefined;
  if (!right) return (data) => !isFalsy(read(data));
  if (!operator || more.length > 0 || !TypeGuards.isOperatorToken(operator)) return undefined;
  const constant = constantOf(right);
  if (constant === undefined) return undefined;
  if (operator.operator === '==') return (data) => read(data) === constant;
  if (operator.operator === '!=') return (data) => read(data) !== constant;
  return undefined;
}

const madeUp = new Set(['size', 'first', 'last']);

/** Reads `a.b.c`, own properties only, as Liquid does; its made-up properties are Liquid's own business. */
function pathOf(token: Token): Read | undefined {
  if (!TypeGuards.isPropertyAccessToken(token) || token.variable) return undefined;
  const names: string[] = [];
  for (const prop of token.props) {
    if (!TypeGuards.isWordToken(prop) && !TypeGuards.isQuotedToken(prop)) return undefined;
    if (madeUp.has(prop.content)) return undefined;
    names.push(prop.content);
  }
  return (data) => {
    let value: unknown = data;
    for (const name of names) {
      if (value === null || value === undefined) return value;
      value = Object.hasOwn(value as object, name) ? (value as Data)[name] : undefined;
    }
    return value;
  };
}

function constantOf(token: unknown): string | number | undefined {
  const asToken = token as Token;
  return TypeGuards.isQuotedToken(asToken) || TypeGuards.isNumberToken(asToken) ? asToken.content : undefined;
}

function fallbackOf(filter: Filter): string | number | undefined {
  return filter.name === 'default' && filter.args.length === 1 ? constantOf(filter.args[0]) : undefined;
}

const isFalsy = (value: unknown): boolean => value === undefined || value === null || value === false;
const isEmpty = (value: unknown): boolean => isFalsy(value) || value === '' || (Array.isArray(value) && !value.length);
const orElse = (value: unknown, fallback: unknown): unknown => (isEmpty(value) ? fallback : value);
