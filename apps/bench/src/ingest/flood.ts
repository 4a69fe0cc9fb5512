/**
 * A flood by one key, in a process of its own, so that whoever measures beside it is not held up by it: as many requests
 * as are answered over so many connections, until the parent goes. What was refused is sent again at once, as one would
 * who reads no answer. Asked, it says how many requests were taken and refused so far.
 */
import { Line, requestText } from './load.js';
import { sampleActivity } from '../data/ingest-database.js';

const [port, key, size, connections] = process.argv.slice(2) as [string, string, string, string];
const bodies = Array.from({ length: 50 }, (_, n) => {
  const some = Array.from({ length: Number(size) }, (_, at) => sampleActivity(n * Number(size) + at));
  return requestText(
    '/activities',
    { authorization: `Bearer ${key}` },
    JSON.stringify(some.length === 1 ? some[0] : some),
  );
});
const answered = { taken: 0, refused: 0 };

process.on('message', () => process.send!(answered));
process.on('disconnect', () => process.exit(0));
await Promise.all(Array.from({ length: Number(connections) }, (_, n) => flood(n)));

async function flood(from: number): Promise<never> {
  let line = new Line(Number(port));
  for (let n = from; ; n += 1) {
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
