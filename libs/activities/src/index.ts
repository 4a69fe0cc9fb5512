export * from './activities.module.js';
export * from './append.js';
export * from './ingestion.js';
