export { EnterPeople, EntryJobs, RemoveEntered } from './controls/enter-people.js';
export * from './controls/run-controls.js';
export * from './effects/mail-help.js';
export * from './engine.module.js';
export { experimentReport, type ExperimentReport } from './experiments/experiment-report.js';
export { Experiments, lookAtExperiments } from './experiments/experiments.js';
export * from './matching/match-loop.js';
export * from './replay/index.js';
export { Counters, foldCounters, tidyCounters } from './reports/counters.js';
export type { SmallestChange, Turn } from './reports/explain-change.js';
export * from './reports/explain.js';
export {
  automationStats,
  runPage,
  runsOfPerson,
  runView,
  type AutomationStats,
  type NodeStats,
  type RunFilter,
  type RunView,
  type StepView,
} from './reports/reports.queries.js';
export * from './reports/visits.queries.js';
export { automationRiver, type River } from './reports/river.queries.js';
export { automationEnds, endedPage, type EndedRun, type Ends } from './reports/ends.queries.js';
export type { StepVisit, VisitFilter } from './reports/step-visit.js';
export * from './starts/monitors.js';
export * from './starts/scheduled-entries.js';
export type { CompiledVersion } from './versions/compiled-version.js';
export * from './versions/engine-versions.js';
export { TriggerIndex } from './versions/trigger-index.js';
export * from './waking/wake-loop.js';
export { callPage, type CallState } from './webhooks/calls.queries.js';
export { LinkChecks } from './webhooks/link-checks.js';
export { rotateWebhookSecret, webhookSecret } from './webhooks/secrets.js';
export { sealStored } from './webhooks/seal-stored.js';
export { WebhookCalls } from './webhooks/webhook-calls.js';
export { forgetOldSecrets, WebhookJobs } from './webhooks/webhook-jobs.js';
export { WebhookTests } from './webhooks/webhook-tests.js';
