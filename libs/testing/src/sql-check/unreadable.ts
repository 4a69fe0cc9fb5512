import type ts from 'typescript';

/** An expression whose value the source does not tell. */
export class Unreadable {
  constructor(private readonly node: ts.Node) {}

  get message(): string {
    return `not a constant: ${this.node.getText().replace(/\s+/g, ' ').slice(0, 80)}`;
  }
}
