/**
 * A flood by one key, in a process of its own, so that whoever measures beside it is not held up by it: as many requests
 * as are answered over so many connections, or so many a second, until the parent goes. What was refused is sent again at
 * once, as one would who reads no answer. Asked, it says how many requests were taken and refused so far.
 */
import { setTimeout as rest } from 'node:timers/promises';
import { Line, requestText } from './load.js';
import { sampleActivity } from '../data/ingest-database.js';

const [port, key, size, connections, perSecond, padding] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
];
/** Bodies that are sent in turn; of large ones fewer. */
const BODIES = Number(size) * Number(padding) > 100_000 ? 4 : 50;
const bodies = Array.from({ length: BODIES }, (_, n) => {
  const some = Array.from({ length: Number(size) }, (_, at) => {
    const activity = sampleActivity(n * Number(size) + at);
    return { ...activity, metadata: { ...activity.metadata, note: 'x'.repeat(Number(padding)) } };
  });
  return requestText(
    '/activities',
    { authorization: `Bearer ${key}` },
    JSON.stringify(some.length === 1 ? some[0] : some),
  );
});
const answered = { taken: 0, refused: 0 };
const interval = 1000 / Number(perSecond);
let due = performance.now();
let next = 0;

process.on('message', () => process.send!(answered));
process.on('disconnect', () => process.exit(0));
await Promise.all(Array.from({ length: Number(connections) }, () => flood()));

async function flood(): Promise<never> {
  let line = new Line(Number(port));
  for (;;) {
    const n = next++;
    const now = performance.now();
    // What was missed while it stood still is not made up for.
    due = Math.max(due + interval, now - interval);
    if (due > now) await rest(due - now);
    const status = await line.exchange(bodies[n % bodies.length]!).catch(() => 0);
    if (status === 202) answered.taken += 1;
    else {
      answered.refused += 1;
      // A body that was not read ends its connection.
      line.close();
      line = new Line(Number(port));
    }
  }
}
