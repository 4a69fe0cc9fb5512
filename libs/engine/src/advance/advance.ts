import type { ActivityFact, Plan, Report } from '#graph';
import type { Log } from '#platform';
import type { Group } from '#rules';
import { randomShare } from '../deciding/random-branch.js';
import { decidedKey, type Moment } from '../versions/compiled-versions.js';
import type { EntryProof } from '../deciding/proof-with-entry.js';
import { Decisions, type Answers } from '../deciding/decisions.js';
import { needsWrittenRuns, settlesAtCommit } from '../effects/index.js';
import type { EffectCall } from '../effects/effect-handler.js';
import { endingRules } from '../versions/compiled-version.js';
import { MOST_VISITS, ON_CHANGE, type Journey } from '../runs/journey.js';
import { readPersonFields, type PersonFields } from '../deciding/person-fields.js';
import type { Passed, Backend } from './backend.js';

/** An effect to be performed, and what becomes of the run then. */
interface WantedEffect {
  call: EffectCall;
  next: string;
  reported: boolean;
}

/**
 * Moves every movable run as far as it goes, all of them step by step side by side, so that each question to
 * the database is asked once for everybody. Writes effects; `record` writes the runs. Ends because a run
 * visits at most `MOST_VISITS` steps.
 */
export class Advance {
  private readonly decisions: Decisions;
  /** People with runs that are not written yet. */
  private newcomers: ReadonlySet<string> = new Set();

  constructor(
    private readonly backend: Backend,
    private readonly moment: Moment,
    private readonly log: Log,
  ) {
    this.decisions = new Decisions(backend, moment);
  }

  async run(journeys: readonly Journey[]): Promise<void> {
    this.newcomers = new Set(journeys.filter((journey) => journey.isNew).map(({ run }) => run.person_id));
    for (let round = 0; round <= MOST_VISITS; round += 1) {
      const moving = journeys.filter((journey) => journey.movable);
      if (moving.length === 0) break;
      await this.round(moving);
    }
    for (const journey of journeys) {
      const { leaving } = journey;
      if (leaving && !journey.ended) journey.end(this.moment.now, leaving.status, leaving.reason);
      journey.keepPassed();
    }
  }

  private async round(moving: readonly Journey[]): Promise<void> {
    const atStep = moving.filter((journey) => this.beginVisit(journey));
    await this.lookForArrivals(atStep);
    const answers = await this.decisions.decide(
      atStep.map((journey) => ({
        person_id: journey.run.person_id,
        rules: [...endingRules(journey.version.settings), ...journey.step!.asks],
        explained: journey.step!.asks,
        run: { id: journey.run.id, lead_id: journey.run.lead_id },
        entry: journey.run.context.entry,
      })),
    );
    const fields = await readPersonFields(this.backend, atStep, this.moment);
    const calls: WantedEffect[] = [];
    atStep.forEach((journey, at) => {
      this.attempt(journey, () => {
        if (this.leaveEarly(journey, answers[at]!)) return;
        calls.push(...this.follow(journey, this.plan(journey, answers[at]!, fields[at]!), answers[at]!));
      });
    });
    await this.perform(calls);
  }

  /** Begins the step's visit where it has not begun. False: the run cannot stand here. */
  private beginVisit(journey: Journey): boolean {
    const { now } = this.moment;
    if (!journey.step) {
      journey.retryOrFail(now, new Error(`The step “${journey.run.node_id}” does not exist in this version.`));
      return false;
    }
    if (journey.open) return true;
    if (journey.run.visits >= MOST_VISITS) {
      journey.end(now, 'exited', `went through ${MOST_VISITS} steps`);
      return false;
    }
    journey.enter(now);
    return true;
  }

  /**
   * What each run waits for and has come: while it was on its way, since it began to wait, or by this transaction's
   * activities.
   */
  private async lookForArrivals(journeys: readonly Journey[]): Promise<void> {
    const waits = journeys.filter(({ step, arrived }) => step!.awaits !== undefined && arrived.length === 0);
    if (waits.length === 0) return;
    const back = waits.filter((journey) => journey.lookBack);
    const found = [
      ...(await this.backend.passedBy(waits.flatMap(passedOf))),
      ...(back.length === 0 ? [] : await this.backend.arrivedSince(back.map(lookBackOf))),
    ];
    for (const journey of waits) {
      const { activity_type, where } = journey.step!.awaits!;
      const before = found.filter((each) => each.run_id === journey.run.id && each.type === activity_type);
      const own = journey.pending.filter((activity) => activity.type === activity_type);
      const seen = new Set<string>();
      for (const activity of [...before, ...own]) {
        if (seen.has(activity.id) || !(await this.matches(where, activity, journey))) continue;
        seen.add(activity.id);
        journey.arrived.push(activity);
      }
      const [first] = journey.arrived;
      if (first) journey.dropUntil(first.id);
    }
  }

  private async matches(where: Group | undefined, activity: ActivityFact, { run }: Journey): Promise<boolean> {
    try {
      return await this.decisions.matches(where, activity, run.context.entry);
    } catch (error) {
      this.log.warn({ err: error, activity_id: activity.id }, 'a condition on an activity could not be decided');
      return false;
    }
  }

  private leaveEarly(journey: Journey, answers: Answers): boolean {
    const { exit_when, goal } = journey.version.settings;
    if (exit_when && 'rules' in exit_when && answers.decide(exit_when.rules)) {
      journey.end(this.moment.now, 'exited', 'exit_when');
    } else if (goal && 'rules' in goal && answers.decide(goal.rules)) {
      journey.end(this.moment.now, 'completed', 'goal');
    }
    return journey.ended;
  }

  private plan(journey: Journey, answers: Answers, { fields, contact_timezone }: PersonFields): Plan {
    const step = journey.step!;
    const { now, timezone } = this.moment;
    if (journey.forced) {
      const [port] = step.def.ports(step.config).slice(-1);
      return { next: port?.id ?? 'next', reason: 'moved on by hand' };
    }
    return step.def.plan(step.config, {
      now,
      timezone,
      contact_timezone,
      fields,
      report: journey.open!.outcome.report as Report | undefined,
      entered_at: journey.open!.entered_at,
      get chance() {
        return randomShare(journey.run.person_id, step.id);
      },
      decided: this.moment.decided?.get(decidedKey(journey.version.id, step.id)),
      decide: answers.decide,
      arrived: journey.arrived,
    });
  }

  /** Carries out what needs no effect, and answers the effects to be performed. */
  private follow(journey: Journey, plan: Plan, { proofs, nextChange }: Answers): WantedEffect[] {
    const { now } = this.moment;
    if ('effects' in plan) {
      if (this.newcomers.has(journey.run.person_id) && plan.effects.some(({ type }) => needsWrittenRuns.has(type))) {
        journey.yield(now);
        return [];
      }
      return plan.effects.map((effect) => ({
        call: { journey, record: journey.open!, effect: effect as never },
        next: plan.next,
        reported: plan.reported ?? false,
      }));
    }
    if ('wait' in plan) {
      const { until, activity_type, on_change } = plan.wait;
      const rules = [...(on_change ? journey.step!.asks : []), ...endingRules(journey.version.settings)];
      journey.wait(nextChange(rules, until), activity_type ?? (on_change ? ON_CHANGE : null));
    } else if ('end' in plan) journey.end(now, 'exited', plan.end || 'exit');
    else {
      const [arrived] = journey.arrived;
      journey.leave(now, plan.next, {
        ...(plan.reason ? { reason: plan.reason } : {}),
        ...(arrived ? { activity_id: arrived.id } : {}),
        ...(proofs.length > 0 ? { because: proofs.map(shortened) } : {}),
      });
    }
    return [];
  }

  /** Performs effects type by type, for everybody together. */
  private async perform(calls: readonly WantedEffect[]): Promise<void> {
    for (const type of new Set(calls.map(({ call }) => call.effect.type))) {
      const own = calls.filter(({ call }) => call.effect.type === type);
      const outcomes = await this.backend.perform(
        type,
        own.map(({ call }) => call),
        this.moment,
      );
      own.forEach(({ call, next, reported }, at) => {
        const outcome = outcomes[at]!;
        if (outcome instanceof Error) call.journey.retryOrFail(this.moment.now, outcome);
        else if (reported && this.backend.reports) call.journey.awaitReport(outcome);
        else {
          const assumed = reported ? this.backend.assumedReport : undefined;
          const reason = assumed?.reason === undefined ? {} : { reason: assumed.reason };
          call.journey.leave(this.moment.now, assumed?.port ?? next, { ...outcome, ...reason });
          if (settlesAtCommit.has(type) && !call.journey.ended) call.journey.yield(this.moment.now);
        }
      });
    }
  }

  private attempt(journey: Journey, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.log.warn(
        { run_id: journey.run.id, node_id: journey.run.node_id, reason: (error as Error).message },
        'a step could not be carried out',
      );
      journey.retryOrFail(this.moment.now, error);
    }
  }
}

const passedOf = ({ run: { id: run_id, person_id, context } }: Journey): Passed[] =>
  (context.passed ?? []).map((each) => ({ run_id, person_id, ...each }));

const lookBackOf = (journey: Journey) => ({
  run_id: journey.run.id,
  person_id: journey.run.person_id,
  activity_type: journey.step!.awaits!.activity_type,
  since: journey.open!.entered_at,
  activity_id: journey.run.activity_id,
  late_after: journey.version.late_after,
});

/** What was seen as a step record keeps it: long texts cut, long lists by their beginning. */
const shortened = (proof: EntryProof): EntryProof => ({
  ...proof,
  ...('value_seen' in proof ? { value_seen: brief(proof.value_seen) } : {}),
  ...('wanted' in proof ? { wanted: brief(proof.wanted) } : {}),
  ...(proof.children ? { children: proof.children.map(shortened) } : {}),
});

const brief = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.slice(0, 20).map(brief);
  return typeof value === 'string' && value.length > 200 ? `${value.slice(0, 200)}…` : value;
};
