import { AppError, notFound, type Tx } from '#platform';

/** Takes the one chance to undo a job. @throws AppError 404; 409 when there is nothing to undo, or it still runs */
export async function takeUndo(tx: Tx, jobId: string): Promise<void> {
  const job = await tx.row<{ status: string; can_undo: boolean }>(
    'select status, can_undo from cortex.jobs where id = $1 for update',
    [jobId],
  );
  if (!job) throw notFound('job');
  if (!job.can_undo || job.status === 'running')
    throw new AppError('cannot_undo', 'This job cannot be undone, still runs, or was undone already.');
  await tx.run('update cortex.jobs set can_undo = false where id = $1', [jobId]);
}

/** From now on the job can be undone. */
export const offerUndo = (tx: Tx, jobId: string): Promise<unknown> =>
  tx.run('update cortex.jobs set can_undo = true where id = $1 and not can_undo', [jobId]);
