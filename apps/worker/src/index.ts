export { createWorker } from './worker.js';
export { WorkerModule, type WorkerParts } from './worker.module.js';
