export {
  defineJob,
  definedJobs,
  type EnqueueOptions,
  type JobDefinition,
  type JobPolicy,
  type JobSettings,
  type ReceivedJob,
} from './jobs.js';
export { Queue, type HandleOptions, type JobHandlers, type QueueSettings } from './queue.js';
export { QueueModule } from './queue.module.js';
