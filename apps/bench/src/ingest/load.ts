import { fork, type ChildProcess } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';

/** See `ingest-server.ts`. */
export type ServerKind = 'cortex' | 'worker' | 'bare' | 'fastify' | 'parser';

/** A server under test, in a process of its own. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(kind: ServerKind, databaseUrl: string): Promise<ServerProcess> {
    const child = fork(join(import.meta.dirname, 'ingest-server.js'), [kind, databaseUrl]);
    const { port } = await answer<{ port: number }>(child);
    return new ServerProcess(child, port);
  }

  /** Microseconds on a processor so far, all threads. */
  async cpu(): Promise<number> {
    const waiting = answer<{ cpu: NodeJS.CpuUsage }>(this.child);
    this.child.send('cpu');
    const { cpu } = await waiting;
    return cpu.user + cpu.system;
  }

  /** Bytes of memory that its process holds. */
  async memory(): Promise<number> {
    const waiting = answer<{ memory: number }>(this.child);
    this.child.send('memory');
    return (await waiting).memory;
  }

  /** Stands still, as if it were not there, until `resume`. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  stop(): void {
    this.child.disconnect();
  }
}

function answer<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`A server of the benchmark ended with ${code}.`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}

/** A whole request as it goes over the line, so that sending costs as little as it can. */
export const requestText = (path: string, headers: Readonly<Record<string, string>>, body: string): string =>
  [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    ...Object.entries({ 'content-type': 'application/json', ...headers }).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');

export interface LoadResult {
  seconds: number;
  /** Milliseconds of each request, sorted. */
  latencies: number[];
}

/**
 * Sends each request once over so many connections to 127.0.0.1, one at a time on each, and waits for every answer.
 * @param perSecond requests; a request that finds no connection free then has waited since it was due. Without it each
 *   follows the one before it at once
 * @throws Error when one is not answered 2xx
 */
export async function sendAll(
  port: number,
  requests: readonly string[],
  connections: number,
  perSecond = Infinity,
): Promise<LoadResult> {
  const latencies: number[] = [];
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const line = new Line(port);
      while (next < requests.length) {
        const due = began + (next * 1000) / perSecond;
        const request = requests[next++]!;
        const early = due - performance.now();
        if (early > 0) await rest(early);
        // What a timer adds is not the server's.
        const sent = early > 0 || perSecond === Infinity ? performance.now() : due;
        const status = await line.exchange(request);
        if (status >= 300) throw new Error(`A request of the benchmark was answered ${status}.`);
        latencies.push(performance.now() - sent);
      }
      line.close();
    }),
  );
  return { seconds: (performance.now() - began) / 1000, latencies: latencies.sort((a, b) => a - b) };
}

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;

/** A connection that stays open, for one request at a time. */
export class Line {
  private readonly socket: Socket;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.setNoDelay(true);
  }

  /** @returns the status */
  exchange(request: string): Promise<number> {
    const { socket } = this;
    return new Promise((resolve, reject) => {
      let received = '';
      const read = (chunk: Buffer) => {
        received += chunk.toString('latin1');
        const head = received.indexOf('\r\n\r\n');
        if (head < 0) return;
        const length = /content-length: (\d+)/i.exec(received)?.[1];
        if (length === undefined || received.length < head + 4 + Number(length)) return;
        socket.off('data', read).off('error', reject).off('close', ended);
        resolve(Number(received.slice(9, 12)));
      };
      const ended = () => reject(new Error('The server ended the connection.'));
      socket.on('data', read).once('error', reject).once('close', ended);
      socket.write(request);
    });
  }

  close(): void {
    this.socket.destroy();
  }
}
