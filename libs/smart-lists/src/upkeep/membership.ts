import { Inject, Injectable } from '@nestjs/common';
import { momentOf } from '#directory';
import { Database, LOG, RepeatingLoop, type Log, type Loop, type Tx } from '#platform';
import { clockWindows, toSql, type SqlFragment } from '#rules';
import { lockMembers, lookAgain, outOfDate, touchedBy, type Touch } from '../keeping/update-membership.js';
import { MemberFiles } from '../members/member-files.js';
import { FILL_PATIENCE, fillOrFail } from '../keeping/fill-list.js';
import { closeListGate, enterListGate, KEPT_LISTS_MARK, KeptLists, type KeptList } from '../keeping/kept-lists.js';

const PAUSE = 1_000;
/** People looked at in one statement without locks, and changed in one transaction. */
const LOOK = 2_000;
const CHANGE = 200;
const TOUCHED = 1_000;
/** How far a sweep looks back behind the last one, for transactions that had begun before it and ended after. */
const OVERLAP = 5 * 60_000;
/** What the engine tells of its own is not put into the inbox, so the sweep looks for it. */
const toldByCortex = (type: string): boolean => type.startsWith('automation.') || type.startsWith('smart_list.');

const WANTED = `select l.id from public.crm_smart_lists l where l.kind = 'rules' and (l.keep_membership
  or exists (select from cortex.uses u where u.used_kind = 'smart_list' and u.used_id = l.id and u.user_kind = 'automation'))`;
const CHOICE_DIFFERS = `(exists (select from (${WANTED}) w where w.id not in (select smart_list_id from cortex.list_keeping))
  or exists (select from cortex.list_keeping where smart_list_id not in (${WANTED})))`;
/** First filled while others were still writing, who have ended since. */
const FILL_AGAIN = "state = 'kept' and fill_again_after < pg_snapshot_xmin(pg_current_snapshot())";
/** A list to choose, to let go or to fill; a file or a change of many people; notes about people. */
const WORK_WAITS = `${CHOICE_DIFFERS}
  or exists (select from cortex.list_keeping where state = 'stale' or ${FILL_AGAIN})
  or exists (select from cortex.jobs where status = 'queued')
  or exists (select from cortex.list_touched)`;

/** Keeps the membership of lists that are used: fills them, follows changes that are no activity, and the clock. */
@Injectable()
export class Membership implements Loop {
  readonly name = 'lists';
  private readonly loop: RepeatingLoop;
  private readonly known = new KeptLists();

  constructor(
    private readonly database: Database,
    private readonly files: MemberFiles,
    @Inject(LOG) private readonly log: Log,
  ) {
    const poll = { database, due: WORK_WAITS, mark: KEPT_LISTS_MARK };
    this.loop = new RepeatingLoop({ name: this.name, work: () => this.once(), idle: PAUSE, poll, log });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** One round. Answers whether there may be more. */
  async once(): Promise<boolean> {
    await this.choose();
    const stale = await this.stale();
    for (const id of stale) {
      const reason = await fillOrFail(this.database, id);
      if (reason) this.log.error({ smart_list_id: id, reason }, 'the membership of a list could not be filled');
    }
    const worked = await this.files.workOne();
    return (await this.followTouched()) === TOUCHED || worked;
  }

  /** Which lists are to be kept: those that an automation uses and those that were asked for. */
  private async choose(): Promise<void> {
    const differs = await this.database.row<{ differs: boolean }>(`select ${CHOICE_DIFFERS} as differs`);
    if (!differs!.differs) return;
    await this.database.tx(async (tx) => {
      await closeListGate(tx);
      await tx.run(`insert into cortex.list_keeping (smart_list_id) ${WANTED} on conflict do nothing`);
      await tx.run(
        `with gone as (delete from cortex.list_keeping where smart_list_id in (select k.smart_list_id
             from cortex.list_keeping k where k.smart_list_id not in (${WANTED}) for update skip locked)
           returning smart_list_id)
         delete from cortex.list_members where smart_list_id in (select smart_list_id from gone)`,
      );
    });
  }

  /** Lists to be filled; those whose rules or settings have changed since are marked first. */
  private async stale(): Promise<string[]> {
    const marked = await this.database.tx(async (tx) => {
      await enterListGate(tx);
      const { lists, settling } = await this.known.now(tx);
      const again = await tx.row(`select from cortex.list_keeping where ${FILL_AGAIN} limit 1`);
      return settling || again ? lists.map((list) => list.id) : undefined;
    });
    if (!marked) return [];
    return this.database.tx(async (tx) => {
      await closeListGate(tx);
      await tx.run(
        `update cortex.list_keeping set state = 'stale'
         where (state = 'kept' and smart_list_id <> all($1::uuid[])) or (${FILL_AGAIN})`,
        [marked],
      );
      const rows = await tx.rows<{ id: string }>(
        "select smart_list_id as id from cortex.list_keeping where state = 'stale' order by smart_list_id",
      );
      return rows.map((row) => row.id);
    });
  }

  /** Looks again at people of whom something changed that is no activity. Answers how many notes were done. */
  async followTouched(): Promise<number> {
    return this.database.tx(async (tx) => {
      await enterListGate(tx);
      const { lists, settling } = await this.known.now(tx);
      if (settling) return 0;
      const notes = await tx.rows<{ seq: string; person_id: string; what: Touch; history: boolean }>(
        'select seq, person_id, what, history from cortex.list_touched order by seq limit $1 for update skip locked',
        [TOUCHED],
      );
      if (notes.length === 0) return 0;
      await lockMembers(
        tx,
        notes.map((note) => note.person_id),
      );
      await tx.run('delete from cortex.list_touched where seq = any($1::bigint[])', [notes.map((note) => note.seq)]);
      const past = onlyHistory(notes);
      for (const what of new Set(notes.map((note) => note.what))) {
        const concerned = lists.filter((list) => touchedBy(list, what));
        const people = [...new Set(notes.filter((note) => note.what === what).map((note) => note.person_id))];
        if (concerned.length > 0) await lookAgain(tx, concerned, people, past);
      }
      return notes.length;
    });
  }

  /** Follows the clock: looks again at those over whose instants a boundary has passed. Answers how many changed. */
  async sweep(signal?: AbortSignal): Promise<number> {
    const keeping = await this.keeping();
    let changed = 0;
    for (const list of keeping) {
      if (signal?.aborted) break;
      if (!list.depends.clock && !list.depends.activity_types.some(toldByCortex)) continue;
      try {
        changed += await this.sweepOne(list, signal);
      } catch (error) {
        this.log.error({ smart_list_id: list.id, reason: (error as Error).message }, 'a list could not be swept');
      }
    }
    return changed;
  }

  /** Compares every kept membership with its rules and mends what differs. Answers how many changed. */
  async compare(signal?: AbortSignal): Promise<number> {
    await this.database.run("update cortex.list_keeping set state = 'stale' where state = 'failed'");
    let changed = 0;
    for (const list of await this.keeping()) {
      if (signal?.aborted) break;
      changed += await this.lookAt(list, { text: 'true', values: [] }, signal);
    }
    return changed;
  }

  private keeping(): Promise<readonly KeptList[]> {
    return this.database.tx(async (tx) => {
      await enterListGate(tx);
      const { lists } = await this.known.now(tx);
      const swept = await tx.rows<{ id: string; swept_at: Date }>(
        'select smart_list_id as id, swept_at from cortex.list_keeping where swept_at is not null',
      );
      const at = new Map(swept.map((row) => [row.id, row.swept_at]));
      return lists.map((list) => ({ ...list, swept_at: at.get(list.id) ?? list.swept_at }));
    });
  }

  private async sweepOne(list: KeptList, signal?: AbortSignal): Promise<number> {
    const moment = await this.database.tx((tx) => momentOf(tx));
    const from = { ...moment, now: new Date(Math.min(list.swept_at.getTime(), moment.now.getTime()) - OVERLAP) };
    const windows = clockWindows(list.groups, from, moment);
    for (const activity_type of list.depends.activity_types.filter(toldByCortex)) {
      windows.activities.push({ activity_type, from: from.now.getTime(), to: moment.now.getTime() });
    }
    const parts: string[] = [];
    const values: unknown[] = [];
    if (windows.people) {
      const fragment = toSql(windows.people, moment);
      parts.push(`(${fragment.text})`);
      values.push(...fragment.values);
    }
    for (const { activity_type, from: first, to } of windows.activities) {
      values.push(activity_type, new Date(Math.floor(first)).toISOString(), new Date(Math.ceil(to + 1)).toISOString());
      const [type, low, high] = [values.length - 2, values.length - 1, values.length];
      parts.push(`p.person_id in (select a.person_id from public.crm_activities a
        where a.type = $${type}::text and a.occurred_at between $${low}::timestamptz and $${high}::timestamptz)`);
    }
    const who = windows.everyone ? { text: 'true', values: [] } : { text: parts.join(' or ') || 'false', values };
    const changed = await this.lookAt(list, who, signal);
    if (signal?.aborted) return changed;
    await this.database.run(
      `update cortex.list_keeping set swept_at = greatest(swept_at, $2::timestamptz)
       where smart_list_id = $1 and fingerprint = $3 and state = 'kept'`,
      [list.id, moment.now.toISOString(), list.fingerprint],
    );
    return changed;
  }

  /** Looks again at these people: first without locks for whom it would change, then at those under their locks. */
  private async lookAt(list: KeptList, who: SqlFragment, signal?: AbortSignal): Promise<number> {
    let changed = 0;
    let after = '00000000-0000-0000-0000-000000000000';
    while (!signal?.aborted) {
      const { people, differing } = await this.database.tx(
        async (tx) => {
          const rows = await tx.rows<{ person_id: string }>(
            `select p.person_id from cortex.people p where p.person_id > $${who.values.length + 1}::uuid and (${who.text})
             order by p.person_id limit ${LOOK}`,
            [...who.values, after],
          );
          const ids = rows.map((row) => row.person_id);
          return { people: ids, differing: ids.length > 0 ? await outOfDate(tx, list, ids) : [] };
        },
        { readOnly: true, statementTimeout: FILL_PATIENCE },
      );
      for (let at = 0; at < differing.length; at += CHANGE) {
        changed += await this.change(list, differing.slice(at, at + CHANGE));
      }
      if (people.length < LOOK) break;
      after = people.at(-1)!;
    }
    return changed;
  }

  private change(list: KeptList, people: readonly string[]): Promise<number> {
    return this.database.tx(async (tx: Tx) => {
      await lockMembers(tx, people);
      const { lists } = await this.known.now(tx);
      const still = lists.find((each) => each.id === list.id && each.fingerprint === list.fingerprint);
      return still ? lookAgain(tx, [still], people) : 0;
    });
  }
}

/** Those of whom nothing changed but by what is only recorded: lists that they enter by it start nothing. */
function onlyHistory(notes: readonly { person_id: string; history: boolean }[]): Set<string> {
  const past = new Set(notes.map((note) => note.person_id));
  for (const { person_id, history } of notes) if (!history) past.delete(person_id);
  return past;
}
