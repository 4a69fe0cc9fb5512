import { isByThePerson } from '#rules';
import { enterListGate, keepMembership, KeptLists } from '#smart-lists';
import {
  activitiesOf,
  inboxRows,
  lookUpByIndexes,
  settleInbox,
  type InboxRow,
  type Unmatched,
} from '../inbox/claim.js';
import { withLinked } from '../inbox/linked.js';
import { engineTransaction, type EngineParts } from '../transaction/engine-transaction.js';
import type { Moment } from '../versions/compiled-versions.js';
import { ActivityMatcher } from './activity-matcher.js';

/** What a claim was about, for isolating what failed in it. */
export interface Claimed {
  people: string[];
  rows: Unmatched[];
}

/** Matches activities: starts runs, wakes them, lets them leave, and moves them as far as they go, in one transaction. */
export class Match {
  private readonly kept = new KeptLists();

  constructor(private readonly engine: EngineParts) {}

  /**
   * One claim of people; `only` them and only so many of their oldest `rows` when a failure is being isolated.
   * @param claimed is filled as soon as it is known what this is about, also when the work then fails
   * @returns how many activities were matched; 0 when there was nothing (free) to do
   */
  async claim(claimed: Claimed, only?: readonly string[], rows?: number): Promise<number> {
    return engineTransaction(this.engine, async (on) => {
      const { tx, moment, backend } = on;
      await enterListGate(tx);
      await lookUpByIndexes(tx);
      claimed.people = only ? await on.lockFree(only, only.length) : await on.lockOldest();
      if (claimed.people.length === 0) return 0;
      const linked = await withLinked(tx, await inboxRows(tx, claimed.people, rows), (others) =>
        on.lockFree(others, others.length),
      );
      claimed.rows = linked.rows;
      if (claimed.rows.length === 0) return 0;
      const arrived = await activitiesOf(tx, concerning(linked.all, moment));
      on.seen(arrived.filter(didThemselves));
      if (arrived.length > 0) await on.move(await new ActivityMatcher(backend, moment, this.engine.log).match(arrived));
      const happened = typed(claimed.rows, arrived);
      await settleInbox(tx, claimed.rows, happened.filter(didThemselves));
      await keepMembership(tx, this.kept, happened);
      return claimed.rows.length;
    });
  }
}

/**
 * What has to be read: everything of the people who stand in an automation or did something that starts one. Of the
 * others, mostly the many, the inbox says enough.
 */
function concerning(rows: readonly Unmatched[], { triggers }: Moment): Unmatched[] {
  const people = new Set<string>();
  for (const { person_id, history, running, type } of rows) {
    if (type === null || (!history && (running || triggers.has(type)))) people.add(person_id);
  }
  return people.size === 0 ? [] : rows.filter((row) => people.has(row.person_id));
}

/** The rows with their types, also those that the inbox did not say. */
function typed(rows: readonly Unmatched[], read: readonly InboxRow[]): (Unmatched & { type: string })[] {
  const types = new Map(read.map((row) => [row.seq, row.type]));
  return rows.map((row) => ({ ...row, type: types.get(row.seq) ?? row.type ?? '' }));
}

/** Whether it is something the person did; an erased activity, without a type, is nobody's. */
const didThemselves = ({ type, recorded_for }: { type: string; recorded_for?: string }): boolean =>
  type !== '' && recorded_for === undefined && isByThePerson(type);
