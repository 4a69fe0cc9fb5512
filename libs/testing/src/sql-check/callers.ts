import ts from 'typescript';

/** The calls of our functions, by what they call. */
export class Callers {
  private readonly byName = new Map<string, ts.CallExpression[]>();

  constructor(
    private readonly checker: ts.TypeChecker,
    sources: readonly ts.SourceFile[],
  ) {
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        const name = calledAs(node);
        if (ts.isIdentifier(name)) this.byName.set(name.text, [...(this.byName.get(name.text) ?? []), node]);
      }
      ts.forEachChild(node, visit);
    };
    sources.forEach(visit);
  }

  /** All calls of a function that has a name. */
  find(owner: ts.SignatureDeclaration): ts.CallExpression[] {
    const name = nameOf(owner);
    if (!name) return [];
    const symbol = this.checker.getSymbolAtLocation(name);
    return (this.byName.get(name.text) ?? []).filter((call) => {
      const called = this.checker.getSymbolAtLocation(calledAs(call));
      if (!called) return false;
      return (called.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(called) : called) === symbol;
    });
  }
}

const calledAs = ({ expression }: ts.CallExpression): ts.Node =>
  ts.isPropertyAccessExpression(expression) ? expression.name : expression;

/** The name under which a function is called. */
function nameOf(owner: ts.SignatureDeclaration): ts.Identifier | undefined {
  if (ts.isArrowFunction(owner) || ts.isFunctionExpression(owner))
    return ts.isVariableDeclaration(owner.parent) && ts.isIdentifier(owner.parent.name) ? owner.parent.name : undefined;
  return owner.name && ts.isIdentifier(owner.name) ? owner.name : undefined;
}
