export * from './language/language.js';
export type { Example, ExamplePerson, Face, Operator, Shape, ValueType } from './language/operator.js';
export * from './language/fields.js';
export * from './language/personal-fields.js';
export { issueText, namesText, pathText, shownName, type RawIssue } from './text/issue-text.js';
export { faceOf, operatorOf, operators, operatorsFor } from './operators/index.js';
export { graphRulesSchema, readRules, rulesSchema, typeOf, whereSchema } from './reading/ast.js';
export { bindEntry } from './reading/bind-entry.js';
export {
  entriesOf,
  entryFacts,
  isEntry,
  leadEntries,
  type EntryFacts,
  type Started,
  type StartingLead,
} from './language/entry.js';
export { csvCell } from './text/csv-cell.js';
export { fold } from './text/fold.js';
export { isUuid } from './text/uuid.js';
export { decimalsOf, minorMoney, moneyText, wholeMoney } from './text/money.js';
export { instant } from './language/instant.js';
export { CLOCK_SKEW, latestNow, parseInstant, shift, type Moment } from './language/time.js';
export * from './language/facts.js';
export { emailAddress } from './mail/email-address.js';
export * from './mail/mail-permission.js';
export { mailboxProblem, readMailbox, senderNotListed, type Mailbox } from './mail/mailbox.js';
export * from './mail/way-out.js';
export * from './mail/skip-reasons.js';
export { clockWindows, type ClockWindows } from './changes/clock.js';
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
} from './changes/dependencies.js';
export {
  instantLiteral,
  toSql,
  whereToSql,
  type ListDefinition,
  type SqlFragment,
  type SqlOptions,
} from './sql/to-sql.js';
export { settingSql, settingsSql, type SettingColumn } from './language/settings-sql.js';
export { confirming, everyone, everyoneAtOnce, lifetimeValue, mayBeMailed, moneyUnit } from './language/sql-pieces.js';
export { BLANK, toClause, toEnglish, typeKey, type EnglishOptions } from './english/to-english.js';
export { knownTypes, typeLabel, typeNames } from './english/type-label.js';
export * as heard from './english/heard/index.js';
export { thingsOf, type Thing, type ThingKind, type Things } from './english/heard/things.js';
