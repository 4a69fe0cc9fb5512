import { Module } from '@nestjs/common';
import { SmartListsModule } from '#smart-lists';
import { ExportPeople } from './export-people.js';
import { STEPPED_WORK, SteppedJobs } from './stepped-jobs.js';
import type { SteppedWork } from './step.js';

const works = [ExportPeople];

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
