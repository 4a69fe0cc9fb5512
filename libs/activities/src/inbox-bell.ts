import type { Database, Log } from '#platform';
import { OwnConnection } from './own-connection.js';

const EVERY_MS = 25;

/**
 * Wakes the matcher after commits and never inside one, which would serialise them: at once when it was quiet, else
 * at most every 25 ms. A notification is a transaction that writes to the log, so it does not wait for the disk: one
 * lost in a crash costs a quarter of a second, because the matcher also polls.
 */
export class InboxBell {
  private readonly connection: OwnConnection;
  private resting: NodeJS.Timeout | undefined;
  private rungMeanwhile = false;

  constructor(
    database: Database,
    private readonly log: Log,
  ) {
    this.connection = new OwnConnection(database, 'cortex inbox bell', '-c synchronous_commit=off');
  }

  ring(): void {
    if (this.resting) {
      this.rungMeanwhile = true;
      return;
    }
    this.rungMeanwhile = false;
    this.resting = setTimeout(() => {
      this.resting = undefined;
      if (this.rungMeanwhile) this.ring();
    }, EVERY_MS);
    void this.notify();
  }

  async close(): Promise<void> {
    clearTimeout(this.resting);
    await this.connection.end();
  }

  private async notify(): Promise<void> {
    try {
      const client = await this.connection.get();
      await client.query('notify cortex_inbox');
    } catch (error) {
      this.log.debug({ err: error }, 'notify failed');
    }
  }
}
