import { engineMoment, type DateStart } from '#automations';
import type { Assume } from '#contracts';
import { readSettings, type Database, type Log } from '#platform';
import type { CompiledVersion } from '../versions/compiled-version.js';
import { Aggregates } from '../past/aggregates.js';
import { assumptionsOf } from './assumptions.js';
import { dateValues } from '../past/date-values.js';
import {
  activitiesOf,
  aggregatesBefore,
  alikeBefore,
  changesSince,
  datesReached,
  entriesBefore,
  NOBODY,
  PEOPLE_AT_A_TIME,
  peopleInScope,
  peopleNow,
  type DateValue,
  type Place,
  type Window,
} from '../past/past.queries.js';
import { PastPerson, type PastActivity } from '../past/past-person.js';
import { ReplayPerson } from './replay-person.js';
import type { Simulated } from './replay-backend.js';
import { scriptOf, type Script } from './script.js';
import { Tally, type BacktestResult } from './tally.js';

const PEOPLE_PER_CHUNK = 100;
const ACTIVITIES_PER_PAGE = 2_000;

export interface ReplayOptions {
  /** The usual assumptions when absent. */
  assume?: Assume;
  /** Only these of the people whom the automation can concern. */
  people?: readonly string[];
  /** That these people are such is known: they were drawn from them. Finding it out reads everybody of the scope. */
  areInScope?: boolean;
  signal?: AbortSignal;
  /** Called now and then with the share that is done, 0 to 1. */
  progress?(share: number): void;
  /** Every run, as it ends or stands at the end. */
  onRun?(run: Simulated, script: Script): void;
}

/**
 * Replays what was recorded in a window through a drawing that need not be live. Reads in pages, each in a short
 * transaction of its own, and holds one chunk of people at a time. Changes nothing.
 */
export async function replay(
  database: Database,
  version: CompiledVersion,
  window: Window,
  log: Log,
  options: ReplayOptions = {},
): Promise<BacktestResult> {
  const script = await preparedScript(database, version, window, options.assume);
  const tally = new Tally(script);
  const people =
    options.people && options.areInScope ? [pack(options.people)] : await inScope(database, script, options.people);
  const total = people.reduce((sum, packed) => sum + packed.length / 16, 0);
  let done = 0;
  for (const packed of people) {
    for (let at = 0; at < packed.length; at += PEOPLE_PER_CHUNK * 16) {
      options.signal?.throwIfAborted();
      const ids = unpacked(packed.subarray(at, at + PEOPLE_PER_CHUNK * 16));
      await new Chunk(database, script, tally, log, options).run(ids);
      done += ids.length;
      options.progress?.(total === 0 ? 1 : done / total);
    }
  }
  const result = tally.finish();
  result.assumed = assumptionsOf(script, result);
  return result;
}

/** Everything about the replay that is the same for everybody, by the settings of the workspace. */
export async function preparedScript(
  database: Database,
  version: CompiledVersion,
  window: Window,
  assume: Assume | undefined,
): Promise<Script> {
  return database.tx(async (tx) => {
    const settings = await readSettings(tx, 'mail_unanswered', 'frequency_cap', 'currency');
    const present = await engineMoment(tx);
    return scriptOf(version, window, { ...settings, timezone: present.timezone }, present, assume);
  });
}

async function inScope(
  database: Database,
  { scope, window }: Script,
  among: ReplayOptions['people'],
): Promise<Buffer[]> {
  const pages: Buffer[] = [];
  if (scope === 'nobody') return pages;
  for (let after = NOBODY; ;) {
    const page = await database.tx((tx) => peopleInScope(tx, scope, window, after, among), { readOnly: true });
    if (page.length > 0) pages.push(page);
    if (page.length < PEOPLE_AT_A_TIME * 16) return pages;
    after = unpacked(page.subarray(-16))[0]!;
  }
}

/** Ids that a query packed, sixteen bytes each. */
export const unpacked = (packed: Buffer): string[] =>
  Array.from({ length: packed.length / 16 }, (_, at) => {
    const hex = packed.toString('hex', at * 16, at * 16 + 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  });

const pack = (ids: readonly string[]): Buffer => Buffer.from(ids.join('').replaceAll('-', ''), 'hex');

/** A few hundred people, replayed one after the other. */
class Chunk {
  private current: ReplayPerson | undefined;
  private buffered: PastActivity[] = [];

  constructor(
    private readonly database: Database,
    private readonly script: Script,
    private readonly tally: Tally,
    private readonly log: Log,
    private readonly options: ReplayOptions,
  ) {}

  async run(ids: readonly string[]): Promise<void> {
    const people = await this.load(ids);
    const known = new Set(people.map(({ person }) => person.person_id));
    const waiting = people[Symbol.iterator]();
    const { window, version, types } = this.script;
    const startNext = async (id: string | undefined): Promise<void> => {
      await this.close();
      for (let next = waiting.next(); !next.done; next = waiting.next()) {
        this.current = next.value;
        await this.current.begin();
        if (next.value.person.person_id === id) return;
        await this.close();
      }
    };
    for (let after: Place | undefined; ;) {
      const page = await this.read((tx) =>
        activitiesOf(tx, ids, window, { lateAfter: version.late_after, types, after, limit: ACTIVITIES_PER_PAGE }),
      );
      for (const activity of page) {
        if (!known.has(activity.person_id)) continue;
        if (this.current?.person.person_id !== activity.person_id) await startNext(activity.person_id);
        this.buffered.push(activity);
      }
      this.tally.result.activities += page.length;
      await this.flush();
      const last = page.at(-1);
      if (!last || page.length < ACTIVITIES_PER_PAGE) break;
      after = { person_id: last.person_id, occurred_at: last.exact, id: last.id };
    }
    await startNext(undefined);
  }

  /** The activities at hand, in order of arrival, to the person they are of. */
  private async flush(): Promise<void> {
    const person = this.current;
    const activities = this.buffered;
    this.buffered = [];
    if (!person) return;
    activities.sort((a, b) => a.at.getTime() - b.at.getTime());
    await person.feed(activities);
  }

  private async close(): Promise<void> {
    if (!this.current) return;
    await this.flush();
    await this.current.finish();
    this.tally.endOfPerson();
    this.current = undefined;
    await this.script.turn.pause();
    this.options.signal?.throwIfAborted();
  }

  private async load(ids: readonly string[]): Promise<ReplayPerson[]> {
    const { script } = this;
    const { window, version, mail, moment } = script;
    const { people, changes, entries, before, alike } = await this.read(async (tx) => ({
      people: await peopleNow(tx, ids, window, { last_activity: script.asksLastActivity, lists: script.lists }, moment),
      changes: await changesSince(tx, ids, window, version.late_after),
      entries: await entriesBefore(tx, version.automation_id, ids, window),
      before: await aggregatesBefore(tx, ids, script.conditions, window, mail.timezone),
      alike: await alikeBefore(tx, ids, script.conditions, window, mail.timezone),
    }));
    const changesOf = new Map<string, PastActivity[]>();
    for (const change of changes) {
      const own = changesOf.get(change.person_id);
      if (own) own.push(change);
      else changesOf.set(change.person_id, [change]);
    }
    const dates: DateValue[] = [];
    const loaded = people.map((now) => {
      const own = changesOf.get(now.person_id) ?? [];
      const today = version.start?.by === 'date' ? structuredClone(now) : now;
      const person = new PastPerson({ ...now, lists: script.assumedOutcomes.lists(now.lists) }, mail);
      person.undo(own);
      if (version.start?.by === 'date') dates.push(...dateValues(version.start.date_field, [today, now], own));
      return { now, person };
    });
    const calls =
      version.start?.by === 'date'
        ? await this.read((tx) => datesReached(tx, dates, version.start as DateStart, window, mail.timezone))
        : undefined;
    return loaded.map(({ now, person }) => {
      const aggregates = new Aggregates(
        script.conditions,
        before.get(now.person_id) ?? new Map(),
        alike.get(now.person_id) ?? new Map(),
      );
      const done = (run: Simulated): void => {
        this.tally.take(run, now.contact_email);
        this.options.onRun?.(run, script);
      };
      const own = calls ? (calls.get(now.person_id) ?? []) : [...script.rounds()];
      return new ReplayPerson(script, person, aggregates, entries.get(now.person_id) ?? [], this.log, done, own);
    });
  }

  private read<T>(work: Parameters<typeof this.database.tx<T>>[0]): Promise<T> {
    return this.database.tx(work, { readOnly: true });
  }
}
