export * from './times/cron.js';
export * from './times/dates.js';
export * from './reading/diff.js';
export {
  stepFromEnglish,
  stepsFromEnglish,
  type HeardStep,
  type HeardText,
  type Mark,
} from './reading/from-english.js';
export * from './times/duration.js';
export * from './editing/edits.js';
export * from './model/effect.js';
export * from './model/experiment.js';
export * from './reading/end-reasons.js';
export * from './model/graph.js';
export {
  arrange,
  cardSizes,
  cornersOf,
  layout,
  wayOutX,
  type Arrangement,
  type LayoutSizes,
} from './reading/layout.js';
export * from './times/local-time.js';
export { limitPhrases, usualLimit } from './reading/limits.js';
export * from './reading/loops.js';
export * from './words/names.js';
export * from './editing/merge.js';
export * from './model/node.js';
export * from './nodes/index.js';
export * from './nodes/update-contact.node.js';
export { notInHeaders, webhookConfig } from './nodes/webhook.node.js';
export * from './editing/operations.js';
export * from './words/phrase.js';
export * from './model/problem-codes.js';
export * from './model/secrets.js';
export * from './editing/portable.js';
export { programOf } from './editing/program.js';
export * from './reading/readable.js';
export * from './editing/recipes.js';
export { typedRefusal, typedSteps } from './editing/typed-steps.js';
export * from './editing/restore.js';
export { theyText } from './words/rule-text.js';
export * from './reading/step-names.js';
export * from './words/subject.js';
export * from './model/surroundings.js';
export * from './reading/to-english.js';
export * from './checks/validate.js';
export * from './reading/walk.js';
