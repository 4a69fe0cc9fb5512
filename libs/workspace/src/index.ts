export * from './attention.js';
export * from './demo-data.js';
export * from './settings.js';
export * from './workspace.module.js';
