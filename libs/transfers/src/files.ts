import { keptDays } from '#contracts';
import { notFound, type Database, type Tx } from '#platform';

/** Begins a file, which is written part by part and goes by itself after some days. Answers its id. */
export async function beginFile(tx: Tx, name: string, about?: unknown): Promise<string> {
  const made = await tx.row<{ id: string }>(
    `insert into cortex.files (name, about, expires_at)
     values ($1, $2::jsonb, cortex.now() + make_interval(days => ${keptDays.files})) returning id`,
    [name, about === undefined ? null : JSON.stringify(about)],
  );
  return made!.id;
}

/** Adds some lines at the end of a file; whoever writes it holds a lock that keeps others from doing so. */
export async function addToFile(tx: Tx, id: string, text: string): Promise<void> {
  if (text === '') return;
  const data = Buffer.from(text);
  await tx.run(
    `insert into cortex.file_parts (file_id, part, data)
     select $1, coalesce(max(part) + 1, 0), $2::bytea from cortex.file_parts where file_id = $1`,
    [id, data],
  );
  await tx.run('update cortex.files set bytes = bytes + $2 where id = $1', [id, data.length]);
}

/** One part of a file as text, or undefined behind its end. */
export async function partOfFile(source: Database | Tx, id: string, part: number): Promise<string | undefined> {
  const row = await source.row<{ data: Buffer }>(
    'select data from cortex.file_parts where file_id = $1 and part = $2',
    [id, part],
  );
  return row?.data.toString();
}

/** The parts of a file, one after another, as they are read. */
export async function* partsOfFile(database: Database, id: string): AsyncGenerator<string> {
  for (let part = 0; ; part += 1) {
    const text = await partOfFile(database, id, part);
    if (text === undefined) return;
    yield text;
  }
}

/** What a job wrote, once it has ended. @throws AppError 404 */
export async function fileOfJob(database: Database, jobId: string): Promise<{ id: string; name: string }> {
  const row = await database.row<{ id: string; name: string }>(
    `select f.id, f.name from cortex.jobs j join cortex.files f on f.id = j.file_id
     where j.id = $1 and j.status <> 'running'`,
    [jobId],
  );
  if (!row) throw notFound('file');
  return row;
}
