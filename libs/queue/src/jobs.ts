import type { RetryLaw } from '#platform';
import type { z } from 'zod';

/**
 * `standard` keeps every job; `exclusive` keeps one job per `singletonKey` (or one at all without a key) that
 * waits or runs, so that enqueuing it again while it is there changes nothing.
 */
export type JobPolicy = 'standard' | 'exclusive';

export interface JobSettings<P extends z.ZodType> {
  /** Letters, digits, `_`, `-` and `.`; it is the queue's name in the database. */
  name: string;
  payload: P;
  policy?: JobPolicy;
  /** How a failed job is tried again; pauses stay equal or double (the queue adds some chance to those that double). */
  retry: RetryLaw;
  /** Seconds after which a running job counts as failed; 900 when absent. */
  expireInSeconds?: number;
  /** Seconds that a finished job is kept; a day when absent. */
  deleteAfterSeconds?: number;
  /** The job that gets the payload once the retries are used up. */
  deadLetter?: JobDefinition<P>;
}

export type JobDefinition<P extends z.ZodType = z.ZodType> = Readonly<JobSettings<P>>;

export interface EnqueueOptions {
  /** Seconds from now, or the real instant (the queue does not follow a moved clock; waits of people are rows). */
  startAfter?: number | Date;
  /** For jobs with the policy `exclusive`: what there may be one of. */
  singletonKey?: string;
  /** Seconds: of all that are enqueued (per `singletonKey`) in one such slot of time, the first is kept. */
  onceEvery?: number;
}

export interface ReceivedJob<T> {
  id: string;
  payload: T;
  /** 0 the first time. */
  retry: number;
  /** Aborted when the job has run out of time or the process stops without patience. */
  signal: AbortSignal;
}

const defined = new Map<string, JobDefinition>();

/**
 * Declares a job, once per name, beside the code that handles it.
 * @throws Error when the name is taken, or the queue cannot keep to the law of its retries
 */
export function defineJob<P extends z.ZodType>(settings: JobSettings<P>): JobDefinition<P> {
  if (defined.has(settings.name)) throw new Error(`The job ${settings.name} is defined twice.`);
  if (settings.retry.factor !== 1 && settings.retry.factor !== 2)
    throw new Error(`The job ${settings.name} cannot be tried again by a factor of ${settings.retry.factor}.`);
  const job = Object.freeze({ ...settings });
  defined.set(job.name, job as unknown as JobDefinition);
  return job;
}

/** Every job that the loaded code defines. */
export const definedJobs = (): JobDefinition[] => [...defined.values()];
