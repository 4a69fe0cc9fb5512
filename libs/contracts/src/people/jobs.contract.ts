import { z } from 'zod';
import { idParams, instant, page, pageQuery, route, uuid } from '../http/route.js';

const tag = 'Running it';

export const job = z.object({
  id: uuid,
  /** What it does, such as `smart_list.members`. */
  kind: z.string(),
  /** `running`: work in many small steps, which tells its progress and goes on after a crash. */
  status: z.enum(['queued', 'running', 'completed', 'failed', 'cancelled']),
  smart_list_id: uuid.nullable(),
  action: z.string(),
  /** Once it is completed: how many were changed, and what was unknown (the first 10,000). */
  result: z
    .object({ changed: z.number().int(), unknown_count: z.number().int(), unknown: z.array(z.string()) })
    .nullable(),
  /** How far a job in many steps is; `total` is null where nobody knows beforehand. */
  progress: z
    .object({
      done: z.number().int(),
      total: z.number().int().nullable(),
      /** What came of it so far, such as `created`. */
      counts: z.record(z.string(), z.number().int()),
      /** Of an import, the first rows that are left out, and what to do about them. */
      problems: z.array(z.object({ row: z.number().int(), column: z.string(), message: z.string() })).optional(),
    })
    .nullable(),
  /** What it wrote, at `GET /jobs/:id/file` once the job has ended, until it expires. */
  file: z.object({ name: z.string(), bytes: z.number().int(), expires_at: instant }).nullable(),
  /** Whether `POST /jobs/:id/undo` takes back what it did. */
  can_undo: z.boolean(),
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
  summary: 'Cancels a job that has not begun, or that works in many steps; 409 otherwise',
  description: 'What a job in many steps has done stays done. An import can be undone then.',
  params: idParams,
  response: job,
  problems: ['not_found', 'job_started'],
});

export const jobFile = route({
  method: 'GET',
  path: '/jobs/:id/file',
  access: 'bulk',
  tag,
  summary: 'What a job wrote, as a CSV file',
  description: 'What a spreadsheet would take for a formula has an apostrophe before it.',
  params: idParams,
  raw: true,
  problems: ['not_found'],
});

export const undoJob = route({
  method: 'POST',
  path: '/jobs/:id/undo',
  access: 'bulk',
  tag,
  summary: 'Takes back what a job did, as a job of its own, where `can_undo` says so',
  description:
    'Of an import: what nobody changed since is as it was, and who came by it and did nothing since is removed. Of tags and lists: whom the change made a difference for is as before. Of an automation: who has not moved on is removed. The file of the new job says of each what was kept.',
  status: 202,
  params: idParams,
  response: job,
  problems: ['not_found', 'cannot_undo'],
});
