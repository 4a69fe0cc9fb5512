export * from './attention.js';
export * from './demo-data.js';
export { deleteOldData, Forgetting } from './retention/forgetting.js';
export { KeptData } from './retention/kept-data.js';
export * from './settings.js';
export * from './workspace.module.js';
