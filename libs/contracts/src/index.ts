export * from './route.js';
export * from './permissions.js';
export * from './automations.contract.js';
export * from './runs.contract.js';
