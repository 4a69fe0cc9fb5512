import type { ActivityFact } from '#graph';
import type { EntryFacts } from '#rules';
import type { RunStatus } from '#contracts';
import { pauseAfter, retryLaws } from '#platform';
import type { InboxRow } from '../inbox/claim.js';
import type { CompiledStep, CompiledVersion } from '../versions/compiled-version.js';

/** What a run keeps about how it began. */
export interface RunContext {
  /** Where the activity that started it is to be found; `person_id` where it is of an account linked with theirs. */
  activity?: { id: string; occurred_at: string; person_id?: string };
  /** The values of what started it that rules of its version compare with. */
  entry?: EntryFacts;
  /** The value that the entry limit counts by. */
  key?: string;
  /** The automations that sent the person on until they came here, oldest first. */
  sent_by?: { automation_id: string; at: string }[];
  /** What came by that a step waits for, while the run was on its way there between two transactions; oldest first. */
  passed?: { id: string; occurred_text: string }[];
}

export interface RunRow {
  id: string;
  automation_id: string;
  version_id: string;
  version: number;
  person_id: string;
  entry_key: string;
  status: RunStatus;
  node_id: string | null;
  wake_at: Date | null;
  waiting_for: string | null;
  lead_id: string | null;
  activity_id: string | null;
  context: RunContext;
  visits: number;
  retries: number;
  entered_at: Date;
  ended_at: Date | null;
  end_reason: string | null;
}

export interface StepRecord {
  node_id: string;
  visit: number;
  /** Its place among the steps of the run. */
  ord: number;
  entered_at: Date;
  left_at: Date | null;
  port: string | null;
  outcome: Record<string, unknown>;
}

/** Wakes on any change of the person, because rules are waited for. */
export const ON_CHANGE = '*';
/** Wakes when an effect reports how it went; no type of activity begins like this. */
export const ON_REPORT = '#report';
/** Steps that one run may visit, loops included. */
export const MOST_VISITS = 1_000;
const MOST_PASSED = 100;

/** Between two steps, or held up by one for reasons of ours: the person does not wait for anything. */
export const isOnItsWay = ({ status, waiting_for }: Pick<RunRow, 'status' | 'waiting_for'>): boolean =>
  status === 'active' || waiting_for === ON_REPORT;

/** One run while a transaction moves it; `record` writes what changed. */
export class Journey {
  /** The step it stands at, entered and not yet left. */
  open: StepRecord | undefined;
  /** Steps to be written. */
  readonly touched = new Map<string, StepRecord>();
  /** Whether it is to be planned (again) in this transaction. */
  movable = false;
  /** It stood at its step before this transaction: what arrived since is looked up. */
  lookBack = false;
  /** Activities of this transaction that come after what moved it, oldest first. */
  pending: InboxRow[] = [];
  /** The awaited activity that woke it. */
  arrived: ActivityFact[] = [];
  /** It leaves once it has gone as far as it goes: something later in this transaction asks for it. */
  leaving: { status: 'exited' | 'completed'; reason: string } | undefined;
  /** The wait was ended by a person. */
  forced = false;
  changed = false;

  constructor(
    readonly run: RunRow,
    readonly version: CompiledVersion,
    /** Not written yet. */
    public isNew: boolean,
    private readonly visitsOf = new Map<string, number>(),
  ) {
    this.changed = isNew;
  }

  get step(): CompiledStep | undefined {
    return this.run.node_id === null ? undefined : this.version.steps.get(this.run.node_id);
  }

  get ended(): boolean {
    return this.run.ended_at !== null;
  }

  /**
   * Keeps in mind what came by while the run was on its way, for the step that will wait for it: else a purchase between
   * the start and the wait behind it would be missed only because a step before the wait took a transaction of its own.
   */
  keepPassed(): void {
    const { passed = [], ...context } = this.run.context;
    const came = this.pending.filter(({ type }) => this.version.awaited.has(type));
    const goesOn = isOnItsWay(this.run) || this.run.status === 'failed';
    const kept = goesOn ? [...passed, ...came.map(({ id, occurred_text }) => ({ id, occurred_text }))] : [];
    if (kept.length === 0 && !this.run.context.passed) return;
    this.run.context = kept.length > 0 ? { ...context, passed: kept.slice(0, MOST_PASSED) } : context;
    this.changed = true;
  }

  /** What came before and with this activity is behind the run: it waited for it, and it has come. */
  dropUntil(id: string): void {
    const { passed } = this.run.context;
    const at = passed?.findIndex((each) => each.id === id) ?? -1;
    if (passed && at >= 0) this.run.context.passed = passed.slice(at + 1);
    else {
      const here = this.pending.findIndex((each) => each.id === id);
      if (here < 0) return;
      this.pending = this.pending.slice(here + 1);
      delete this.run.context.passed;
    }
  }

  /** Taken up again in a later moment, as one that was stored and read anew. */
  again(): this {
    this.isNew = false;
    this.touched.clear();
    this.pending = [];
    this.arrived = [];
    this.movable = false;
    this.forced = false;
    this.changed = false;
    this.lookBack = this.open !== undefined;
    return this;
  }

  /** Begins a visit of the step it stands at. */
  enter(now: Date): StepRecord {
    const node_id = this.run.node_id!;
    const visit = (this.visitsOf.get(node_id) ?? 0) + 1;
    this.visitsOf.set(node_id, visit);
    this.run.visits += 1;
    this.lookBack = false;
    this.open = { node_id, visit, ord: this.run.visits, entered_at: now, left_at: null, port: null, outcome: {} };
    this.touch();
    return this.open;
  }

  /** Goes on through a way out; the run is complete where nothing is connected. */
  leave(now: Date, port: string, outcome: Record<string, unknown> = {}): void {
    const target = this.step?.next.get(port);
    this.close(now, port, outcome);
    this.run.retries = 0;
    this.arrived = [];
    this.forced = false;
    if (target === undefined) this.end(now, 'completed', null);
    else this.stand(target, now);
  }

  wait(until: Date | undefined, waitingFor: string | null): void {
    Object.assign(this.run, { status: 'waiting', wake_at: until ?? null, waiting_for: waitingFor });
    this.movable = false;
    this.changed = true;
  }

  /** Stays at its step until the effect reports how it went. */
  awaitReport(outcome: Record<string, unknown>): void {
    const record = this.open!;
    record.outcome = { ...record.outcome, ...outcome };
    this.touch();
    this.wait(undefined, ON_REPORT);
  }

  end(now: Date, status: 'completed' | 'exited', reason: string | null): void {
    if (this.open) this.close(now, null, reason ? { reason } : {});
    Object.assign(this.run, { status, ended_at: now, end_reason: reason, wake_at: null, waiting_for: null });
    this.movable = false;
    this.changed = true;
  }

  /** Goes on in a later transaction, from the step it stands at. */
  yield(now: Date): void {
    Object.assign(this.run, { status: 'active', wake_at: now, waiting_for: null });
    this.movable = false;
    this.changed = true;
  }

  /** Could not be carried out: tried again later and later, then failed for good, with the reason on its step. */
  retryOrFail(now: Date, error: unknown): void {
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, 500);
    const record = this.open ?? this.enter(now);
    record.outcome = { ...record.outcome, error: reason, at: now.toISOString() };
    this.touch();
    this.run.retries += 1;
    const pause = pauseAfter(retryLaws.step, this.run.retries);
    Object.assign(
      this.run,
      pause === undefined
        ? { status: 'failed', wake_at: null, waiting_for: null, ended_at: now, end_reason: reason }
        : { status: 'active', waiting_for: null, wake_at: new Date(now.getTime() + pause * 1000) },
    );
    this.movable = false;
    this.changed = true;
  }

  private stand(node_id: string, now: Date): void {
    Object.assign(this.run, { node_id, status: 'active', wake_at: now, waiting_for: null });
    this.movable = true;
    this.changed = true;
  }

  private close(now: Date, port: string | null, outcome: Record<string, unknown>): void {
    if (!this.open) return;
    this.open.left_at = now;
    this.open.port = port;
    const { error: _error, at: _at, ...kept } = this.open.outcome;
    this.open.outcome = { ...kept, ...outcome };
    this.touch();
    this.open = undefined;
    this.changed = true;
  }

  private touch(): void {
    if (this.open) this.touched.set(`${this.open.node_id} ${this.open.visit}`, this.open);
  }
}
