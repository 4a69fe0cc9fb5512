/**
 * Goal 4: PostgreSQL's processor time per activity in batches over HTTP, with partitions, person, inbox and idempotency,
 * against COPY of the same rows in 500s into an unpartitioned table with the same read indexes. Batches of 500 by
 * `/activities` and as a client of Segment sends them, of 50 as pages do; what pages send is nobody's yet and has no
 * inbox row.
 */
import pg from 'pg';
import { CopyIn } from '../data/copy-in.js';
import { addReadIndexes, clearActivities, KEY, sampleActivity, withDatabase } from '../data/ingest-database.js';
import { requestText, sendAll, ServerProcess } from './load.js';
import { newPageKey, toClientBatch, toTrack, type WayIn } from './requests.js';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';

const ROUNDS = 5;
const BATCHES = 100;
const SIZE = 500;
const MUST = 2.0;
const STRETCH = 1.5;

/** Activities in one request of a page. */
const PAGE_SIZE = 50;
const ACTIVITIES = BATCHES * SIZE;

const copied: number[] = [];
const posted: Record<WayIn, number[]> = { 'POST /activities': [], 'POST /v1/batch': [], 'POST /track': [] };

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
    const copyMicros = microsecondsBetween(beforeCopy, await readServerCpu(pid)) / ACTIVITIES;

    const requests: Record<WayIn, () => Promise<string[]>> = {
      'POST /activities': async () =>
        batches.map((rows) => requestText('/activities', { authorization: `Bearer ${KEY}` }, JSON.stringify(rows))),
      'POST /v1/batch': async () => toClientBatch(BATCHES, SIZE),
      // A key may record 30,000 in a minute.
      'POST /track': async () => {
        const half = ACTIVITIES / PAGE_SIZE / 2;
        return [
          ...toTrack(half, await newPageKey(server.port), PAGE_SIZE),
          ...toTrack(half, await newPageKey(server.port), PAGE_SIZE),
        ];
      },
    };
    for (const way of Object.keys(requests) as WayIn[]) {
      await clearActivities(database, 'bench.plain');
      const all = await requests[way]();
      const before = await readServerCpu(pid);
      await sendAll(server.port, all, 1);
      const micros = microsecondsBetween(before, await readServerCpu(pid)) / ACTIVITIES;
      const stored = await database.row<{ n: number; inbox: number }>(
        `select (select count(*)::int from crm_activities) n, (select count(*)::int from cortex.activity_inbox) inbox`,
      );
      if (stored!.n !== ACTIVITIES || stored!.inbox !== (way === 'POST /track' ? 0 : ACTIVITIES))
        throw new Error(
          `Of ${ACTIVITIES} by ${way} ${stored!.n} were stored, and ${stored!.inbox} stand in the inbox.`,
        );
      // The first round warms up.
      if (round > 0) posted[way].push(micros);
    }
    if (round > 0) copied.push(copyMicros);
  }
  server.stop();
  await client.end();
});

const shown = (values: number[]) =>
  `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`;
console.log(`Goal 4: ${ROUNDS} rounds in turn of ${ACTIVITIES} activities, medians (spread).`);
console.table([
  { 'PostgreSQL CPU, µs per activity': 'COPY into a plain table', median: shown(copied) },
  ...Object.entries(posted).map(([way, micros]) => ({
    'PostgreSQL CPU, µs per activity': way,
    median: shown(micros),
    'of COPY': `${(median(micros) / median(copied)).toFixed(2)} ×`,
  })),
]);
console.log(
  'Both tables: (person_id, occurred_at desc, id desc), (type, occurred_at, person_id), and (anonymous_id, occurred_at) for rows without a person.',
);
const ratio = median(posted['POST /activities']) / median(copied);
console.log(`POST /activities: ${ratio.toFixed(2)} × COPY. Must: at most ${MUST} ×; stretch: ${STRETCH} ×.`);
if (ratio > MUST) process.exitCode = 1;
