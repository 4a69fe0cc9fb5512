export * from './app.js';
export * from './browser.js';
export * from './clock.js';
export * from './directory-check.js';
export * from './postgres.js';
export * from './fake-postmark.js';
export * from './pipeline.js';
export * from './random-rules.js';
