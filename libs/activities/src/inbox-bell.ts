import { OwnConnection, type Database, type Log } from '#platform';

const EVERY_MS = 25;

/**
 * Wakes the matcher after commits and never inside one, which would serialise them: at once when it was quiet, else
 * at most every 25 ms. A notification is a transaction that writes to the log, so it does not wait for the disk: one
 * lost in a crash costs a quarter of a second, because the matcher also polls.
 */
export class InboxBell {
  private readonly connection: OwnConnection;
  private ringing: Promise<void> | undefined;
  private rest: NodeJS.Timeout | undefined;
  private rungMeanwhile = false;

  constructor(
    database: Database,
    private readonly log: Log,
  ) {
    this.connection = new OwnConnection(database.source, 'cortex inbox bell', { synchronous_commit: 'off' });
  }

  ring(): void {
    if (this.ringing || this.rest) {
      this.rungMeanwhile = true;
      return;
    }
    this.rungMeanwhile = false;
    // On a busy server one may take longer than the rest after it, and a connection is asked one thing at a time.
    this.ringing = this.notify().then(() => {
      this.ringing = undefined;
      this.rest = setTimeout(() => {
        this.rest = undefined;
        if (this.rungMeanwhile) this.ring();
      }, EVERY_MS);
    });
  }

  async close(): Promise<void> {
    await this.ringing;
    clearTimeout(this.rest);
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
