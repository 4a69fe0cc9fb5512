import pg from 'pg';
import type { DataSource } from 'typeorm';
import { connectionOptions, cut } from './connection.js';

/** One connection outside the pool, made when it is first asked for and again after it broke. */
export class OwnConnection {
  private client: Promise<pg.Client> | undefined;

  /**
   * @param session settings of the session
   * @param patience milliseconds after which a statement without an answer fails; none when absent
   */
  constructor(
    private readonly source: DataSource,
    private readonly name: string,
    private readonly session: Readonly<Record<string, string>>,
    private readonly patience?: number,
  ) {}

  get(): Promise<pg.Client> {
    if (this.client) return this.client;
    const { options } = this.source;
    const url = 'url' in options ? options.url : undefined;
    const { name, session } = this;
    const client = new pg.Client({
      ...connectionOptions({ url, name, session }),
      query_timeout: this.patience,
    });
    client.on('error', () => this.forget(client));
    const connecting = client.connect().then(
      () => client,
      (error: unknown) => {
        this.client = undefined;
        throw error;
      },
    );
    this.client = connecting;
    return connecting;
  }

  /** Gives a connection up whose state nobody knows. */
  forget(client: pg.Client): void {
    this.client = undefined;
    cut(client);
  }

  /** Cuts what is there, so that whoever waits on it hears of it. */
  cut(): void {
    void this.client?.then(cut, () => undefined);
  }

  async end(): Promise<void> {
    const client = await this.client?.catch(() => undefined);
    this.client = undefined;
    if (client) cut(client);
  }
}
