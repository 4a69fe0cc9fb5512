import type { DraftSettings, Graph, GraphNode } from '#graph';

/** A number in [0, 1), the same sequence for the same seed. */
export type Dice = () => number;

/** Mulberry32. */
export const dice = (seed: number): Dice => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export const oneOf = <T>(roll: Dice, ...choices: readonly T[]): T => choices[Math.floor(roll() * choices.length)]!;
const some = <T>(roll: Dice, chance: number, make: () => T): T | undefined => (roll() < chance ? make() : undefined);

/** What a random drawing may name. */
export interface Known {
  /** What keeps its people apart from others': in `metadata.g` and among their tags. */
  group: string;
  /** What its people buy. */
  course: string;
  /** A static list of this group. */
  list: string;
  /** An automation that people can be sent to. */
  target: string;
}

/** Types that people do, and that steps record. */
export const doings = ['a.one', 'a.two', 'a.three'] as const;
const recorded = ['r.one', 'r.two'] as const;
const hours = (n: number) => ({ n, unit: 'hours' });

type Condition = Record<string, unknown>;

const metadataRules = (roll: Dice): Condition => ({
  operator: oneOf(roll, 'AND', 'OR'),
  conditions: [
    {
      field: 'metadata.n',
      operator: oneOf(roll, 'eq', 'gte', 'lt', 'neq'),
      value: roll() < 0.2 ? { entry: 'metadata.n' } : Math.floor(roll() * 3),
    },
    ...(roll() < 0.4
      ? [
          {
            field: 'metadata.cart',
            operator: oneOf(roll, 'eq', 'is_set', 'neq'),
            value: oneOf<unknown>(roll, 'x', { entry: 'metadata.cart' }),
          },
        ]
      : []),
  ].map((each) => (each.operator === 'is_set' ? { field: each.field, operator: 'is_set' } : each)),
});

function condition(roll: Dice, known: Known): Condition {
  const within = some(roll, 0.5, () => hours(oneOf(roll, 1, 3, 12, 30)));
  const activity = {
    field: 'activity',
    activity_type: oneOf(roll, ...doings, ...recorded),
    ...(within ? { within } : {}),
  };
  return oneOf<() => Condition>(
    roll,
    () => ({
      field: 'tags',
      operator: oneOf(roll, 'contains', 'not_contains'),
      value: oneOf(roll, 'warm', 'cold', 'lead'),
    }),
    () => ({ field: 'type', operator: 'eq', value: oneOf(roll, 'lead', 'customer') }),
    () => ({ field: 'attributes.stage', operator: oneOf(roll, 'eq', 'neq'), value: oneOf(roll, 's1', 's2') }),
    () => ({ field: 'attributes.plan', operator: oneOf(roll, 'is_set', 'is_empty') }),
    () => ({
      field: 'consent',
      operator: oneOf(roll, 'eq', 'neq'),
      value: oneOf(roll, 'subscribed', 'unsubscribed', 'unknown'),
    }),
    () => ({ field: 'can_be_emailed', operator: oneOf(roll, 'is_true', 'is_false') }),
    () => ({ field: 'enrollment', operator: oneOf(roll, 'exists', 'not_exists') }),
    () => ({ field: 'lifetime_value', operator: oneOf(roll, 'gt', 'lte'), value: oneOf(roll, 0, 50) }),
    () => ({ field: 'smart_list', operator: oneOf(roll, 'in', 'not_in'), value: [known.list] }),
    () => ({
      field: 'last_activity',
      operator: oneOf(roll, 'in_last', 'not_in_last'),
      value: hours(oneOf(roll, 2, 10)),
    }),
    () => ({ field: 'created_at', operator: 'in_last', value: hours(oneOf(roll, 5, 40)) }),
    () => ({ ...activity, operator: oneOf(roll, 'count_gte', 'count_lte', 'count_eq'), value: Math.floor(roll() * 4) }),
    () => ({ field: 'activity', activity_type: activity.activity_type, operator: 'never' }),
    () => ({ ...activity, operator: oneOf(roll, 'first_within', 'last_within'), within: hours(oneOf(roll, 2, 9)) }),
    () => ({ ...activity, operator: 'count_gte', value: 1, where: metadataRules(roll) }),
  )();
}

const personRules = (roll: Dice, known: Known): Condition => {
  const conditions = Array.from({ length: roll() < 0.6 ? 1 : 2 }, () => condition(roll, known));
  return roll() < 0.15
    ? { operator: 'NOT', conditions: [conditions[0]] }
    : { operator: oneOf(roll, 'AND', 'OR'), conditions };
};

/** Rules of a step: about the person, or the lead that started the run. What became of a mail is assumed, so it is not asked. */
const stepRules = (roll: Dice, known: Known): Condition =>
  roll() < 0.12
    ? { operator: 'AND', conditions: [{ field: 'lead', operator: oneOf(roll, 'enrolled', 'not_enrolled') }] }
    : personRules(roll, known);

type Made = { type: string; config: Record<string, unknown>; ports: string[]; pauses?: boolean };

function start(roll: Dice, known: Known): Made {
  const mine = { field: 'metadata.g', operator: 'eq', value: known.group };
  const tagged = { operator: 'AND', conditions: [{ field: 'tags', operator: 'contains', value: known.group }] };
  const doing = (): Made => ({
    type: 'activity_received',
    config: {
      activity_type: oneOf(roll, ...doings),
      where: { operator: 'AND', conditions: [mine, ...(roll() < 0.4 ? [metadataRules(roll)] : [])] },
      ...(roll() < 0.4 ? { rules: personRules(roll, known) } : {}),
    },
    ports: ['next'],
  });
  return oneOf<() => Made>(
    roll,
    doing,
    doing,
    doing,
    doing,
    () => ({
      type: 'activity_received',
      config: { activity_type: oneOf(roll, 'lead.created', 'course.enrolled', 'contact.updated'), rules: tagged },
      ports: ['next'],
    }),
    () => ({
      type: oneOf(roll, 'smart_list_entered', 'smart_list_left'),
      config: { smart_list_id: known.list },
      ports: ['next'],
    }),
    () => ({
      type: 'monitor',
      config: {
        over: 'people',
        rules: { operator: 'AND', conditions: [...tagged.conditions, condition(roll, known)] },
        every: hours(oneOf(roll, 1, 4, 8)),
      },
      ports: ['next'],
    }),
    () => ({
      type: 'monitor',
      config: {
        over: 'leads',
        lead: {
          older_than: hours(oneOf(roll, 1, 2)),
          within: hours(24),
          enrolled: false,
          // Without the course everybody's leads are read.
          ...(roll() < 0.9 ? { course_id: known.course } : {}),
        },
        rules: tagged,
        every: hours(oneOf(roll, 1, 4, 8)),
      },
      ports: ['next'],
    }),
    () => ({
      type: 'schedule',
      config: { cron: oneOf(roll, '0 2-20/7 * * *', '0 9 * * *'), timezone: 'UTC', smart_list_id: known.list },
      ports: ['next'],
    }),
    () => ({
      type: 'date_reached',
      config: {
        date_field: `attributes.starts_${known.group}`,
        time: '08:00',
        timezone: 'UTC',
        offset: { n: oneOf(roll, 0, 1), unit: 'days' },
      },
      ports: ['next'],
    }),
  )();
}

function step(roll: Dice, known: Known): Made {
  return oneOf<() => Made>(
    roll,
    () => ({ type: 'filter', config: { rules: stepRules(roll, known) }, ports: ['yes', 'no'] }),
    () => ({ type: 'filter', config: { rules: stepRules(roll, known) }, ports: ['yes', 'no'] }),
    () => ({
      type: 'switch',
      config: { cases: ['c1', 'c2'].map((id) => ({ id, label: id, rules: stepRules(roll, known) })) },
      ports: ['c1', 'c2', 'else'],
    }),
    () => ({
      type: 'random_split',
      config: {
        branches: [
          { id: 'b1', percent: 50 },
          { id: 'b2', percent: 50 },
        ],
      },
      ports: ['b1', 'b2'],
    }),
    () => ({ type: 'wait', config: { for: hours(oneOf(roll, 1, 2, 5, 11)) }, ports: ['next'], pauses: true }),
    () => ({
      type: 'wait_until',
      config: {
        activity_type: oneOf(roll, ...doings, ...recorded),
        ...(roll() < 0.4 ? { where: metadataRules(roll) } : {}),
        timeout: hours(oneOf(roll, 2, 6, 20)),
      },
      ports: ['happened', 'timed_out'],
      pauses: true,
    }),
    () => ({
      type: 'wait_until',
      config: { rules: stepRules(roll, known), timeout: hours(oneOf(roll, 2, 6, 20)) },
      ports: ['happened', 'timed_out'],
    }),
    () => ({
      type: 'wait_for_time',
      config: {
        time: oneOf(roll, '09:00', '17:00'),
        timezone: oneOf(roll, 'contact', 'UTC'),
        ...(roll() < 0.3 ? { days: [1, 3, 5] } : {}),
      },
      ports: ['next'],
      pauses: true,
    }),
    () => ({
      type: 'send_email',
      config: { subject: 'S', html: '<p>H</p>', stream: oneOf(roll, 'broadcast', 'transactional') },
      ports: ['next'],
    }),
    () => ({ type: 'send_email', config: { subject: 'S', html: '<p>H</p>', stream: 'broadcast' }, ports: ['next'] }),
    () => ({
      type: 'update_contact',
      config: {
        ...(roll() < 0.7
          ? { add_tags: [oneOf(roll, 'warm', 'cold')] }
          : { remove_tags: [oneOf(roll, 'warm', 'cold')] }),
        ...(roll() < 0.4 ? { set: { attributes: { stage: oneOf(roll, 's1', 's2') } } } : {}),
      },
      ports: ['next'],
    }),
    () => ({
      type: 'update_list',
      config: { smart_list_id: known.list, action: oneOf(roll, 'add', 'remove') },
      ports: ['next'],
    }),
    () => ({
      type: 'record_activity',
      config: { activity_type: oneOf(roll, ...recorded), metadata: { g: known.group, n: Math.floor(roll() * 3) } },
      ports: ['next'],
    }),
    () => ({ type: 'notify_team', config: { to: 'team@example.com', subject: 'S', text: 'T' }, ports: ['next'] }),
    () => ({ type: 'enter_automation', config: { automation_id: known.target }, ports: ['next'] }),
    () => ({ type: 'exit', config: { reason: 'done' }, ports: [] }),
  )();
}

const ending = (roll: Dice, known: Known) =>
  roll() < 0.5
    ? { activity_type: oneOf(roll, ...doings), where: metadataRules(roll) }
    : { rules: personRules(roll, known) };

/** A drawing of up to a dozen steps of every type, with settings; paths may meet again, and go back over a pause. */
export function randomDrawing(roll: Dice, known: Known): { graph: Graph; settings: DraftSettings } {
  const nodes: GraphNode[] = [];
  const edges: Graph['edges'] = [];
  const add = (made: Made): { id: string; made: Made } => {
    const id = `n${nodes.length}`;
    nodes.push({ id, type: made.type, config: made.config });
    return { id, made };
  };
  const open: { source: string; port: string; pauses: boolean }[] = [];
  const first = add(start(roll, known));
  open.push({ source: first.id, port: 'next', pauses: false });
  const most = 3 + Math.floor(roll() * 9);
  while (open.length > 0 && nodes.length < most) {
    const { source, port, pauses } = open.splice(Math.floor(roll() * open.length), 1)[0]!;
    if (roll() < 0.1) continue;
    // Back or across to a step that is there already; back only where somebody waits on the way.
    const others = nodes.slice(1).filter(({ id }) => id !== source);
    if (others.length > 0 && roll() < 0.12 && pauses) {
      edges.push({ source, port, target: oneOf(roll, ...others).id });
      continue;
    }
    const { id, made } = add(step(roll, known));
    edges.push({ source, port, target: id });
    for (const next of made.ports) open.push({ source: id, port: next, pauses: pauses || made.pauses === true });
  }
  const limit = oneOf<unknown>(roll, 'once', 'always', { every: hours(6) });
  const settings = {
    entry: {
      limit,
      ...(nodes[0]!.type === 'activity_received' && limit !== 'once' && roll() < 0.2 ? { key: 'metadata.cart' } : {}),
      ...(roll() < 0.15 ? { cooldown: hours(4) } : {}),
    },
    ...(roll() < 0.2 ? { exit_when: ending(roll, known) } : {}),
    ...(roll() < 0.2 ? { goal: ending(roll, known) } : {}),
    ...(roll() < 0.15 ? { frequency_cap: { count: 1, per: hours(12) } } : {}),
  } as unknown as DraftSettings;
  return { graph: { schema: 1, nodes, edges }, settings };
}
