import { readSettings, type Tx } from '#platform';
import {
  activityQuestion,
  aggregateKey,
  dependencies,
  everyone,
  instantLiteral,
  latestNow,
  lifetimeValue,
  mayBeMailed,
  personalColumns,
  readRules,
  RuleError,
  shift,
  toSql,
  wholeMoney,
  whereToSql,
  type ActivityQuestion,
  type Condition,
  type Group,
  type ListDefinition,
  type Moment,
  type PersonFacts,
  type RunFacts,
  type StepOutcome,
} from '#rules';
import { paidBy } from './paid.js';

type PersonRow = Omit<PersonFacts, 'enrollments' | 'lists' | 'activities'>;

/** The moment that questions of this transaction are answered at: the database's clock, the workspace's zone and money. */
export const momentOf = async (tx: Tx): Promise<Moment> =>
  (await tx.row<Moment>({
    name: 'moment',
    text: 'select cortex.now() as now, s.timezone, cortex.money_unit(s.currency) as money_unit from cortex.settings s',
  }))!;

const milliseconds = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

/** What the caller can do without. */
export interface FactsWanted {
  /** Who is in which list is known otherwise. */
  withoutLists?: boolean;
  /** No condition looks at activities older than this (milliseconds since 1970). */
  since?: number;
}

/**
 * What the rules may know about these people at one moment, by person_id: the row of the directory, and as far
 * as the rules ask for them enrollments, list memberships and aggregates of activities. At most five queries,
 * however many people (lists that ask about lists cost one more for each level, lifetime values one, and two more while
 * they are counted anew). A person without a row is
 * left out. Facts of a run come from `loadRunFacts`.
 */
export async function loadFacts(
  tx: Tx,
  personIds: readonly string[],
  groups: readonly Group[],
  moment: Moment,
  only: FactsWanted = {},
): Promise<Map<string, PersonFacts>> {
  const asked = dependencies(...groups);
  const rows = await tx.rows<PersonRow>(PERSON_FACTS, [personIds]);
  const facts = new Map(rows.map((row) => [row.person_id, withNothing(row)]));
  if (asked.fields.includes('lifetime_value')) await countAnew(tx, personIds, facts);
  if (asked.enrollments) await addEnrollments(tx, personIds, facts);
  if (asked.lists.length > 0 && !only.withoutLists) await addLists(tx, personIds, asked.lists, moment, facts);
  if (asked.activities.length > 0) await addActivities(tx, personIds, asked.activities, moment, facts, only.since);
  return facts;
}

const PERSON_FACTS = {
  name: 'facts of people',
  text: `select p.person_id, p.type, p.email, ${personalColumns('p')}, p.tags,
       ${milliseconds('p.created_at')} as created_at, ${milliseconds('p.last_activity')} as last_activity,
       ${lifetimeValue} as lifetime_value, p.attributes, p.consent_status as consent,
       ${mayBeMailed('(select s.mail_unanswered from cortex.settings s)')} as can_be_emailed
     from cortex.people p where p.person_id = any($1::uuid[])`,
};

const withNothing = (row: PersonRow): PersonFacts => ({
  ...row,
  enrollments: [],
  lists: {},
  activities: {},
});

/** Who is still to be counted in another currency is decided about by their orders, and not by a sum of the old one. */
async function countAnew(tx: Tx, personIds: readonly string[], facts: Map<string, PersonFacts>): Promise<void> {
  const due = await tx.rows<{ person_id: string }>(
    `select distinct p.person_id from cortex.people p join cortex.pending q on q.address = p.address and q.recount
     where p.person_id = any($1::uuid[])`,
    [personIds],
  );
  if (due.length === 0) return;
  const { currency } = await readSettings(tx, 'currency');
  const ids = due.map(({ person_id }) => person_id);
  const paid = await paidBy(tx, ids, { linked: false });
  for (const id of ids) {
    const own = paid.get(id)?.find((each) => each.currency === currency);
    facts.get(id)!.lifetime_value = own ? wholeMoney(own.minor, currency) : 0;
  }
}

async function addEnrollments(tx: Tx, personIds: readonly string[], facts: Map<string, PersonFacts>): Promise<void> {
  const rows = await tx.rows<PersonFacts['enrollments'][number] & { person_id: string }>(
    `select p.person_id, e.course_id, e.status from cortex.people p
     join public.enrollments e on e.profile_id = p.id where p.person_id = any($1::uuid[])`,
    [personIds],
  );
  for (const { person_id, course_id, status } of rows) facts.get(person_id)?.enrollments.push({ course_id, status });
}

async function addLists(
  tx: Tx,
  personIds: readonly string[],
  ids: readonly string[],
  moment: Moment,
  facts: Map<string, PersonFacts>,
): Promise<void> {
  const lists = await loadListDefinitions(tx, ids);
  const known = ids.filter((id) => lists.has(id));
  const followClock = dependencies(...[...lists.values()].flatMap(({ rules }) => rules ?? [])).clock;
  const values: unknown[] = [personIds];
  const columns = known.map((id) => {
    const asking: Group = { operator: 'AND', conditions: [{ field: 'smart_list', operator: 'in', value: [id] }] };
    const fragment = toSql(asking, { ...moment, lists, persons: personIds, offset: values.length });
    values.push(...fragment.values);
    return `((${everyone}) and (${fragment.text})) is true`;
  });
  if (columns.length === 0) return;
  const rows = await tx.rows<{ person_id: string; inside: boolean[] }>(
    `select p.person_id, array[${columns.join(', ')}] as inside from cortex.people p where p.person_id = any($1::uuid[])`,
    values,
  );
  for (const { person_id, inside } of rows) {
    const of = facts.get(person_id)!;
    if (followClock) of.lists_follow_clock = true;
    for (const [index, id] of known.entries()) of.lists[id] = inside[index]!;
  }
}

/**
 * Aggregates of these people's activities, by `aggregateKey`: their activities are read once, whatever the number of
 * conditions, because planning a read of every partition for each would cost most.
 * @param since nothing older is read: only where the conditions do not look further back
 */
async function addActivities(
  tx: Tx,
  personIds: readonly string[],
  conditions: readonly Condition[],
  moment: Moment,
  facts: Map<string, PersonFacts>,
  since?: number,
): Promise<void> {
  const values: unknown[] = [personIds, [...new Set(conditions.map((condition) => condition.activity_type!))]];
  const bind = (value: unknown, type: string): string => `$${values.push(value)}::${type}`;
  const bound = new Map<string, string>();
  const once = (value: string, type: string): string => {
    const known = bound.get(`${type} ${value}`) ?? bind(value, type);
    bound.set(`${type} ${value}`, known);
    return known;
  };
  const asked: Record<ActivityQuestion | 'oldest', Map<string, string>> = {
    count: new Map(),
    oldest: new Map(),
    first: new Map(),
    last: new Map(),
  };
  for (const condition of conditions) {
    const of = activityQuestion(condition);
    const key = aggregateKey(condition);
    if (asked[of].has(key)) continue;
    const { activity_type, within, where } = condition;
    const filter = [`a.type = ${once(activity_type!, 'text')}`];
    if (of === 'count' && within) {
      const [since, until] = [shift(moment, within, 'ago'), latestNow(moment)].map((at) =>
        once(instantLiteral(at), 'timestamptz'),
      );
      filter.push(`a.occurred_at between ${since} and ${until}`);
    }
    if (where) {
      const fragment = whereToSql(where, { ...moment, offset: values.length });
      values.push(...fragment.values);
      filter.push(`(${fragment.text})`);
    }
    asked[of].set(key, `${AGGREGATES[of]} filter (where ${filter.join(' and ')})`);
    if (of === 'count' && within) asked.oldest.set(key, `${AGGREGATES.first} filter (where ${filter.join(' and ')})`);
  }
  const column = (of: ActivityQuestion | 'oldest', type: string) =>
    `array[${[...asked[of].values()].join(', ')}]::${type}[] as ${of}`;
  const rows = await tx.rows<Record<ActivityQuestion | 'oldest', (number | null)[]> & { person_id: string }>(
    `select a.person_id, ${column('count', 'int')}, ${column('oldest', 'float8')}, ${column('first', 'float8')}, ${column('last', 'float8')}
     from public.crm_activities a where a.person_id = any($1::uuid[]) and a.type = any($2::text[])
       ${since === undefined ? '' : `and a.occurred_at >= ${bind(instantLiteral(since), 'timestamptz')}`}
     group by a.person_id`,
    values,
  );
  for (const { person_id, ...found } of rows) {
    const of = facts.get(person_id);
    if (!of) continue;
    for (const question of ['count', 'oldest', 'first', 'last'] as const) {
      for (const [at, key] of [...asked[question].keys()].entries()) {
        const value = found[question][at];
        if (value === null || value === undefined) continue;
        const aggregate = (of.activities[key] ??= { count: 0, first_at: null, last_at: null });
        if (question === 'count') aggregate.count = value;
        else aggregate[`${question}_at`] = value;
      }
    }
  }
}

const AGGREGATES: Record<ActivityQuestion, string> = {
  count: 'count(*)',
  first: `min(${milliseconds('a.occurred_at')})`,
  last: `max(${milliseconds('a.occurred_at')})`,
};

/**
 * These smart lists and those that their rules ask about, by id. Unknown ids are left out: nobody is in them.
 */
export async function loadListDefinitions(tx: Tx, ids: readonly string[]): Promise<Map<string, ListDefinition>> {
  const lists = new Map<string, ListDefinition>();
  let open = [...ids];
  while (open.length > 0) {
    const rows = await tx.rows<ListDefinition & { id: string }>(
      'select id, name, kind, rules from public.crm_smart_lists where id = any($1::uuid[])',
      [open],
    );
    const next: string[] = [];
    for (const { id, name, kind, rules } of rows) {
      const list = { name, kind, rules: kind === 'rules' ? stored(name, rules) : null };
      lists.set(id, list);
      if (list.rules) next.push(...dependencies(list.rules).lists);
    }
    open = [...new Set(next)].filter((id) => !lists.has(id));
  }
  return lists;
}

/** Rules as they are stored; other programs may have written them in the form that is accepted on input. */
function stored(name: string, rules: unknown): Group {
  const read = readRules(rules);
  if (read.rules) return read.rules;
  throw new RuleError(`The smart list “${name}” holds rules that cannot be read: ${read.troubles[0]!.message}`);
}

/**
 * Whether the lead `l` (of `public.purchase_leads`) is enrolled: an enrollment names it, or its person has one
 * in its course (a lead without a course: in any) that was made no earlier than the lead.
 */
export const leadIsEnrolled = `(
  exists (select from public.enrollments e where e.lead_id = l.id)
  or exists (
    select from public.unified_profiles u join public.enrollments e on e.profile_id = u.id
    where cortex.address(u.email) collate "C" = cortex.lead_home(l.id, l.email)
      and e.created_at >= l.created_at and (l.course_id is null or e.course_id = l.course_id)))`;

/** SQL: the leads of a person (a row of `cortex.people` under this alias), those they left behind when they moved included. */
export const leadsOf = (person: string): string => `
  select x.* from public.purchase_leads x
  where cortex.address(x.email) collate "C" = ${person}.address
    and not exists (select from cortex.lead_owners o where o.lead_id = x.id and o.address = ${person}.address)
  union all
  select x.* from cortex.lead_owners o join public.purchase_leads x on x.id = o.lead_id
  where o.profile_id = ${person}.id and o.address = cortex.address(x.email) collate "C"`;

/** What of a run the rules may ask about beyond the person. */
export interface RunKey {
  run_id: string;
  lead_id: string | null;
}

/** The facts of these runs, by run id: whether their lead is enrolled, and what became of their last mails. Two queries. */
export async function loadRunFacts(tx: Tx, runs: readonly RunKey[]): Promise<Map<string, RunFacts>> {
  const facts = new Map<string, RunFacts>(runs.map((run) => [run.run_id, { steps: {} }]));
  const leads = [...new Set(runs.flatMap((run) => run.lead_id ?? []))];
  if (leads.length > 0) {
    const rows = await tx.rows<{ id: string; enrolled: boolean }>(
      `select l.id, ${leadIsEnrolled} as enrolled from public.purchase_leads l where l.id = any($1::uuid[])`,
      [leads],
    );
    const enrolled = new Map(rows.map((row) => [row.id, row.enrolled]));
    for (const { run_id, lead_id } of runs) {
      const known = lead_id === null ? undefined : enrolled.get(lead_id);
      if (known !== undefined) facts.get(run_id)!.lead = { enrolled: known };
    }
  }
  const rows = await tx.rows<{ run_id: string; node_id: string } & Record<StepOutcome, boolean>>(
    `select distinct on (m.run_id, m.node_id) m.run_id, m.node_id, m.state = 'sent' as sent,
       m.delivered_at is not null as delivered, m.clicked_at is not null as clicked,
       m.state = 'skipped' as skipped, m.state = 'failed' as failed
     from cortex.messages m where m.run_id = any($1::uuid[])
     order by m.run_id, m.node_id, m.visit desc`,
    [runs.map((run) => run.run_id)],
  );
  for (const { run_id, node_id, ...outcomes } of rows) {
    facts.get(run_id)!.steps![node_id] = stepOutcomes.filter((outcome) => outcomes[outcome]);
  }
  return facts;
}

const stepOutcomes: readonly StepOutcome[] = ['sent', 'delivered', 'clicked', 'skipped', 'failed'];
