import type { JobAnswer } from '#contracts';
import type { Actor, Tx } from '#platform';

export type Progress = NonNullable<JobAnswer['progress']>;

/** A job that is done in many steps, as its next step finds it. */
export interface RunningJob {
  id: string;
  kind: string;
  /** What was ordered, as it was kept. */
  input: Buffer;
  /** Where the step before ended; null at the first. */
  position: string | null;
  progress: Progress;
  file_id: string;
  actor: Actor;
}

/** What a step did. It is written in the transaction of the step: either both are there or neither. */
export interface Step {
  /** Where the next one goes on; undefined when all is done. */
  position: string | undefined;
  progress: Progress;
  /** Lines for the job's file. */
  lines: string;
}

/** A kind of job: a step of it, in a transaction that holds the job. `On` is what its transactions offer. */
export interface SteppedWork<On = Tx> {
  readonly kind: string;
  step(on: On, job: RunningJob): Promise<Step>;
}

/** Adds to one count. */
export function counted(counts: Record<string, number>, name: string, by = 1): void {
  counts[name] = (counts[name] ?? 0) + by;
}
