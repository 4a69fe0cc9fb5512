import { newId, type Actor, type Tx } from '#platform';
import { addToFile, beginFile } from './files.js';
import type { Progress } from './step.js';

interface NewJob {
  kind: string;
  action: string;
  /** What was ordered. */
  input: unknown;
  total: number | null;
  counts?: Progress['counts'];
  /** Of the file that it writes, without its ending, and its first line. */
  fileName: string;
  heading: readonly string[];
}

/** Makes a job that is done in many steps, with the file that it writes. Answers its id. */
export async function beginJob(tx: Tx, actor: Actor, job: NewJob): Promise<string> {
  const file = await beginFile(tx, job.fileName);
  await addToFile(tx, file, `${job.heading.join(',')}\r\n`);
  const id = newId();
  const progress: Progress = { done: 0, total: job.total, counts: job.counts ?? {} };
  await tx.run(
    `insert into cortex.jobs (id, kind, status, action, input, progress, file_id, actor)
     values ($1, $2, 'running', $3, $4, $5::jsonb, $6, $7::jsonb)`,
    [
      id,
      job.kind,
      job.action,
      Buffer.from(JSON.stringify(job.input)),
      JSON.stringify(progress),
      file,
      JSON.stringify(actor),
    ],
  );
  return id;
}
