import { Inject, Injectable } from '@nestjs/common';
import { Database, LOG, RepeatingLoop, type Log, type Loop } from '#platform';
import { retryPutAside } from '../inbox/failed-activities.js';
import { EngineVersions } from '../versions/engine-versions.js';
import type { EngineParts } from '../transaction/engine-transaction.js';
import { followChanges } from './follow-changes.js';
import { wakeIsolated } from './wake-isolated.js';
import { Wake } from './wake.js';

/** Milliseconds between looks for due runs, and for activities that failed and are due again. */
const IDLE_PAUSE = 500;
const RETRY_PAUSE = 20_000;
/** One probe of the index for each live automation, however many runs wait. */
const ANYTHING_DUE = `select from cortex.automations a cross join lateral (
  select from cortex.automation_runs r where r.automation_id = a.id and r.status in ('active', 'waiting')
    and r.wake_at <= cortex.now() limit 1) r where a.status = 'live' limit 1`;

/** Moves runs whose wait is over. */
@Injectable()
export class WakeLoop implements Loop {
  readonly name = 'wake';
  private readonly loop: RepeatingLoop;
  private readonly retries: RepeatingLoop;
  private readonly wake: Wake;
  private readonly engine: EngineParts;

  constructor(
    database: Database,
    versions: EngineVersions,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.engine = { database, versions, log };
    this.wake = new Wake(this.engine);
    this.loop = new RepeatingLoop({
      name: this.name,
      work: () => this.once(),
      idle: IDLE_PAUSE,
      poll: { database, due: `exists (${ANYTHING_DUE})` },
      log,
    });
    this.retries = new RepeatingLoop({
      name: 'retry',
      work: async () => {
        await retryPutAside(database);
        return false;
      },
      idle: RETRY_PAUSE,
      poll: { database, due: 'exists (select from cortex.inbox_failures)' },
      log,
    });
  }

  start(): void {
    this.loop.start();
    this.retries.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.loop.stop(), this.retries.stop()]);
  }

  /** One claim. Answers whether there may be more. */
  async once(): Promise<boolean> {
    const more = await followChanges(this.engine);
    return (await wakeIsolated(this.wake, this.log)) > 0 || more;
  }
}
