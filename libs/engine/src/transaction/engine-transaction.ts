import { enterGate } from '#automations';
import { lockPeople, lockPerson, tryPeople, type Database, type Log, type Tx } from '#platform';
import { Advance } from '../advance/advance.js';
import type { Backend } from '../advance/backend.js';
import { enter } from '../entry/enter.js';
import type { Entry, Refusal } from '../entry/entry-limits.js';
import { pauseTripped } from '../entry/guard.js';
import { claimPeople, PEOPLE_PER_CLAIM, type InboxRow } from '../inbox/claim.js';
import type { Journey, RunRow } from '../runs/journey.js';
import { record } from '../runs/record-runs.js';
import { resumeRuns } from '../runs/resume-runs.js';
import type { CompiledVersion } from '../versions/compiled-version.js';
import type { CompiledVersions, Moment } from '../versions/compiled-versions.js';
import { DatabaseBackend } from './database-backend.js';

export interface EngineParts {
  database: Database;
  versions: CompiledVersions;
  log: Log;
}

/** One transaction that moves runs. Lock people first; only the runs of people whose locks are held can be moved. */
export class EngineTransaction {
  readonly backend: Backend;
  private readonly database: DatabaseBackend;
  private readonly held = new Set<string>();

  constructor(
    readonly tx: Tx,
    readonly moment: Moment,
    private readonly versions: CompiledVersions,
    private readonly log: Log,
  ) {
    this.database = new DatabaseBackend(tx, versions);
    this.backend = this.database;
  }

  /** Whether the guard asked for a pause; it comes once this transaction is committed. */
  get tripped(): boolean {
    return this.database.tripped;
  }

  /** Waits for one person. */
  async lock(personId: string): Promise<void> {
    await lockPerson(this.tx, personId);
    this.held.add(personId);
  }

  /** Waits for these people, one after another and in order. */
  async lockAll(personIds: readonly string[]): Promise<void> {
    await lockPeople(this.tx, personIds);
    this.hold([...personIds]);
  }

  /** Locks those of these people whom nobody is at, at most `limit`, in the order given. Answers whom. */
  async lockFree(personIds: readonly string[], limit = PEOPLE_PER_CLAIM): Promise<string[]> {
    return this.hold(await tryPeople(this.tx, personIds, limit));
  }

  /** Locks the people with the oldest activities in the inbox; see `claimPeople`. */
  async lockOldest(): Promise<string[]> {
    return this.hold(await claimPeople(this.tx));
  }

  /** The versions with these ids; one that is gone is left out. */
  versionsOf(ids: readonly string[]): Promise<ReadonlyMap<string, CompiledVersion>> {
    return this.versions.load(this.tx, ids);
  }

  /** What people did themselves and is matched in this transaction; their `last_activity` shows it to rules at once. */
  seen(activities: readonly Pick<InboxRow, 'person_id' | 'occurred_at'>[]): void {
    this.database.seen(activities);
  }

  /** Stored runs, ready to be moved. Runs of a version that is gone are left out. */
  async load(runs: readonly RunRow[]): Promise<Journey[]> {
    const versions = await this.versions.load(
      this.tx,
      runs.map((run) => run.version_id),
    );
    return resumeRuns(this.tx, runs, versions);
  }

  /** Lets in whom the entry limits and the guard let in, and moves them. Answers in the order given. */
  async enter(entries: readonly Entry[]): Promise<({ journey: Journey } | { refused: Refusal })[]> {
    const answers = await enter(this.backend, this.moment, entries);
    await this.move(answers.flatMap((each) => ('journey' in each ? [each.journey] : [])));
    return answers;
  }

  /**
   * Moves runs as far as they go, and writes them.
   * @throws Error when somebody's lock is not held: another worker could move the same run
   */
  async move(journeys: readonly Journey[]): Promise<void> {
    const free = journeys.find(({ run }) => !this.held.has(run.person_id));
    if (free) throw new Error(`The run ${free.run.id} was to be moved without its person's lock.`);
    await new Advance(this.backend, this.moment, this.log).run(journeys);
    await record(this.tx, journeys);
  }

  private hold(people: string[]): string[] {
    for (const person of people) this.held.add(person);
    return people;
  }
}

/**
 * The one way in which runs are moved, whichever door they come through: matching, waking, monitors, schedules and
 * dates, and by hand. Enters the gate, so that nobody publishes, pauses or stops meanwhile; reads what is live; lets
 * `work` lock people and move them; and, once that is committed, pauses what the guard has tripped.
 */
export async function engineTransaction<T>(
  { database, versions, log }: EngineParts,
  work: (on: EngineTransaction) => Promise<T>,
): Promise<T> {
  let tripped = false;
  const result = await database.tx(async (tx) => {
    await enterGate(tx);
    const on = new EngineTransaction(tx, await versions.moment(tx), versions, log);
    const answer = await work(on);
    tripped = on.tripped;
    return answer;
  });
  if (tripped) await pauseNow(database, log);
  return result;
}

/** The work is done and committed, whatever comes of the pause; the next minute's tick tries it again. */
async function pauseNow(database: Database, log: Log): Promise<void> {
  try {
    await pauseTripped(database);
  } catch (error) {
    log.error({ reason: (error as Error).message }, 'an automation could not be paused at once');
  }
}
