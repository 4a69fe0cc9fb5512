export * from './language.js';
export type { Example, ExamplePerson, Face, Operator, Shape, ValueType } from './operator.js';
export * from './fields.js';
export * from './personal-fields.js';
export { issueText, pathText, type RawIssue } from './issue-text.js';
export { faceOf, operatorOf, operators, operatorsFor } from './operators/index.js';
export { graphRulesSchema, readRules, rulesSchema, typeOf, whereSchema } from './ast.js';
export { bindEntry } from './bind-entry.js';
export {
  entriesOf,
  entryFacts,
  isEntry,
  leadEntries,
  type EntryFacts,
  type Started,
  type StartingLead,
} from './entry.js';
export { fold } from './fold.js';
export { isUuid } from './uuid.js';
export { CLOCK_SKEW, isInstantText, latestNow, shift, type Moment } from './time.js';
export * from './facts.js';
export * from './mail-permission.js';
export { mailboxProblem, readMailbox, withAsciiDomain, type Mailbox } from './mailbox.js';
export * from './skip-reasons.js';
export { clockWindows, type ClockWindows } from './clock.js';
export {
  activityQuestion,
  asksAboutRun,
  asksOfAnyAge,
  changesOf,
  changesOfExpanded,
  conditionsOf,
  dependencies,
  type ActivityQuestion,
  type Change,
  type Dependencies,
} from './dependencies.js';
export { instantLiteral, toSql, whereToSql, type ListDefinition, type SqlFragment, type SqlOptions } from './to-sql.js';
export { settingSql, settingsSql, type SettingColumn } from './settings-sql.js';
export { confirming, everyone } from './sql-pieces.js';
export { BLANK, toClause, toEnglish, type EnglishOptions } from './to-english.js';
