import { usualAssumptions, type Assume } from '#contracts';
import { latestOccurrence, listOf, type EngineMoment } from '#automations';
import { dependencies, type Condition, type Group } from '#rules';
import type { Moment } from '../versions/compiled-versions.js';
import type { CompiledVersion } from '../versions/compiled-version.js';
import type { Journey, StepRecord } from '../runs/journey.js';
import { TriggerIndex } from '../versions/trigger-index.js';
import { AssumedOutcomes } from './assumed-outcomes.js';
import type { Call } from '../past/call.js';
import type { Scope, Window } from '../past/past.queries.js';
import { factTypes } from '../past/past-person.js';
import type { MailRules } from './replay-backend.js';
import { Turn } from './turn.js';

/** Rounds of a schedule that one backtest replays at most. */
const MOST_ROUNDS = 20_000;

/** Everything about a replay that is the same for every person. */
export interface Script {
  version: CompiledVersion;
  window: Window;
  mail: MailRules;
  moment: Moment;
  /** Types that a step may wait for. */
  awaited: ReadonlySet<string>;
  /** Types that can change an answer; undefined: any of them can. */
  types: readonly string[] | undefined;
  /** Activity conditions whose counts are kept. */
  conditions: readonly Condition[];
  /** Rules that ask about smart lists. */
  lists: readonly Group[];
  asksLastActivity: boolean;
  assumedOutcomes: AssumedOutcomes;
  /** Asked at each step of each run, so that nobody's past, however long, holds up others. */
  turn: Turn;
  scope: Scope | 'nobody';
  /** The rounds of a schedule, for everybody in its list; counted when first asked for, as a simulation of a year never does. */
  rounds(): readonly Call[];
  /** The list whose members a schedule calls up. */
  roundsOver: string | undefined;
  /** The steps of a run so far, beyond what its journey still holds. */
  keep(journey: Journey): void;
  stepsOf(journey: Journey): StepRecord[];
}

/** Prepares a drawing for being replayed over a window. */
export function scriptOf(
  version: CompiledVersion,
  window: Window,
  mail: MailRules,
  present: EngineMoment,
  assume: Assume = usualAssumptions,
): Script {
  const { start, settings, steps } = version;
  const ends = [settings.exit_when, settings.goal].filter((end) => end !== undefined);
  const compiled = [...steps.values()];
  const rules = [
    ...(start && 'rules' in start && start.rules ? [start.rules] : []),
    ...ends.flatMap((end) => ('rules' in end ? [end.rules] : [])),
    ...compiled.flatMap((step) => step.asks),
  ];
  const asked = dependencies(...rules);
  const awaited = new Set([...version.awaited, ...version.endings]);
  const named = [
    ...(start?.by === 'activity' ? [start.activity_type] : []),
    ...awaited,
    ...ends.flatMap((end) => ('rules' in end ? [] : [end.activity_type])),
    ...asked.activity_types,
    ...factTypes,
    // What the directory shows of somebody is their newest lead.
    'lead.created',
    'email.sent',
  ];
  // Rules are looked at again on every activity: with time, or the newest activity, in them any one can matter.
  const any = asked.clock || asked.fields.includes('last_activity');
  const over = start?.by === 'schedule' ? listOf(start) : undefined;
  const types = any ? undefined : [...new Set(named)];
  const lists = [
    ...rules.filter((rule) => dependencies(rule).lists.length > 0),
    ...(over === undefined ? [] : [inList(over)]),
  ];
  const kept = new WeakMap<Journey, Map<string, StepRecord>>();
  let rounds: readonly Call[] | undefined;
  return {
    version,
    window,
    mail,
    moment: {
      ...present,
      live: new Map([[version.automation_id, version]]),
      triggers: new TriggerIndex([version]),
    },
    awaited,
    types,
    conditions: asked.activities,
    lists,
    asksLastActivity: asked.fields.includes('last_activity'),
    assumedOutcomes: new AssumedOutcomes(assume, version, lists.length > 0, types),
    turn: new Turn(),
    scope: scopeOf(version, window),
    rounds: () => (rounds ??= roundsOf(version, window, mail.timezone)),
    roundsOver: over,
    keep(journey) {
      const steps = kept.get(journey) ?? new Map<string, StepRecord>();
      kept.set(journey, steps);
      for (const [key, step] of journey.touched) steps.set(key, step);
    },
    stepsOf: (journey) => [...(kept.get(journey)?.values() ?? [])].sort((a, b) => a.ord - b.ord),
  };
}

function scopeOf({ start }: CompiledVersion, window: Window): Script['scope'] {
  if (start?.by === 'activity') return { activity_types: [start.activity_type] };
  if (start?.by === 'schedule' || start?.by === 'date') return 'everyone';
  if (start?.by !== 'monitor') return 'nobody';
  if (start.over === 'people' || !start.lead) return 'everyone';
  // Generous: whoever has a lead that can be of the asked age at some instant of the window.
  const { within, course_id } = start.lead;
  const days = { minutes: 1 / 1440, hours: 1 / 24, seconds: 0, days: 1, weeks: 7, months: 31 }[within.unit] * within.n;
  return { leads_since: new Date(window.from.getTime() - (days + 2) * 86_400_000), leads_until: window.to, course_id };
}

const inList = (id: string): Group => ({
  operator: 'AND',
  conditions: [{ field: 'smart_list', operator: 'in', value: [id] }],
});

/** Every time of a schedule inside the window, oldest first. */
function roundsOf({ start }: CompiledVersion, window: Window, timezone: string): Call[] {
  const rounds: Call[] = [];
  if (start?.by !== 'schedule') return rounds;
  const length = window.to.getTime() - window.from.getTime();
  let before = new Date(window.to.getTime() - 1);
  while (rounds.length < MOST_ROUNDS) {
    const at = latestOccurrence(start.cron, start.timezone ?? timezone, before, length);
    if (!at || at < window.from) break;
    rounds.push({ at: at.getTime(), occasion: `schedule:${at.toISOString()}` });
    before = new Date(at.getTime() - 1);
  }
  return rounds.reverse();
}
