import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';

/** What a flood sends. */
export interface FloodForm {
  /** Activities in a request. */
  size: number;
  connections: number;
  /** Bytes of text that each activity carries beside. */
  padding?: number;
}

/** Requests so far. */
interface Answered {
  taken: number;
  refused: number;
}

/** A flood by one key, see `flood.ts`. */
export class Flood {
  private constructor(private readonly child: ChildProcess) {}

  /** @param perSecond requests; without it as many as are answered @returns once it is in full swing */
  static async start(port: number, key: string, form: FloodForm, perSecond = Infinity): Promise<Flood> {
    const { size, connections, padding = 0 } = form;
    const told = [port, key, size, connections, perSecond, padding].map(String);
    const flood = new Flood(fork(join(import.meta.dirname, 'flood.js'), told));
    const since = performance.now();
    for (;;) {
      const { taken, refused } = await flood.answered();
      if (taken + refused >= 2 * connections || performance.now() - since > 2000) return flood;
      await rest(20);
    }
  }

  async answered(): Promise<Answered> {
    const answer = once(this.child, 'message') as Promise<[Answered]>;
    this.child.send('how many');
    return (await answer)[0];
  }

  /** Stands still until `resume`; what the server has in hand of it is over then. */
  async pause(): Promise<void> {
    this.child.kill('SIGSTOP');
    await rest(300);
  }

  async resume(): Promise<void> {
    this.child.kill('SIGCONT');
    await rest(300);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGCONT');
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
    // What the server has in hand of it.
    await rest(500);
  }
}
