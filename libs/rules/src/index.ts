export * from './language.js';
export type { Operator, Shape, ValueType } from './operator.js';
export * from './fields.js';
export { operatorOf, operators, operatorsFor } from './operators/index.js';
export { graphRulesSchema, readRules, rulesSchema, typeOf, whereSchema } from './ast.js';
export { fold } from './fold.js';
export { shift, type Moment } from './time.js';
export * from './facts.js';
export { asksAboutRun, conditionsOf, dependencies, type Dependencies } from './dependencies.js';
