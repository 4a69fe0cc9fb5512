import ts from 'typescript';
import type { Callers } from './callers.js';
import { COLLECTIONS, METHODS, OPERATIONS, STATICS } from './pure-operations.js';
import { Unreadable } from './unreadable.js';

/** A reading that the code rules out before it comes to the expression. */
class RuledOut {}

type Values = ReadonlyMap<ts.Symbol, unknown>;

const NOTHING: Values = new Map();
const MOST_READINGS = 64;
const DEEPEST = 200;
/** Callers of callers that are followed. */
const MOST_CALLERS = 3;

/**
 * Reads what a constant expression is by following constants and pure functions through the source. Where the value
 * depends on a condition, on a parameter or on a union of literals, it has several readings, one for each.
 */
export class ConstantReader {
  /** How each open question is answered in the present reading, and how many answers it has. */
  private answers = new Map<string, { at: number; of: number }>();
  private depth = 0;
  private callers = 0;
  /** Of constants that stand outside of functions and are the same in every reading. */
  private readonly known = new Map<ts.Symbol, unknown>();

  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly callersOf: Callers,
  ) {}

  /**
   * Every value that the expression can have.
   * @throws Unreadable when one of them is not told by the source, or when there are too many
   */
  readings(expression: ts.Expression): unknown[] {
    const found: unknown[] = [];
    this.answers = new Map();
    do {
      if (found.length >= MOST_READINGS) throw new Unreadable(expression);
      this.depth = this.callers = 0;
      try {
        found.push(this.read(expression, NOTHING));
      } catch (error) {
        if (!(error instanceof RuledOut)) throw error;
      }
    } while (this.nextAnswers());
    if (found.length === 0) throw new Unreadable(expression);
    return [...new Set(found)];
  }

  /** Turns to the next combination of answers; false after the last one. */
  private nextAnswers(): boolean {
    for (const [question, answer] of [...this.answers].reverse()) {
      if (++answer.at < answer.of) return true;
      this.answers.delete(question);
    }
    return false;
  }

  private choose<T>(question: string, among: readonly T[]): T {
    const answer = this.answers.get(question) ?? { at: 0, of: among.length };
    this.answers.set(question, answer);
    return among[answer.at]!;
  }

  private read(node: ts.Expression, values: Values): unknown {
    if (++this.depth > DEEPEST) throw new Unreadable(node);
    try {
      return this.readUnbounded(node, values);
    } finally {
      this.depth--;
    }
  }

  private readUnbounded(node: ts.Expression, values: Values): unknown {
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isNumericLiteral(node)) return Number(node.text);
    if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
    if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
    if (node.kind === ts.SyntaxKind.NullKeyword) return null;
    if (
      ts.isParenthesizedExpression(node) ||
      ts.isAsExpression(node) ||
      ts.isSatisfiesExpression(node) ||
      ts.isNonNullExpression(node)
    )
      return this.read(node.expression, values);
    if (ts.isTemplateExpression(node))
      return node.templateSpans.reduce(
        (text, span) => text + this.readPart(span.expression, values) + span.literal.text,
        node.head.text,
      );
    if (ts.isIdentifier(node)) return this.readName(node, values);
    if (ts.isPropertyAccessExpression(node)) return this.readMember(node, node.name.text, values);
    if (ts.isElementAccessExpression(node))
      return this.readMember(node, this.read(node.argumentExpression, values) as string, values);
    if (ts.isConditionalExpression(node))
      return this.holds(node.condition, values) ? this.read(node.whenTrue, values) : this.read(node.whenFalse, values);
    if (ts.isBinaryExpression(node)) return this.readBinary(node, values);
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
      return !this.read(node.operand, values);
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken)
      return -Number(this.read(node.operand, values));
    if (ts.isCallExpression(node)) return this.readCall(node, values);
    if (ts.isNewExpression(node)) return this.readCollection(node, values);
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return this.functionOf(node, values);
    if (ts.isArrayLiteralExpression(node)) return this.readItems(node.elements, values);
    if (ts.isObjectLiteralExpression(node)) return this.readObject(node, values);
    throw new Unreadable(node);
  }

  /** What a template takes in. What a caller leaves out is asked for before it is put into a text. */
  private readPart(node: ts.Expression, values: Values): string {
    const part = this.read(node, values);
    if (part === undefined) throw new RuledOut();
    if (typeof part !== 'string' && typeof part !== 'number') throw new Unreadable(node);
    return String(part);
  }

  private readObject(node: ts.ObjectLiteralExpression, values: Values): unknown {
    const object: Record<string, unknown> = {};
    for (const property of node.properties) {
      if (ts.isSpreadAssignment(property)) Object.assign(object, this.read(property.expression, values));
      else if (ts.isShorthandPropertyAssignment(property))
        object[property.name.text] = this.later(() => this.readShorthand(property, values), property);
      else if (ts.isPropertyAssignment(property) && !ts.isComputedPropertyName(property.name))
        object[property.name.text] = this.later(() => this.read(property.initializer, values), property);
      else throw new Unreadable(property);
    }
    return object;
  }

  /** A member that cannot be read matters only when it is asked for. */
  private later(read: () => unknown, node: ts.Node): unknown {
    try {
      return read();
    } catch (error) {
      if (error instanceof Unreadable) return new Unreadable(node);
      throw error;
    }
  }

  private readShorthand(property: ts.ShorthandPropertyAssignment, values: Values): unknown {
    const symbol = this.checker.getShorthandAssignmentValueSymbol(property);
    if (!symbol) throw new Unreadable(property);
    return this.readSymbol(symbol, property.name, values);
  }

  private readName(node: ts.Identifier, values: Values): unknown {
    if (node.text === 'undefined') return undefined;
    if (Object.hasOwn(STATICS, node.text)) return STATICS[node.text];
    const symbol = this.checker.getSymbolAtLocation(node);
    if (!symbol) throw new Unreadable(node);
    return this.readSymbol(symbol, node, values);
  }

  private readSymbol(symbol: ts.Symbol, node: ts.Identifier, values: Values): unknown {
    const target = symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
    if (values.has(target)) return values.get(target);
    if (this.known.has(target)) return this.checked(this.known.get(target), node);
    const declaration = target.valueDeclaration;
    const asked = this.answers.size;
    try {
      if (declaration && ts.isVariableDeclaration(declaration)) {
        return this.readVariable(declaration, values, target);
      } else if (declaration && ts.isFunctionDeclaration(declaration)) {
        return this.functionOf(declaration, values);
      } else if (declaration && ts.isBindingElement(declaration)) {
        return this.readBinding(declaration, values);
      } else if (declaration && ts.isParameter(declaration)) {
        return this.fromCallers(declaration);
      }
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      // What was asked on the way has no say in what it is instead.
      for (const question of [...this.answers.keys()].slice(asked)) this.answers.delete(question);
      return this.fromType(node, error);
    }
    return this.fromType(node, new Unreadable(node));
  }

  /** What a constant is, or each in turn of what a loop goes through. */
  private readVariable(declaration: ts.VariableDeclaration, values: Values, symbol?: ts.Symbol): unknown {
    const { initializer } = declaration;
    if (!isConstant(declaration)) throw new Unreadable(declaration);
    const around = declaration.parent.parent;
    if (ts.isForOfStatement(around)) {
      const items = this.readList(around.expression, values);
      return this.checked(this.choose(`item ${placeOf(declaration)}`, items), declaration);
    }
    if (!initializer) throw new Unreadable(declaration);
    if (!symbol || !ts.isSourceFile(around.parent)) return this.read(initializer, values);
    const asked = this.answers.size;
    const value = this.later(() => this.read(initializer, NOTHING), initializer);
    if (this.answers.size === asked) this.known.set(symbol, value);
    return this.checked(value, initializer);
  }

  /** `const [a, { b }] = …` */
  private readBinding(element: ts.BindingElement, values: Values): unknown {
    const pattern = element.parent;
    const owner = pattern.parent;
    const whole = ts.isVariableDeclaration(owner)
      ? this.readVariable(owner, values)
      : ts.isParameter(owner)
        ? this.fromCallers(owner)
        : this.readBinding(owner, values);
    if (whole === undefined || whole === null || element.dotDotDotToken) throw new Unreadable(element);
    return this.checked(partOf(whole, element), element);
  }

  /** A literal, or one of a union of literals, when the type says so. */
  private fromType(node: ts.Expression, otherwise: Unreadable): unknown {
    const type = this.checker.getTypeAtLocation(node);
    const members = type.isUnion() ? type.types : [type];
    if (!members.every((each) => each.isStringLiteral() || each.isNumberLiteral())) throw otherwise;
    return this.choose(
      `type ${placeOf(node)} ${node.getText()}`,
      members.map((each) => (each as ts.LiteralType).value),
    );
  }

  /** What the callers of a function of ours give it. */
  private fromCallers(parameter: ts.ParameterDeclaration): unknown {
    const owner = parameter.parent;
    const calls = this.callersOf.find(owner);
    if (calls.length === 0) throw new Unreadable(parameter);
    const call = this.choose(`caller of ${placeOf(owner)}`, calls);
    const given = call.arguments[owner.parameters.indexOf(parameter)] ?? parameter.initializer;
    if (!given) return undefined;
    if (this.callers === MOST_CALLERS) throw new Unreadable(parameter);
    this.callers++;
    try {
      return this.read(given, NOTHING);
    } finally {
      this.callers--;
    }
  }

  private readMember(
    node: ts.PropertyAccessExpression | ts.ElementAccessExpression,
    name: string | number,
    values: Values,
  ): unknown {
    let owner: unknown;
    try {
      owner = this.read(node.expression, values);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return this.fromType(node, error);
    }
    if (owner === undefined || owner === null) {
      if (node.questionDotToken) return undefined;
      throw new Unreadable(node);
    }
    if (typeof owner === 'string' || Array.isArray(owner) || owner instanceof Map || owner instanceof Set) {
      if (typeof name === 'number' || /^\d+$/.test(name) || name === 'length')
        return this.checked((owner as unknown[])[name as number], node);
      if (!METHODS.has(name) || (Array.isArray(owner) && owner.some((item) => item instanceof Unreadable)))
        throw new Unreadable(node);
      const method = (owner as unknown as Record<string, unknown>)[name];
      return (method as () => unknown).bind(owner);
    }
    return this.checked((owner as Record<string, unknown>)[name], node);
  }

  private checked(value: unknown, node: ts.Node): unknown {
    if (value instanceof Unreadable) throw new Unreadable(node);
    return value;
  }

  private readCall(node: ts.CallExpression, values: Values): unknown {
    const called = this.read(node.expression, values);
    if (called === undefined && node.questionDotToken) return undefined;
    if (typeof called !== 'function') throw new Unreadable(node);
    return this.call(called as (...given: unknown[]) => unknown, node, values);
  }

  private readCollection(node: ts.NewExpression, values: Values): unknown {
    const make = ts.isIdentifier(node.expression) && COLLECTIONS.get(node.expression.text);
    if (!make) throw new Unreadable(node);
    return this.call(make, node, values);
  }

  private call(
    called: (...given: unknown[]) => unknown,
    node: ts.CallExpression | ts.NewExpression,
    values: Values,
  ): unknown {
    const given = this.readItems(node.arguments ?? [], values);
    try {
      return this.checked(called(...given), node);
    } catch (error) {
      // A function was given something of which too little is known.
      throw error instanceof TypeError ? new Unreadable(node) : error;
    }
  }

  private readList(node: ts.Expression, values: Values): unknown[] {
    const list = this.read(node, values);
    if (typeof list !== 'object' || list === null || !(Symbol.iterator in list)) throw new Unreadable(node);
    return [...(list as Iterable<unknown>)];
  }

  private readItems(nodes: readonly ts.Expression[], values: Values): unknown[] {
    return nodes.flatMap((node) =>
      ts.isSpreadElement(node)
        ? this.readList(node.expression, values)
        : [this.later(() => this.read(node, values), node)],
    );
  }

  private readBinary(node: ts.BinaryExpression, values: Values): unknown {
    const kind = node.operatorToken.kind;
    if (kind === ts.SyntaxKind.QuestionQuestionToken)
      return this.read(node.left, values) ?? this.read(node.right, values);
    if (kind === ts.SyntaxKind.BarBarToken) return this.read(node.left, values) || this.read(node.right, values);
    if (kind === ts.SyntaxKind.AmpersandAmpersandToken)
      return this.holds(node.left, values) && this.read(node.right, values);
    const operation = OPERATIONS.get(kind);
    if (!operation) throw new Unreadable(node);
    return operation(this.read(node.left, values), this.read(node.right, values));
  }

  /** Whether a condition holds: as the source says, else both ways. */
  private holds(condition: ts.Expression, values: Values): boolean {
    try {
      return Boolean(this.read(condition, values));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      if (ts.isPrefixUnaryExpression(condition) && condition.operator === ts.SyntaxKind.ExclamationToken)
        return !this.holds(condition.operand, values);
      return this.choose(`condition ${condition.getSourceFile().fileName} ${condition.getText()}`, [true, false]);
    }
  }

  private functionOf(node: ts.FunctionLikeDeclaration, outer: Values): (...given: unknown[]) => unknown {
    return (...given) => {
      const values = new Map(outer);
      node.parameters.forEach((parameter, at) => this.bind(parameter, given, at, values));
      if (!node.body) throw new Unreadable(node);
      return ts.isBlock(node.body) ? this.returned(node.body, values) : this.read(node.body, values);
    };
  }

  private bind(
    parameter: ts.ParameterDeclaration,
    given: unknown[],
    at: number,
    values: Map<ts.Symbol, unknown>,
  ): void {
    const value = parameter.dotDotDotToken
      ? given.slice(at)
      : given[at] === undefined && parameter.initializer
        ? this.read(parameter.initializer, values)
        : given[at];
    this.bindName(parameter.name, value, values);
  }

  private bindName(name: ts.BindingName, value: unknown, values: Map<ts.Symbol, unknown>): void {
    if (ts.isIdentifier(name)) {
      const symbol = this.checker.getSymbolAtLocation(name);
      // Left to its type when the caller's value is not told.
      if (symbol && !(value instanceof Unreadable)) values.set(symbol, value);
      return;
    }
    for (const element of name.elements)
      if (!ts.isOmittedExpression(element)) this.bindName(element.name, partOf(value, element), values);
  }

  private returned(body: ts.Block, values: Values): unknown {
    for (const statement of body.statements) {
      if (ts.isReturnStatement(statement) && statement.expression) return this.read(statement.expression, values);
      if (ts.isIfStatement(statement) && !statement.elseStatement && ts.isReturnStatement(statement.thenStatement)) {
        const { expression } = statement.thenStatement;
        if (!expression) throw new Unreadable(statement);
        if (this.holds(statement.expression, values)) return this.read(expression, values);
      } else if (!ts.isVariableStatement(statement)) {
        throw new Unreadable(statement);
      }
    }
    return undefined;
  }
}

const placeOf = (node: ts.Node): string => `${node.getSourceFile().fileName}:${node.pos}`;

const isConstant = (declaration: ts.VariableDeclaration): boolean =>
  (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;

function partOf(whole: unknown, element: ts.BindingElement): unknown {
  if (whole instanceof Unreadable) return whole;
  if (ts.isArrayBindingPattern(element.parent)) return (whole as unknown[])[element.parent.elements.indexOf(element)];
  const name = element.propertyName ?? element.name;
  return ts.isIdentifier(name) ? (whole as Record<string, unknown>)[name.text] : new Unreadable(element);
}
