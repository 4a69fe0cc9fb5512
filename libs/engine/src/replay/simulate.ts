import { automationById, engineMoment } from '#automations';
import { addressOf, peopleOf } from '#directory';
import type { DraftSettings, Graph } from '#graph';
import { readSettings, unknownAddress, type Database, type Log, type Tx } from '#platform';
import { eachPersonal, type PersonalFieldId } from '#rules';
import type { StepRecord } from '../runs/journey.js';
import type { CompiledVersion } from '../versions/compiled-version.js';
import { Aggregates } from '../past/aggregates.js';
import { drawn } from './backtests.js';
import { activitiesOf, aggregatesBefore, alikeBefore, changesSince, peopleNow } from '../past/past.queries.js';
import { PastPerson, type PersonNow } from '../past/past-person.js';
import { ReplayPerson } from './replay-person.js';
import type { Simulated } from './replay-backend.js';
import { scriptOf } from './script.js';
import { withTemplateTopics } from './template-topics.js';

const YEAR = 366 * 86_400_000;
const MOST_ACTIVITIES = 5_000;

/** Somebody made up, for trying a drawing out. */
export interface SamplePerson extends Partial<Record<PersonalFieldId, string>> {
  tags?: string[];
  attributes?: Record<string, unknown>;
}

export interface SimulationWish {
  contact_email?: string;
  sample?: SamplePerson;
  /** When they come in; what was recorded afterwards happens to them, and nothing else does. */
  at: Date;
  graph?: Graph;
  settings?: DraftSettings;
}

export interface Simulation {
  contact_email: string;
  entered_at: Date;
  status: string;
  end_reason: string | null;
  /** Where they stand, when they are still inside a year later. */
  node_id: string | null;
  ended_at: Date | null;
  steps: Omit<StepRecord, 'ord'>[];
  messages: { node_id: string; visit: number; at: Date; skipped?: string }[];
}

/**
 * Lets one person go through the draft from an instant on, as a backtest does, without asking what starts it: waits
 * pass at once, nothing leaves, nobody is changed.
 * @throws AppError 404 for an unknown automation or person; 422 as a backtest
 */
export async function simulate(
  database: Database,
  automationId: string,
  wish: SimulationWish,
  log: Log,
): Promise<Simulation> {
  const automation = await automationById(database, automationId);
  const version = drawn(
    automationId,
    automation.name,
    await withTemplateTopics(database, wish.graph ?? automation.draft_graph),
    wish.settings ?? automation.settings,
  );
  const { script, person, aggregates, happened } = await database.tx((tx) => read(tx, version, wish), {
    readOnly: true,
  });
  let found: Simulated | undefined;
  const replayed = new ReplayPerson(script, person, aggregates, [], log, (run) => {
    found ??= run;
  });
  await replayed.put(person.leads(wish.at.getTime())[0]?.id);
  await replayed.feed(happened);
  await replayed.finish();
  const { journey, mails } = found!;
  const { run } = journey;
  return {
    contact_email: person.contact_email,
    entered_at: run.entered_at,
    status: run.status,
    end_reason: run.end_reason,
    node_id: run.ended_at ? null : run.node_id,
    ended_at: run.ended_at,
    steps: script.stepsOf(journey).map(({ ord: _ord, ...step }) => step),
    messages: mails.map(({ node_id, visit, at, skipped }) => ({
      node_id,
      visit,
      at,
      ...(skipped ? { skipped } : {}),
    })),
  };
}

/** Everything that the replay needs, so that it keeps no connection while it works. */
async function read(tx: Tx, version: CompiledVersion, wish: SimulationWish) {
  const present = await engineMoment(tx);
  const settings = await readSettings(tx, 'mail_unanswered', 'frequency_cap', 'currency');
  const window = { from: wish.at, to: new Date(wish.at.getTime() + YEAR) };
  const script = scriptOf(version, window, { ...settings, timezone: present.timezone }, present);
  const address = wish.contact_email === undefined ? undefined : addressOf(wish.contact_email);
  const known = address ? (await peopleOf(tx, [address])).get(address) : undefined;
  if (wish.contact_email !== undefined && !known?.type) throw unknownAddress();
  const ids = known ? [known.person_id] : [];
  const asks = { last_activity: script.asksLastActivity, lists: script.lists };
  const [now] = known ? await peopleNow(tx, ids, window, asks, present) : [madeUp(wish.sample ?? {}, wish.at)];
  const person = new PastPerson(now!, settings);
  person.undo(await changesSince(tx, ids, window, version.late_after));
  const before = await aggregatesBefore(tx, ids, script.conditions, window, present.timezone);
  const alike = await alikeBefore(tx, ids, script.conditions, window, present.timezone);
  const aggregates = new Aggregates(
    script.conditions,
    before.get(person.person_id) ?? new Map(),
    alike.get(person.person_id) ?? new Map(),
  );
  const happened = await activitiesOf(tx, ids, window, {
    lateAfter: version.late_after,
    types: script.types,
    after: undefined,
    limit: MOST_ACTIVITIES,
  });
  return { script, person, aggregates, happened };
}

/** A lead of that instant who may be mailed. */
const madeUp = (sample: SamplePerson, at: Date): PersonNow => ({
  person_id: '00000000-0000-7000-8000-000000000000',
  contact_email: 'sample@example.com',
  consent: 'subscribed',
  lifetime_value_minor: 0,
  profile: null,
  leads: [
    {
      id: '00000000-0000-7000-8000-000000000001',
      created_at: at.getTime(),
      email: 'sample@example.com',
      ...eachPersonal((id) => sample[id] ?? (id === 'first_name' ? 'Sample' : null)),
      tags: sample.tags ?? [],
      attributes: sample.attributes ?? {},
      course_id: null,
      external_id: null,
      source: 'sample',
    },
  ],
  enrollments: [],
  suppressed: [],
  topics_off: [],
  paused_until: null,
  last_activity: at.getTime(),
  lists: {},
});
