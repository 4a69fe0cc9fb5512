export * from './route.js';
export * from './permissions.js';
