import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on a free port of this machine that speaks somebody else's contract; `FakePostmark` also runs as a program. */
export abstract class FakeServer {
  private readonly server = createServer((request, response) => void this.take(request, response));

  static async start<Fake extends FakeServer>(this: new () => Fake): Promise<Fake> {
    const fake = new this();
    await new Promise<void>((ready) => fake.server.listen(0, '127.0.0.1', ready));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  /** Answers one call. */
  protected abstract take(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Answers with JSON, as an object or already written. */
export function answer(
  response: ServerResponse,
  status: number,
  body: object | string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
