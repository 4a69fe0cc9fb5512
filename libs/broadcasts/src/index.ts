export { Broadcasts } from './broadcasts.js';
export { BroadcastLifecycle } from './lifecycle.js';
export { BroadcastLoop } from './broadcast-loop.js';
export { BroadcastsModule } from './broadcasts.module.js';
export { countAnswers, reopen, type Answered } from './settle.js';
