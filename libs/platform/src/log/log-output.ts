import { writeSync } from 'node:fs';

/** Milliseconds that one line waits for a reader who is slow; whoever reads no more must not hold up the program. */
const PATIENCE = 250;
/** Milliseconds after a failure in which nothing is tried. */
const REST = 1_000;

const sleep = (milliseconds: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/**
 * Where lines of the log go. When they cannot be written, because the disk is full or the reader is gone, they are
 * lost and counted, and the program goes on. The first line that is written again says how many are missing.
 */
export class LogOutput {
  /** The last failure: why, when (epoch milliseconds), and how many lines are lost since the process began. */
  failure: { code: string; at: number; lost: number } | undefined;
  private missing = 0;
  private broken = false;

  constructor(private readonly fd: number) {}

  write(line: string): void {
    if (this.missing > 0 && Date.now() - this.failure!.at < REST)
      return this.lose(this.failure!.code, this.failure!.at);
    try {
      const before = this.broken ? '\n' : '';
      this.put(this.missing > 0 ? `${before}${this.gap()}${line}` : line);
      this.missing = 0;
      this.broken = false;
    } catch (error) {
      this.lose((error as NodeJS.ErrnoException).code ?? 'unknown', Date.now());
    }
  }

  private put(text: string): void {
    let rest = Buffer.from(text);
    const until = Date.now() + PATIENCE;
    while (rest.length > 0) {
      try {
        const written = writeSync(this.fd, rest);
        rest = rest.subarray(written);
        this.broken = rest.length > 0;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || Date.now() > until) throw error;
        sleep(5);
      }
    }
  }

  private lose(code: string, at: number): void {
    this.missing += 1;
    this.failure = { code, at, lost: (this.failure?.lost ?? 0) + 1 };
  }

  private gap(): string {
    const { code } = this.failure!;
    const msg = `${this.missing} lines are missing here: they could not be written (${code}).`;
    return `${JSON.stringify({ level: 40, time: new Date().toISOString(), msg })}\n`;
  }
}

/** Of this process; what it cannot take stands under Needs attention. */
export const standardOutput = new LogOutput(1);
