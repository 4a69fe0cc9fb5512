import { fork, type ChildProcess } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';

/** A server under test, in a process of its own. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(kind: 'cortex' | 'worker' | 'bare', databaseUrl: string): Promise<ServerProcess> {
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

export interface LoadResult {
  seconds: number;
  /** Milliseconds of each request, sorted. */
  latencies: number[];
}

/**
 * Sends each body once over so many connections to 127.0.0.1, one request at a time on each, and waits for every
 * answer. @throws Error when one is not 202
 */
export async function sendAll(
  port: number,
  key: string,
  bodies: readonly string[],
  connections: number,
): Promise<LoadResult> {
  const latencies: number[] = [];
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      while (next < bodies.length) {
        const body = bodies[next++]!;
        const sent = performance.now();
        const status = await exchange(socket, key, body);
        if (status !== 202) throw new Error(`A request of the benchmark was answered ${status}.`);
        latencies.push(performance.now() - sent);
      }
      socket.destroy();
    }),
  );
  return { seconds: (performance.now() - began) / 1000, latencies: latencies.sort((a, b) => a - b) };
}

/** One HTTP/1.1 request on an open connection. @returns the status */
function exchange(socket: Socket, key: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let received = '';
    const read = (chunk: Buffer) => {
      received += chunk.toString('latin1');
      const head = received.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = /content-length: (\d+)/i.exec(received)?.[1];
      if (length === undefined || received.length < head + 4 + Number(length)) return;
      socket.off('data', read).off('error', reject);
      resolve(Number(received.slice(9, 12)));
    };
    socket.on('data', read).once('error', reject);
    socket.write(
      `POST /activities HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${key}\r\n` +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
}
