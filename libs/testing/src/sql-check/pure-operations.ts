import ts from 'typescript';

/** What may be called on a text, a list or a collection while reading; all of them are pure. */
export const METHODS = new Set(
  'at concat entries every fill filter flat flatMap get has includes indexOf join keys length map padStart repeat replace replaceAll slice some split startsWith toLowerCase toUpperCase trim values'.split(
    ' ',
  ),
);
/** The globals whose functions may be called. */
export const STATICS: Record<string, unknown> = { Object, Array, String, Number, Math, JSON };

/** What may be made, by its name. */
export const COLLECTIONS = new Map<string, (given: any) => unknown>([
  ['Map', (given) => new Map(given)],
  ['Set', (given) => new Set(given)],
]);

/** Operators, by their tokens. */
export const OPERATIONS = new Map<ts.SyntaxKind, (left: any, right: any) => unknown>([
  [ts.SyntaxKind.PlusToken, (left, right) => left + right],
  [ts.SyntaxKind.MinusToken, (left, right) => left - right],
  [ts.SyntaxKind.AsteriskToken, (left, right) => left * right],
  [ts.SyntaxKind.SlashToken, (left, right) => left / right],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, (left, right) => left === right],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, (left, right) => left !== right],
  [ts.SyntaxKind.GreaterThanToken, (left, right) => left > right],
  [ts.SyntaxKind.LessThanToken, (left, right) => left < right],
]);
