import { Inject, Injectable } from '@nestjs/common';
import { automationById, type Start } from '#automations';
import { indexGraph, type DraftSettings, type Graph } from '#graph';
import { AppError, Database, LOG, type Log } from '#platform';
import { stableJson } from '#rules';
import { asksForLists } from './assumed-outcomes.js';
import { assumptionsOf } from './assumptions.js';
import { drawn } from './backtests.js';
import { pastWindow } from '../past/past-window.js';
import { sampleOfScope, type Window } from '../past/past.queries.js';
import { preparedScript, replay, unpacked } from './replay.js';
import type { Script } from './script.js';
import { emptyResult } from './tally.js';
import { withTemplateTopics } from './template-topics.js';
import { addRun, canDiffer, changedParts, noWays, partsOf, sumOf, type PersonWays, type WaysSum } from './ways.js';

const DAY = 86_400_000;
const WINDOW_DAYS = 30;
/** People whose past is looked at, drawn where there are more, and milliseconds after which an answer is given with what there is. */
const usualLimits = { people: 500, milliseconds: 1_200 };
/** Milliseconds after which also a single group of people is given up. */
const LONGEST = 5_000;
/** Milliseconds that finding the people may take. */
const LONGEST_QUERY = 3_000;
/** People of the first group, so that there soon is something; each further group has twice as many, up to the most. */
const FIRST_GROUP = 10;
const MOST_IN_GROUP = 100;
/** Milliseconds for which the same past is looked at: what differs is then the edit's doing. */
const SAME_PAST = 10 * 60_000;
/** Automations whose ways are kept, and questions that may wait at a time. */
const MOST_KEPT = 30;
const MOST_WAITING = 8;

export interface QuickWish {
  /** The last 30 days when absent. */
  window?: Window;
  /** Instead of the draft. */
  graph?: Graph;
  settings?: DraftSettings;
}

export interface QuickBacktest extends WaysSum {
  revision: number;
  from: Date;
  to: Date;
  /** People who could have entered, by what starts the automation. */
  in_scope: number;
  /** Of these, people whose past was looked at; the figures are theirs. */
  looked_at: number;
  /** Time ran out, or a newer question came: asked again it goes on from here. */
  more: boolean;
  /** What was taken for granted, with the steps whose decisions hang on it. */
  assumed: { code: string; text: string; node_ids: string[] }[];
  known_since: Date | null;
}

/** What is known of one automation's draft: kept from one question to the next. */
interface Known {
  /** Everything that concerns everybody: when it is another one, all begins anew. */
  key: string;
  window: Window;
  since: number;
  /** The drawing that the ways are those of. */
  parts: ReadonlyMap<string, string>;
  in_scope: number;
  people: readonly string[];
  ways: Map<string, PersonWays>;
}

/**
 * What a draft would have done in the last days, said at once and while somebody draws: the replay of a backtest over a
 * bounded number of people in a bounded time. Between two questions it keeps each person's ways in memory, so that after
 * an edit only those are replayed whose way leads past what was changed. Changes nothing.
 */
@Injectable()
export class QuickBacktests {
  private readonly known = new Map<string, Known>();
  /** The last question about each automation; the next one waits for its end. */
  private readonly turns = new Map<string, Promise<unknown>>();
  private waiting = 0;
  /** Tests lower them. */
  limits: Readonly<typeof usualLimits> = usualLimits;

  constructor(
    private readonly database: Database,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /**
   * @throws AppError 404; 400 for a window that is none; 422 for a drawing without a usable start; 503 when too many ask,
   *   or when not even a few people could be looked at in time
   */
  async ask(automationId: string, wish: QuickWish = {}): Promise<QuickBacktest> {
    const { name, revision, ...draft } = await automationById(this.database, automationId);
    const graph = await withTemplateTopics(this.database, wish.graph ?? draft.draft_graph);
    const version = drawn(automationId, name, graph, wish.settings ?? draft.settings);
    return this.inTurn(automationId, async (overtaken) => {
      const { now, known_since } = (await this.database.row<{ now: Date; known_since: Date | null }>(
        `select cortex.now() as now,
           (select r.known_since from cortex.retention_rounds r where r.kind = 'activities') as known_since`,
      ))!;
      const window = wish.window ? pastWindow(wish.window, now) : this.lastDays(automationId, now);
      const script = await preparedScript(this.database, version, window, undefined);
      const known = await this.prepared(automationId, graph, script, now);
      await this.lookAt(known, script, overtaken);
      return {
        revision,
        ...window,
        in_scope: known.in_scope,
        looked_at: known.ways.size,
        more: known.ways.size < known.people.length,
        ...sumOf(known.ways.values(), graph, version.steps),
        assumed: assumedAt(script, graph),
        known_since,
      };
    });
  }

  /** One after the other for each automation; who waits behind another makes that one end soon. */
  private async inTurn<T>(id: string, work: (overtaken: () => boolean) => Promise<T>): Promise<T> {
    if (this.waiting >= MOST_WAITING)
      throw new AppError('busy', 'Too many drafts are being looked at at this moment. Try again in a few seconds.');
    this.waiting += 1;
    const before = this.turns.get(id);
    const turn: Promise<T> = (async () => {
      await before?.catch(() => undefined);
      return work(() => this.turns.get(id) !== turn);
    })();
    this.turns.set(id, turn);
    try {
      return await turn;
    } finally {
      this.waiting -= 1;
      if (this.turns.get(id) === turn) this.turns.delete(id);
    }
  }

  private lastDays(automationId: string, now: Date): Window {
    const known = this.known.get(automationId);
    const age = known && now.getTime() - known.since;
    if (known && age !== undefined && age >= 0 && age < SAME_PAST) return known.window;
    return { from: new Date(now.getTime() - WINDOW_DAYS * DAY), to: now };
  }

  /** What is known of everybody whose way through this drawing is the one of before; nothing where all are concerned. */
  private async prepared(automationId: string, graph: Graph, script: Script, now: Date): Promise<Known> {
    const key = keyOf(script);
    const parts = partsOf(graph);
    const before = this.known.get(automationId);
    this.known.delete(automationId);
    let known = before;
    if (known?.key === key && now.getTime() - known.since < SAME_PAST) {
      const changed = changedParts(known.parts, parts);
      for (const [id, ways] of known.ways) if (canDiffer(ways, changed)) known.ways.delete(id);
      known.parts = parts;
    } else {
      const { total, people } = await this.sample(script);
      const { window } = script;
      known = { key, window, since: now.getTime(), parts, in_scope: total, people, ways: new Map() };
    }
    this.known.set(automationId, known);
    for (const [oldest] of this.known) if (this.known.size > MOST_KEPT) this.known.delete(oldest);
    return known;
  }

  private async sample({ scope, window }: Script): Promise<{ total: number; people: string[] }> {
    if (scope === 'nobody') return { total: 0, people: [] };
    const { total, people } = await this.database.tx((tx) => sampleOfScope(tx, scope, window, this.limits.people), {
      readOnly: true,
      statementTimeout: LONGEST_QUERY,
    });
    return { total, people: unpacked(people) };
  }

  /** Replays people who are not known yet, group by group, until all are, time is up or somebody else asks. */
  private async lookAt(known: Known, { version, window }: Script, overtaken: () => boolean): Promise<void> {
    const began = performance.now();
    const open = known.people.filter((id) => !known.ways.has(id));
    const signal = AbortSignal.timeout(LONGEST);
    for (let at = 0, size = FIRST_GROUP; at < open.length; size = Math.min(2 * size, MOST_IN_GROUP)) {
      if (overtaken() || (at > 0 && performance.now() - began > this.limits.milliseconds)) return;
      const group = open.slice(at, at + size);
      const found = new Map(group.map((id) => [id, noWays()]));
      try {
        await replay(this.database, version, window, this.log, {
          people: group,
          areInScope: true,
          signal,
          onRun: (run, script) => addRun(found.get(run.journey.run.person_id)!, run, script),
        });
      } catch (error) {
        if (!signal.aborted) throw error;
        if (known.ways.size > 0) return;
        throw new AppError('took_too_long', 'The last days of these people could not be looked at in time.');
      }
      for (const [id, ways] of found) known.ways.set(id, ways);
      at += group.length;
    }
  }
}

/** Everything of a replay that concerns everybody, whichever steps they come to. */
const keyOf = ({ version, window, mail, lists, types }: Script): string =>
  stableJson([
    version.start ?? null,
    version.settings,
    window.from.toISOString(),
    window.to.toISOString(),
    mail,
    lists,
    types === undefined,
  ]);

/** Where the figures rest on something that nobody can know. */
function assumedAt(script: Script, graph: Graph): QuickBacktest['assumed'] {
  const steps = script.assumedOutcomes.steps();
  const { start } = script.version;
  const { entry } = indexGraph(graph);
  if (entry && start) {
    if (asksAboutLists(start) || script.roundsOver !== undefined) steps.get('lists_as_now')!.unshift(entry.id);
    if (start.by === 'date') steps.set('dates_as_now', [entry.id]);
    if (script.scope === 'nobody') steps.set('entered_by_hand', [entry.id]);
  }
  return assumptionsOf(script, emptyResult()).flatMap(({ code, text }) => {
    const node_ids = steps.get(code) ?? [];
    return node_ids.length > 0 ? [{ code, text, node_ids }] : [];
  });
}

const asksAboutLists = (start: Start): boolean =>
  'rules' in start && start.rules !== undefined && asksForLists(start.rules);
