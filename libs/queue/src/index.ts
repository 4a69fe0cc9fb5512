export { defineJob, definedJobs, type JobDefinition, type JobPolicy, type JobSettings } from './jobs.js';
export {
  Queue,
  type EnqueueOptions,
  type HandleOptions,
  type JobHandlers,
  type QueueSettings,
  type ReceivedJob,
} from './queue.js';
export { QueueModule } from './queue.module.js';
