import { setTimeout as pause } from 'node:timers/promises';
import { boundLog, isAlive, startCluster, stopCluster, type Cluster, type ClusterSettings } from '#platform/postgres';
import { Deaths, type Lives } from './lives.js';

/** Milliseconds between looks at the process of a server that another one started, and at the size of the log. */
const WATCH = 250;
const WATCH_LOG = 60_000;

/**
 * The PostgreSQL that comes along, started again whenever it dies. It comes back at the same address, so the application
 * stays, answers 503 meanwhile, and connects again; only when its port was taken in between has it moved.
 */
export class KeptPostgres {
  private readonly deaths: Deaths;
  private watch: NodeJS.Timeout | undefined;
  private watchLog: NodeJS.Timeout | undefined;
  private repair: Promise<void> | undefined;
  private startedAt = Date.now();
  private lost = 0;
  private closing = new AbortController();

  private constructor(
    private readonly settings: ClusterSettings,
    lives: Lives,
    private readonly told: { moved(): void; gaveUp(why: Error): void },
    private cluster: Cluster,
  ) {
    this.deaths = new Deaths(lives);
    this.watchLog = setInterval(
      () =>
        void boundLog(settings.dataDir).catch((error: Error) =>
          console.error(`The log of PostgreSQL cannot be shortened: ${error.message}`),
        ),
      WATCH_LOG,
    );
    this.follow();
  }

  /** @throws Error with one sentence when it cannot be started the first time */
  static async start(
    settings: ClusterSettings,
    lives: Lives,
    told: { moved(): void; gaveUp(why: Error): void },
  ): Promise<KeptPostgres> {
    return new KeptPostgres(settings, lives, told, await startCluster(settings));
  }

  /** How often it was lost so far; a program that did not get through meanwhile is not to blame. */
  get losses(): number {
    this.look();
    return this.lost;
  }

  /** The address, as soon as the server runs. */
  async address(): Promise<string> {
    this.look();
    await this.repair;
    return this.cluster.url;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.repair;
    clearInterval(this.watch);
    clearInterval(this.watchLog);
    await stopCluster(this.settings.dataDir);
  }

  /** The end of a child is told; any other process has to be looked at. */
  private follow(): void {
    clearInterval(this.watch);
    const { child } = this.cluster;
    if (child) child.once('exit', () => this.look());
    else this.watch = setInterval(() => this.look(), WATCH);
    this.look();
  }

  private look(): void {
    if (this.repair || this.closing.signal.aborted || isAlive(this.cluster.pid)) return;
    this.lost += 1;
    this.repair = this.startAgain().then(
      () => {
        this.repair = undefined;
        this.follow();
      },
      // Nothing is tried again after this: `repair` stays.
      (why: Error) => this.told.gaveUp(why),
    );
  }

  private async startAgain(): Promise<void> {
    const { signal } = this.closing;
    const before = this.cluster.url;
    let lived = Date.now() - this.startedAt;
    let reason = `Its log is ${this.settings.dataDir}/postgres.log.`;
    while (!signal.aborted) {
      const rest = this.deaths.add(lived);
      if (rest === undefined) throw new Error(`PostgreSQL ended ${this.deaths.inARow} times in a row. ${reason}`);
      console.error(`PostgreSQL ended unexpectedly. Starting it again in ${rest / 1000} s.`);
      await pause(rest, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        this.cluster = await startCluster(this.settings);
        this.startedAt = Date.now();
        if (this.cluster.url !== before) this.told.moved();
        return;
      } catch (error) {
        reason = (error as Error).message;
        lived = 0;
      }
    }
  }
}
