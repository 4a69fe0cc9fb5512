import type { Database, Log } from '#platform';

interface Listening {
  on(event: 'notification' | 'error' | 'end', handler: () => void): void;
}

const RECONNECT = 2_000;

/** Hears of new activities on a connection of its own; while that is lost, polling alone carries on. */
export class InboxListener {
  private runner: ReturnType<Database['source']['createQueryRunner']> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly log: Log,
    private readonly onNews: () => void,
  ) {}

  start(): void {
    void this.listen();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.letGo();
  }

  private async listen(): Promise<void> {
    try {
      const runner = this.database.source.createQueryRunner();
      this.runner = runner;
      const client = (await runner.connect()) as Listening;
      this.database.pulse.listens(client);
      client.on('notification', () => this.onNews());
      client.on('error', () => this.lost());
      client.on('end', () => this.lost());
      await runner.query('listen cortex_inbox');
      if (this.stopped) await this.letGo();
    } catch (error) {
      this.log.warn({ reason: (error as Error).message }, 'listening for activities failed; polling goes on');
      this.lost();
    }
  }

  private lost(): void {
    if (this.stopped || !this.runner) return;
    void this.letGo();
    this.timer = setTimeout(() => void this.listen(), RECONNECT);
    this.timer.unref();
  }

  private async letGo(): Promise<void> {
    const runner = this.runner;
    this.runner = undefined;
    if (!runner) return;
    await runner.query('unlisten cortex_inbox').catch(() => undefined);
    await runner.release().catch(() => undefined);
  }
}
