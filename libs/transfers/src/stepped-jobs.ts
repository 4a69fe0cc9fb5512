import { Inject, Injectable } from '@nestjs/common';
import { Database, LOG, type Log, type Tx } from '#platform';
import { StepLoop } from './step-loop.js';
import type { SteppedWork } from './step.js';

/** Provides every kind of work in steps. */
export const STEPPED_WORK = Symbol('STEPPED_WORK');

/** Does exports, imports and their undoing. */
@Injectable()
export class SteppedJobs extends StepLoop<Tx> {
  constructor(database: Database, @Inject(STEPPED_WORK) works: readonly SteppedWork[], @Inject(LOG) log: Log) {
    super({ name: 'transfers', database, works, begin: (work) => database.tx((tx) => work(tx, tx)), log });
  }
}
