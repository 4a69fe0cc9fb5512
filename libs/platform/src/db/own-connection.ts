import pg from 'pg';
import type { DataSource } from 'typeorm';
import { readableInstants } from './readable-instants.js';

/** One connection outside the pool, made when it is first asked for and again after it broke. */
export class OwnConnection {
  private client: Promise<pg.Client> | undefined;

  /**
   * @param settings of the session, as `-c name=value`
   * @param patience milliseconds after which a statement without an answer fails; none when absent
   */
  constructor(
    private readonly source: DataSource,
    private readonly name: string,
    private readonly settings: string,
    private readonly patience?: number,
  ) {}

  get(): Promise<pg.Client> {
    if (this.client) return this.client;
    const { options } = this.source;
    const client = new pg.Client({
      connectionString: 'url' in options ? options.url : undefined,
      application_name: this.name,
      options: this.settings,
      query_timeout: this.patience,
      types: readableInstants,
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
    void client.end().catch(() => undefined);
  }

  async end(): Promise<void> {
    const client = await this.client?.catch(() => undefined);
    this.client = undefined;
    await client?.end();
  }
}
