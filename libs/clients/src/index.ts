export * from './clients.js';
export * from './clients.module.js';
export { callOf } from './posthog.js';
