export { ExportPeople } from './export-people.js';
export { fileOfJob, partsOfFile } from './files.js';
export { ImportPeople } from './import-people.js';
export { SteppedJobs } from './stepped-jobs.js';
export { TransfersModule } from './transfers.module.js';
export { UndoImport } from './undo-import.js';
