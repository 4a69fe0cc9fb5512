/**
 * Goal 4: PostgreSQL's processor time per activity in batches of 500 over HTTP, with partitions, person, inbox and
 * idempotency, against COPY of the same rows in 500s into an unpartitioned table with the same read indexes.
 */
import pg from 'pg';
import { CopyIn } from '../data/copy-in.js';
import { addReadIndexes, clearActivities, KEY, sampleActivity, withDatabase } from '../data/ingest-database.js';
import { sendAll, ServerProcess } from './load.js';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';

const ROUNDS = 5;
const BATCHES = 100;
const SIZE = 500;
const MUST = 2.0;
const STRETCH = 1.5;

const copied: number[] = [];
const posted: number[] = [];

await withDatabase(async ({ url, pid, database }) => {
  await database.run('create schema bench');
  await database.run('create table bench.plain (like crm_activities including defaults)');
  await addReadIndexes(database, 'bench.plain');
  await database.run('vacuum analyze');
  const people = new Map(
    (await database.rows<{ email: string; person_id: string }>('select email, person_id from cortex.people')).map(
      (row) => [row.email, row.person_id],
    ),
  );
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const server = await ServerProcess.start('cortex', url);

  for (let round = 0; round <= ROUNDS; round++) {
    // The same rows both ways; ids as a sender would give them, so that repeats are told apart.
    const batches = Array.from({ length: BATCHES }, (_, batch) =>
      Array.from({ length: SIZE }, (_, n) => ({
        id: crypto.randomUUID(),
        ...sampleActivity(batch * SIZE + n),
        occurred_at: new Date(Date.now() - ((batch * SIZE + n) % 86_400) * 1000).toISOString(),
        source: 'bench',
      })),
    );
    await clearActivities(database, 'bench.plain');
    const texts = batches.map((rows) =>
      rows
        .map((row) =>
          [
            row.id,
            row.contact_email,
            row.type,
            JSON.stringify(row.metadata),
            row.occurred_at,
            row.source,
            people.get(row.contact_email),
          ].join('\t'),
        )
        .join('\n'),
    );
    const beforeCopy = await readServerCpu(pid);
    for (const text of texts) {
      const copy = new CopyIn(
        'copy bench.plain (id, contact_email, type, metadata, occurred_at, source, person_id) from stdin',
        `${text}\n`,
      );
      client.query(copy);
      await copy.done;
    }
    const copyMicros = microsecondsBetween(beforeCopy, await readServerCpu(pid)) / (BATCHES * SIZE);

    await clearActivities(database, 'bench.plain');
    const bodies = batches.map((rows) => JSON.stringify(rows));
    const beforePost = await readServerCpu(pid);
    await sendAll(server.port, KEY, bodies, 1);
    const postMicros = microsecondsBetween(beforePost, await readServerCpu(pid)) / (BATCHES * SIZE);
    const inbox = await database.row<{ n: string }>('select count(*) n from cortex.activity_inbox');
    if (Number(inbox!.n) !== BATCHES * SIZE)
      throw new Error(`${inbox!.n} of ${BATCHES * SIZE} rows stand in the inbox.`);
    // The first round warms up.
    if (round === 0) continue;
    copied.push(copyMicros);
    posted.push(postMicros);
  }
  server.stop();
  await client.end();
});

const shown = (values: number[]) =>
  `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`;
console.log(`Goal 4: ${ROUNDS} rounds A B A B of ${BATCHES} batches of ${SIZE}, medians (spread).`);
console.table([
  { 'PostgreSQL CPU, µs per activity': 'COPY into a plain table', median: shown(copied) },
  { 'PostgreSQL CPU, µs per activity': 'POST /activities', median: shown(posted) },
]);
console.log(
  'Both tables: (person_id, occurred_at desc, id desc), (type, occurred_at, person_id), and (anonymous_id, occurred_at) for rows without a person.',
);
const ratio = median(posted) / median(copied);
console.log(`${ratio.toFixed(2)} × COPY. Must: at most ${MUST} ×; stretch: ${STRETCH} ×.`);
if (ratio > MUST) process.exitCode = 1;
