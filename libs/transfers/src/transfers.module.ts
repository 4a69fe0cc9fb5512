import { Module } from '@nestjs/common';
import { SmartListsModule } from '#smart-lists';
import { ExportPeople } from './export-people.js';
import { ImportPeople } from './import-people.js';
import { STEPPED_WORK, SteppedJobs } from './stepped-jobs.js';
import type { SteppedWork } from './step.js';
import { UndoBulk } from './undo-bulk.js';
import { UndoImport } from './undo-import.js';

const works = [ExportPeople, ImportPeople, UndoBulk, UndoImport];

/** People in and out by file. Nothing runs until the worker starts `SteppedJobs`. */
@Module({
  imports: [SmartListsModule],
  providers: [
    ...works,
    { provide: STEPPED_WORK, useFactory: (...all: SteppedWork[]) => all, inject: works },
    SteppedJobs,
  ],
  exports: [...works, SteppedJobs],
})
export class TransfersModule {}
