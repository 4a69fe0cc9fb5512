import { enterGate } from '#automations';
import type { Database, Log, Tx } from '#platform';
import { isByThePerson } from '#rules';
import { enterListGate, keepMembership, KeptLists } from '#smart-lists';
import { Advance } from './advance.js';
import { claimPeople, emptyInbox, inboxRows, tryPeople, type InboxRow } from './claim.js';
import { Batch } from './batch.js';
import type { CompiledVersions } from './compiled.js';
import { record } from './record.js';
import { DatabaseWorld } from './world.js';

/** What a claim was about, for isolating what failed in it. */
export interface Claimed {
  people: string[];
  rows: InboxRow[];
}

/** Matches activities: starts runs, wakes them, lets them leave, and moves them as far as they go, in one transaction. */
export class Match {
  private readonly kept = new KeptLists();

  constructor(
    private readonly database: Database,
    private readonly versions: CompiledVersions,
    private readonly log: Log,
  ) {}

  /**
   * One claim of people; `only` and `rows` narrow it when a failure is being isolated.
   * @param claimed is filled as soon as it is known what this is about, also when the work then fails
   * @returns how many activities were matched; 0 when there was nothing (free) to do
   */
  async claim(claimed: Claimed, only?: string, rows?: number): Promise<number> {
    return this.database.tx(async (tx) => {
      await enterGate(tx);
      await enterListGate(tx);
      claimed.people = only ? await tryPeople(tx, [only]) : await claimPeople(tx);
      if (claimed.people.length === 0) return 0;
      claimed.rows = await inboxRows(tx, claimed.people, rows);
      if (claimed.rows.length === 0) return 0;
      const moment = await this.versions.moment(tx);
      const world = new DatabaseWorld(tx, this.versions);
      const journeys = await new Batch(world, moment, this.log).gather(claimed.rows);
      await new Advance(world, moment, this.log).run(journeys);
      await record(tx, journeys);
      await emptyInbox(tx, claimed.rows);
      await touchPeople(tx, claimed.rows);
      await keepMembership(tx, this.kept, claimed.rows);
      return claimed.rows.length;
    });
  }
}

/** Brings `last_activity` up to date, once per person; last in the transaction and sorted, like everyone who locks people. */
async function touchPeople(tx: Tx, rows: readonly InboxRow[]): Promise<void> {
  const own = rows.filter((row) => row.type !== '' && isByThePerson(row.type));
  if (own.length === 0) return;
  await tx.run(
    `with due as materialized (
       select p.person_id, w.at
       from (select person_id, max(at) as at from unnest($1::uuid[], $2::timestamptz[]) g(person_id, at) group by person_id) w
       join cortex.people p on p.person_id = w.person_id
       where p.last_activity is null or p.last_activity < w.at
       order by p.address for no key update of p)
     update cortex.people p set last_activity = due.at from due where p.person_id = due.person_id`,
    [own.map((row) => row.person_id), own.map((row) => row.occurred_text)],
  );
}
