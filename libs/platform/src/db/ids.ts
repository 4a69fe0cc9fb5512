import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const width = 16;
/** Random bytes for many ids at once: asking the system for each id's own costs more than all the rest of it. */
const pool = Buffer.alloc(width * 256);
let used = pool.length;
let msecs = -Infinity;
let seq = 0;

function nextRandom(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += width;
  return pool.subarray(used - width, used);
}

/**
 * A new time-ordered id, of the same kind as the database's default `uuidv7()`. Those of one process rise, also within
 * a millisecond and while the clock stands or goes back.
 */
export function newId(): string {
  const random = nextRandom();
  const now = Date.now();
  if (now > msecs) {
    msecs = now;
    // Half of the counter's reach, so that it does not run over within the millisecond.
    seq = random.readUInt32BE(6) >>> 2;
  } else {
    seq += 1;
    if (seq > 0x7fffffff) {
      seq = 0;
      msecs += 1;
    }
  }
  return v7({ random, msecs, seq });
}
