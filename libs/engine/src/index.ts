export * from './engine.module.js';
export * from './engine-versions.js';
export * from './explain.js';
export * from './loops.js';
export * from './mail-help.js';
export * from './monitors.js';
export * from './reports.queries.js';
export * from './runs.js';
