import type { Connection, Submittable } from 'pg';

/** COPY … FROM STDIN of one text, as pg speaks it underneath: `client.query(copy)`, then `await copy.done`. */
export class CopyIn implements Submittable {
  readonly done: Promise<void>;
  private settle!: { resolve: () => void; reject: (error: Error) => void };

  constructor(
    private readonly statement: string,
    private readonly text: string,
  ) {
    this.done = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
  }

  submit(connection: Connection): void {
    connection.query(this.statement);
  }

  handleCopyInResponse(connection: Connection): void {
    const copying = connection as unknown as { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void };
    copying.sendCopyFromChunk(Buffer.from(this.text));
    copying.endCopyFrom();
  }

  handleError(error: Error): void {
    this.settle.reject(error);
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.settle.resolve();
  }
}
