export { ExportPeople } from './export-people.js';
export { fileOfJob, partsOfFile } from './files.js';
export { SteppedJobs } from './stepped-jobs.js';
export { TransfersModule } from './transfers.module.js';
