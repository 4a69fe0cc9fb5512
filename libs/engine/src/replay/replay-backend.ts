import type { RunKey } from '#directory';
import type { ActivityFact, EffectType, Report, Settings } from '#graph';
import { mailRefusal, type Group, type PersonFacts, type RunFacts, type StartingLead, type StepOutcome } from '#rules';
import type { Moment } from '../versions/compiled-versions.js';
import type { CompiledVersion } from '../versions/compiled-version.js';
import { Decisions } from '../deciding/decisions.js';
import type { EffectCall } from '../effects/effect-handler.js';
import type { Journey, RunRow, StepRecord } from '../runs/journey.js';
import type { InboxRow } from '../inbox/claim.js';
import { spanStart, type Entry, type PastEntry } from '../entry/entry-limits.js';
import type { LookBack } from '../runs/runs.queries.js';
import type { Passed, Backend } from '../advance/backend.js';
import type { Fate, AssumedOutcomes } from './assumed-outcomes.js';
import type { Aggregates } from '../past/aggregates.js';
import type { PastActivity, PastPerson } from '../past/past-person.js';
import type { Turn } from './turn.js';

type Cap = NonNullable<Settings['frequency_cap']>;

/** What of the workspace decides over mail, and counts money. */
export interface MailRules {
  timezone: string;
  mail_unanswered: boolean;
  currency: string;
  frequency_cap: Cap | null;
}

export interface SimulatedMail {
  run_id: string;
  node_id: string;
  visit: number;
  at: Date;
  /** Why it would not have left. */
  skipped?: string;
  /** What is assumed of it when it leaves. */
  fate?: Fate;
}

const stepFates = ['delivered', 'clicked'] as const;

/** One run that is being replayed, with what it did. */
export interface Simulated {
  journey: Journey;
  mails: SimulatedMail[];
}

type Outcome = Record<string, unknown>;
/** How each effect is played: what it changes in the replayed past, and what its step's record says. */
type Player<T extends EffectType> = (
  backend: ReplayBackend,
  call: EffectCall<T>,
  moment: Moment,
) => Outcome | Promise<Outcome>;

/** The past of one person, as the engine sees it: nothing is read from the database, and nothing leaves. */
export class ReplayBackend implements Backend {
  readonly runs = new Map<string, Simulated>();
  /** Activities that the simulated runs cause, to be taken next. */
  readonly caused: PastActivity[] = [];
  /** What has arrived of the types that a step may wait for. */
  private readonly arrived: PastActivity[] = [];
  /** How many had arrived when a step was entered: what was before is no answer to a wait, also at one instant. */
  private readonly arrivedBefore = new WeakMap<StepRecord, number>();
  /** When somebody else's marketing mail went to this person; milliseconds. */
  private readonly otherMails: number[] = [];
  private readonly ownMails: number[] = [];
  private serial = 0;

  constructor(
    readonly person: PastPerson,
    private readonly aggregates: Aggregates,
    private readonly version: CompiledVersion,
    private readonly mail: MailRules,
    private readonly entries: PastEntry[],
    private readonly awaited: ReadonlySet<string>,
    private readonly assumedOutcomes: AssumedOutcomes,
    private readonly turn: Turn,
  ) {}

  get assumedReport(): Report | undefined {
    return this.assumedOutcomes.assume.webhooks === 'fail' ? { port: 'failed', reason: 'assumed to fail' } : undefined;
  }

  /** Keeps an activity for those who may wait for it or count it. */
  remember(activity: PastActivity): void {
    if (this.awaited.has(activity.type)) this.arrived.push(activity);
    if (activity.type === 'email.sent' && activity.metadata.automation_id !== this.version.automation_id)
      this.otherMails.push(activity.at.getTime());
  }

  /** Where a run stands from now on, whatever has arrived so far. */
  stands({ open }: Journey): void {
    if (open && !this.arrivedBefore.has(open)) this.arrivedBefore.set(open, this.arrived.length);
  }

  /** Counts as an entry from now on. */
  entered({ run }: Journey): void {
    const { automation_id, person_id, entry_key, entered_at, context } = run;
    this.entries.push({ automation_id, person_id, entry_key, key: context.key ?? null, entered_at, seen: false });
  }

  /** Was there when the window began, and is left alone as after publishing. */
  seen(entry_key: string, at: Date): void {
    const { automation_id } = this.version;
    this.entries.push({
      automation_id,
      person_id: this.person.person_id,
      entry_key,
      key: null,
      entered_at: at,
      seen: true,
    });
  }

  wasSeen(entry_key: string): boolean {
    return this.entries.some((entry) => entry.seen && entry.entry_key === entry_key);
  }

  async facts(_people: readonly string[], groups: readonly Group[], moment: Moment): Promise<Map<string, PersonFacts>> {
    await this.turn.pause();
    this.assumedOutcomes.asked(groups);
    const facts = this.person.facts(moment.now.getTime());
    if (!this.aggregates.isEmpty) {
      const decisions = new Decisions(this, moment);
      facts.activities = await this.aggregates.at(moment, groups, (where, about) => decisions.matches(where, about));
    }
    this.now = moment.now.getTime();
    return new Map([[this.person.person_id, facts]]);
  }

  /** The instant at which facts were last asked for: those of a run are asked for in the same breath. */
  private now = 0;

  async overtaken(starts: readonly InboxRow[], types: readonly string[]): Promise<ReadonlyMap<string, InboxRow[]>> {
    const after = (start: InboxRow) =>
      this.arrived
        .filter(({ id, type, at, occurred_at }) => {
          if (id === start.id || !types.includes(type) || at > start.received_at) return false;
          return occurred_at > start.occurred_at;
        })
        .map((activity) => rowOf(activity, this.person));
    return new Map(starts.map((start) => [start.id, after(start)]));
  }

  async startingLeads(ids: readonly string[]): Promise<ReadonlyMap<string, StartingLead>> {
    return new Map(
      ids.flatMap((id) => {
        const lead = this.person.lead(id);
        if (!lead) return [];
        return [[id, { ...lead, created_at: new Date(lead.created_at) }] as const];
      }),
    );
  }

  async runFacts(runs: readonly RunKey[]): Promise<Map<string, RunFacts>> {
    return new Map(
      runs.map(({ run_id, lead_id }) => {
        const lead = lead_id === null ? undefined : this.person.lead(lead_id);
        const steps: Record<string, StepOutcome[]> = {};
        for (const mail of this.runs.get(run_id)?.mails ?? [])
          steps[mail.node_id] = mail.fate ? ['sent', ...stepFates.filter((each) => mail.fate![each])] : ['skipped'];
        return [run_id, { steps, ...(lead ? { lead: { enrolled: this.person.isEnrolled(lead, this.now) } } : {}) }];
      }),
    );
  }

  async passedBy(activities: readonly Passed[]): Promise<(ActivityFact & { run_id: string })[]> {
    return activities.flatMap(({ id, run_id }) => {
      const activity = this.arrived.find((each) => each.id === id);
      return activity ? [{ ...factOf(activity), run_id }] : [];
    });
  }

  async arrivedSince(waits: readonly LookBack[]): Promise<(ActivityFact & { run_id: string })[]> {
    return waits.flatMap(({ run_id, activity_type }) => {
      const step = this.runs.get(run_id)?.journey.open;
      return this.arrived
        .slice(step ? this.arrivedBefore.get(step) : 0)
        .filter((activity) => activity.type === activity_type)
        .map((activity) => ({ ...factOf(activity), run_id }));
    });
  }

  async pastEntries(entries: readonly Entry[]): Promise<PastEntry[]> {
    return entries.length === 0 ? [] : [...this.entries];
  }

  async openRuns(): Promise<RunRow[]> {
    return [...this.runs.values()].map(({ journey }) => journey.run);
  }

  async versions(): Promise<ReadonlyMap<string, CompiledVersion>> {
    return new Map([[this.version.id, this.version]]);
  }

  async resume(runs: readonly RunRow[]): Promise<Journey[]> {
    return runs.flatMap((run) => this.runs.get(run.id)?.journey.again() ?? []);
  }

  async perform(type: EffectType, calls: readonly EffectCall[], moment: Moment): Promise<Outcome[]> {
    await this.turn.pause();
    const play = players[type] as Player<EffectType> | undefined;
    const outcomes: Outcome[] = [];
    for (const call of calls) outcomes.push(play ? await play(this, call, moment) : { assumed: 'done' });
    return outcomes;
  }

  /** Puts an activity of a step into the person's own future: it arrives at once, and its cause is known. */
  cause(type: string, metadata: Record<string, unknown>, source: string, { now }: Moment): PastActivity {
    this.serial += 1;
    const activity = {
      person_id: this.person.person_id,
      id: `simulated-${this.serial}`,
      type,
      metadata: { ...metadata, automation_id: this.version.automation_id },
      source,
      occurred_at: now,
      at: now,
    };
    this.caused.push(activity);
    return activity;
  }

  /** Counts an activity, once: what a step records counts for the next step already. */
  async count(activity: PastActivity, moment: Moment): Promise<void> {
    if (this.aggregates.isEmpty || this.counted.has(activity)) return;
    this.counted.add(activity);
    const decisions = new Decisions(this, moment);
    await this.aggregates.add(activity, (where, about) => decisions.matches(where, about));
  }

  private readonly counted = new WeakSet<PastActivity>();

  /** Why a mail that is queued now would not leave; in the order in which sending asks. */
  whyNot(stream: 'broadcast' | 'transactional', topicId: string | undefined, moment: Moment): string | undefined {
    const at = moment.now.getTime();
    const facts = this.person.facts(at);
    const standing = {
      known: facts.type !== null,
      suppressed: this.person.isSuppressed(stream, at),
      consent: facts.consent,
      topic_off: this.person.isTopicOff(topicId),
      paused: this.person.isPaused(at),
    };
    const refusal = mailRefusal(stream, standing, this.mail.mail_unanswered);
    if (refusal !== undefined || stream === 'transactional') return refusal;
    const caps = [this.mail.frequency_cap, this.version.settings.frequency_cap];
    for (const cap of caps) {
      if (!cap) continue;
      const since = spanStart(cap.per, moment);
      const recent = [...this.ownMails, ...this.otherMails].filter((each) => each > since).length;
      if (recent + 1 > cap.count) return 'capped';
    }
    return undefined;
  }

  /** Notes a mail that leaves, or would not. */
  mailed(call: EffectCall<'email.send'>, moment: Moment): SimulatedMail {
    const { journey, record, effect } = call;
    const skipped = this.whyNot(effect.stream, effect.topic_id, moment);
    const mail: SimulatedMail = {
      run_id: journey.run.id,
      node_id: record.node_id,
      visit: record.visit,
      at: moment.now,
      ...(skipped ? { skipped } : { fate: this.assumedOutcomes.fateOf(this.person.person_id, record.node_id) }),
    };
    if (!skipped && effect.stream === 'broadcast') this.ownMails.push(moment.now.getTime());
    this.simulatedOf(journey).mails.push(mail);
    return mail;
  }

  /** What becomes of a mail, as far as anything notices it; all of it at once. */
  meet({ delivered, opened, clicked }: Fate, about: Record<string, unknown>, moment: Moment): void {
    const happened = [
      ...(delivered ? ['email.delivered'] : ['email.bounced']),
      ...(opened ? ['email.opened'] : []),
      ...(clicked ? ['email.clicked'] : []),
    ];
    if (!delivered) this.person.suppress(moment.now.getTime());
    for (const type of happened) if (this.assumedOutcomes.notices(type)) this.cause(type, about, 'postmark', moment);
  }

  /** The run's place in the replay, made when it first does something. */
  simulatedOf(journey: Journey): Simulated {
    const known = this.runs.get(journey.run.id);
    if (known) return known;
    const fresh = { journey, mails: [] };
    this.runs.set(journey.run.id, fresh);
    return fresh;
  }
}

/** Effects that nothing in the replayed past can notice are taken as done. */
const players: { [T in EffectType]?: Player<T> } = {
  'email.send': (backend, call, moment) => {
    const mail = backend.mailed(call, moment);
    const about = { run_id: mail.run_id, node_id: mail.node_id };
    backend.cause(
      mail.skipped ? 'email.skipped' : 'email.sent',
      { ...about, ...(mail.skipped ? { reason: mail.skipped } : {}) },
      'cortex',
      moment,
    );
    if (mail.fate) backend.meet(mail.fate, about, moment);
    return mail.skipped ? { mail: 'skipped', mail_reason: mail.skipped } : { mail: 'sent' };
  },
  'contact.update': (backend, { journey, effect }, moment) => {
    const changes = backend.person.update(effect, moment.now.getTime());
    if (changes)
      backend.cause('contact.updated', { changes, by: 'automation', run_id: journey.run.id }, 'trigger', moment);
    return { changed: { ...effect.set, add_tags: effect.add_tags, remove_tags: effect.remove_tags } };
  },
  'list.update': (backend, { journey, record, effect }, moment) => {
    const { smart_list_id, action } = effect;
    const changed = backend.person.moveOnList(smart_list_id, action);
    const about = { smart_list_id, run_id: journey.run.id, node_id: record.node_id };
    if (changed) backend.cause(action === 'add' ? 'smart_list.entered' : 'smart_list.left', about, 'cortex', moment);
    return { [action === 'add' ? 'added' : 'removed']: changed };
  },
  'activity.record': async (backend, { journey, record, effect }, moment) => {
    const { activity_type, metadata } = effect;
    const about = { ...metadata, run_id: journey.run.id, node_id: record.node_id };
    const activity = backend.cause(activity_type, about, 'automation', moment);
    await backend.count(activity, moment);
    return { activity_id: activity.id };
  },
};

const factOf = ({ id, type, metadata, occurred_at, at }: PastActivity): ActivityFact => ({
  id,
  type,
  metadata,
  occurred_at,
  received_at: at,
});

/** A recorded activity as the matcher takes it. */
export const rowOf = (activity: PastActivity, person: PastPerson): InboxRow => ({
  seq: '0',
  person_id: person.person_id,
  history: false,
  running: true,
  id: activity.id,
  type: activity.type,
  metadata: activity.metadata,
  source: activity.source,
  occurred_at: activity.occurred_at,
  occurred_text: '',
  received_at: activity.at,
});
