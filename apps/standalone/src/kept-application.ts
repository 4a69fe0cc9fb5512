import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { environmentFor, isReadyMessage } from '#platform';
import { Deaths, type Lives } from './lives.js';
import type { StopSignal } from './stop-signal.js';

/** Milliseconds that the application may take to finish what it has in hand. */
const PATIENCE = 10_000;

export interface ApplicationSettings {
  program: string;
  /** Of Node, before the program. */
  flags: readonly string[];
  /** What its environment has besides ours, asked before each start. */
  environment(): Promise<Record<string, string>>;
  /** Grows with what may end a program that is not to blame, such as the death of its database. */
  disturbances(): number;
  lives: Lives;
  stop: StopSignal;
}

interface Life {
  /** Its own exit code; null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Whether it said that it runs. */
  ready: boolean;
  /** Milliseconds. */
  lived: number;
}

/** The application as a child process, started again whenever it ends without having been told to. */
export class KeptApplication {
  private child: ChildProcess | undefined;
  private moving = false;
  private failure: Error | undefined;
  private readonly rest = new AbortController();

  constructor(private readonly settings: ApplicationSettings) {
    settings.stop.onAsked(() => this.end());
  }

  /** Ends it, so that it is started in its new environment. */
  move(): void {
    if (!this.child) return;
    this.moving = true;
    void endChild(this.child);
  }

  /** Ends it for good: `run` throws this. */
  giveUp(why: Error): void {
    this.failure ??= why;
    this.end();
  }

  /**
   * @returns the exit code: 0 when we were told to stop, its own when it could not start
   * @throws Error with one sentence when it died too often
   */
  async run(): Promise<number> {
    const { lives, stop, disturbances } = this.settings;
    const deaths = new Deaths(lives);
    let everReady = false;
    for (;;) {
      const before = disturbances();
      const environment = await this.settings.environment();
      if (this.failure) throw this.failure;
      if (stop.asked) return 0;
      const life = await this.live(environment);
      if (this.failure) throw this.failure;
      if (stop.asked) return 0;
      if (this.moving) {
        this.moving = false;
        continue;
      }
      everReady ||= life.ready;
      // It has said itself why it cannot start, and would say the same again.
      if (!everReady && life.code !== null && disturbances() === before) return life.code === 0 ? 1 : life.code;
      const how = life.signal ? `by ${life.signal}` : `with exit code ${life.code}`;
      const milliseconds = deaths.add(life.lived);
      if (milliseconds === undefined) {
        throw new Error(`The application ended ${deaths.inARow} times in a row, the last time ${how}: given up.`);
      }
      console.error(`The application ended unexpectedly (${how}). Starting it again in ${milliseconds / 1000} s.`);
      await pause(milliseconds, undefined, { signal: this.rest.signal }).catch(() => undefined);
    }
  }

  private end(): void {
    this.rest.abort();
    if (this.child) void endChild(this.child);
  }

  private async live(environment: Record<string, string>): Promise<Life> {
    const { flags, program } = this.settings;
    const began = Date.now();
    let ready = false;
    // The channel tells the application when we are gone: without us it must not keep the port.
    const child = spawn(process.execPath, [...flags, '--enable-source-maps', program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: environmentFor(environment),
    });
    this.child = child;
    child.on('message', (message) => (ready ||= isReadyMessage(message)));
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done) => {
      child.on('error', () => done([1, null]));
      child.on('exit', (status, by) => done([status, by]));
    });
    this.child = undefined;
    return { code, signal, ready, lived: Date.now() - began };
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  const until = Date.now() + PATIENCE;
  while (child.exitCode === null && child.signalCode === null) {
    if (Date.now() > until) child.kill('SIGKILL');
    await pause(20);
  }
}
