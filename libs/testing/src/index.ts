export * from './clock.js';
export * from './postgres.js';
