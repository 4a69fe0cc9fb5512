import { join, relative } from 'node:path';
import ts from 'typescript';
import { Callers } from './callers.js';
import { ConstantReader } from './constant-reader.js';
import { Unreadable } from './unreadable.js';

const ROOT = join(import.meta.dirname, '../../../..');

/** Where the methods are declared that take SQL. */
const DECLARED_IN = 'libs/platform/src/db/tx.ts';
const METHODS = new Set(['rows', 'row', 'run']);

/** One call of `rows`, `row` or `run`. */
export interface SqlCall {
  /** `libs/send/src/claiming/claim-batch.ts:65` */
  place: string;
  /** `libs/send/src/claiming/claim-batch.ts` */
  path: string;
  /** Every text that the call can send; empty when the source does not tell. */
  texts: string[];
  /** Why it does not. */
  unreadable?: string;
  /** What the caller takes a row for; absent for `run`, and where nothing is said about it. */
  row?: ts.Type;
  /** The values, when they are written as a list with the call. */
  values?: readonly ts.Expression[];
  node: ts.CallExpression;
}

export interface SqlCalls {
  checker: ts.TypeChecker;
  calls: SqlCall[];
}

/** The calls that send SQL, in the files that `wanted` picks by their paths from the root. */
export function findSqlCalls(wanted: (path: string) => boolean): SqlCalls {
  const program = compile(wanted);
  const checker = program.getTypeChecker();
  const ours = program.getSourceFiles().filter((file) => pathOf(file).startsWith('libs/'));
  const reader = new ConstantReader(checker, new Callers(checker, ours));
  const calls: SqlCall[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && sendsSql(checker, node)) calls.push(toCall(checker, reader, node));
    ts.forEachChild(node, visit);
  };
  for (const file of ours) if (wanted(pathOf(file))) visit(file);
  return { checker, calls };
}

const pathOf = (file: ts.SourceFile): string => relative(ROOT, file.fileName);

function compile(wanted: (path: string) => boolean): ts.Program {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(ROOT, 'tsconfig.json'),
    { noEmit: true, sourceMap: false },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem) => fail(problem) },
  )!;
  const host = ts.createCompilerHost(config.options);
  const cache = ts.createModuleResolutionCache(ROOT, (name) => name, config.options);
  host.resolveModuleNameLiterals = (literals, from, redirected, options, file) =>
    literals.map((literal) => {
      const mode = ts.getModeForUsageLocation(file, literal, options);
      return isLookedInto(literal.text) || from.includes('/node_modules/')
        ? ts.resolveModuleName(literal.text, from, options, host, cache, redirected, mode)
        : { resolvedModule: undefined };
    });
  const roots = config.fileNames.filter((name) => wanted(relative(ROOT, name)));
  return ts.createProgram(roots, config.options, host);
}

/**
 * No row's type comes from a package, but for those that contracts describe. The others are left out, which makes
 * what they export `any` and the whole twice as fast.
 */
const isLookedInto = (specifier: string): boolean => /^(\.|#|zod)/.test(specifier);

function fail(problem: ts.Diagnostic): never {
  throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, '\n'));
}

/** Whether a call is one of the database's, or of a transaction's. */
function sendsSql(checker: ts.TypeChecker, node: ts.CallExpression): boolean {
  if (!ts.isPropertyAccessExpression(node.expression) || !METHODS.has(node.expression.name.text)) return false;
  const declarations = checker.getSymbolAtLocation(node.expression.name)?.declarations ?? [];
  return declarations.some((each) => pathOf(each.getSourceFile()) === DECLARED_IN);
}

function toCall(checker: ts.TypeChecker, reader: ConstantReader, node: ts.CallExpression): SqlCall {
  const file = node.getSourceFile();
  const path = pathOf(file);
  const [text, values] = node.arguments;
  const call: SqlCall = {
    place: `${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`,
    path,
    texts: [],
    row: rowType(checker, node),
    values:
      values && ts.isArrayLiteralExpression(values) && !values.elements.some(ts.isSpreadElement)
        ? values.elements
        : undefined,
    node,
  };
  if (!values) call.values = [];
  try {
    if (!text) throw new Error(`${call.place}: a call without a statement`);
    call.texts = [...new Set(reader.readings(text).map(textOf))];
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    call.unreadable = error.message;
  }
  return call;
}

/** A statement is a text, or one with a name under which it is prepared. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : (value as { text: string }).text);

/** The T of `Promise<T[]>` and of `Promise<T | undefined>`. */
function rowType(checker: ts.TypeChecker, node: ts.CallExpression): ts.Type | undefined {
  const method = (node.expression as ts.PropertyAccessExpression).name.text;
  if (method === 'run') return undefined;
  const promised = checker.getAwaitedType(checker.getTypeAtLocation(node));
  if (!promised) return undefined;
  const row =
    method === 'rows'
      ? checker.getTypeArguments(promised as ts.TypeReference)[0]
      : checker.getNonNullableType(promised);
  // The default of both methods: nothing is said about the columns.
  return row && checker.getIndexTypeOfType(row, ts.IndexKind.String) && checker.getPropertiesOfType(row).length === 0
    ? undefined
    : row;
}
