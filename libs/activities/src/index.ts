export * from './activities.module.js';
export * from './activity-log.js';
export * from './append.js';
export * from './ingestion.js';
export * from './visit-limits.js';
export * from './visits.js';
export { activitySentence } from './sentence.js';
export { metadataOf } from './metadata-column.js';
export * from './timeline.queries.js';
