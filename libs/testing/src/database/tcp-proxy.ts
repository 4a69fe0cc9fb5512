import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A cable to a TCP server that can be pulled. */
export class TcpProxy {
  private readonly unjoined = new Set<Socket>();
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private dead = false;
  /** Whether new connections are joined to the server; those that are there go on either way. */
  joins = true;

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
  ) {
    server.on('connection', (near) => this.join(near));
  }

  /** @param url of the server behind it, a postgres:// for example */
  static async to(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    // Half-open like a cable: what one end does not say, the other does not hear.
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, { host: hostname, port: Number(port) });
  }

  /** The same address, through this cable. */
  through(url: string): string {
    const changed = new URL(url);
    changed.hostname = '127.0.0.1';
    changed.port = String((this.server.address() as AddressInfo).port);
    return changed.href;
  }

  /** Nothing comes through any more, in either direction; no connection is closed, and new ones are taken. */
  pull(): void {
    this.dead = true;
    for (const pair of this.pairs) for (const socket of pair) socket.pause();
  }

  /** The cable is in again. What was under way is lost: its connections are reset. */
  plugIn(): void {
    this.dead = false;
    this.reset();
  }

  /** Every connection is reset. */
  reset(): void {
    for (const pair of [...this.pairs]) for (const socket of pair) socket.resetAndDestroy();
    for (const socket of this.unjoined) socket.resetAndDestroy();
    this.unjoined.clear();
  }

  async close(): Promise<void> {
    this.reset();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(near: Socket): void {
    if (!this.joins) {
      near.on('error', () => undefined);
      this.unjoined.add(near);
      return;
    }
    const far = connect({ ...this.target, allowHalfOpen: true });
    const pair = [near, far] as const;
    this.pairs.add(pair);
    for (const [from, to] of [pair, [far, near]] as const) {
      from.on('data', (chunk) => {
        if (!this.dead) to.write(chunk);
      });
      from.on('end', () => {
        if (!this.dead) to.end();
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.pairs.delete(pair);
        if (!this.dead) to.destroy();
      });
    }
    if (this.dead) for (const socket of pair) socket.pause();
  }
}
