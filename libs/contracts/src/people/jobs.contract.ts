import { z } from 'zod';
import { idParams, instant, page, pageQuery, route, uuid } from '../http/route.js';

const tag = 'Running it';

export const job = z.object({
  id: uuid,
  /** What it does, such as `smart_list.members`. */
  kind: z.string(),
  status: z.enum(['queued', 'completed', 'failed', 'cancelled']),
  smart_list_id: uuid.nullable(),
  action: z.string(),
  /** Once it is completed: how many were changed, and what was unknown (the first 10,000). */
  result: z
    .object({ changed: z.number().int(), unknown_count: z.number().int(), unknown: z.array(z.string()) })
    .nullable(),
  /** Why it failed, and what to do. */
  error: z.string().nullable(),
  created_at: instant,
  ended_at: instant.nullable(),
});
export type JobAnswer = z.output<typeof job>;

export const listJobs = route({
  method: 'GET',
  path: '/jobs',
  access: 'read',
  tag,
  summary: 'Work that takes longer than an answer, newest first',
  query: pageQuery,
  response: page(job),
});

export const getJob = route({
  method: 'GET',
  path: '/jobs/:id',
  access: 'read',
  tag,
  summary: 'One such job and its result',
  params: idParams,
  response: job,
  problems: ['not_found'],
});

export const cancelJob = route({
  method: 'POST',
  path: '/jobs/:id/cancel',
  access: 'change',
  tag,
  summary: 'Cancels a job that has not begun; 409 otherwise',
  params: idParams,
  response: job,
  problems: ['not_found', 'job_started'],
});
