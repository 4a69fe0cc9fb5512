export * from './browser.js';
export * from './clock.js';
export * from './postgres.js';
