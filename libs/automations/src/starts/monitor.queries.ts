import { leadIsEnrolled, loadListDefinitions } from '#directory';
import type { Tx } from '#platform';
import { dependencies, everyone, shift, toSql, type Span } from '#rules';
import { engineMoment } from './live.queries.js';
import type { EntryLimit, Start } from './starts.js';

export type Monitor = Extract<Start, { by: 'monitor' }>;

export interface MonitorQuestion {
  automationId: string;
  start: Monitor;
  limit: EntryLimit;
}

/** Somebody who matches: a person, or one of their leads. */
export interface Match {
  person_id: string;
  lead_id: string | null;
}

/** Milliseconds; a monitor that takes longer is reported instead of holding up the others. */
const TIMEOUT = 60_000;

/**
 * The people behind those who match now and may enter by the limit, whose lead (or themselves) is oldest first; at most
 * `limit`. Stops reading when it has found enough, so that a long backlog costs each round only what it takes in.
 */
export async function monitorCandidates(tx: Tx, question: MonitorQuestion, limit: number): Promise<string[]> {
  const { text, values } = await matching(tx, question, { seen: 'left out', oldestFirst: true });
  const rows = await tx.rows<{ person_id: string }>(
    `select person_id from (${text}) m order by since, lead_id limit $${values.length + 1}`,
    [...values, limit],
  );
  return [...new Set(rows.map((row) => row.person_id))];
}

/**
 * Who of these people matches now and may enter by the limit, one row per person; over leads the newest lead of each.
 * Asked of people whose locks are held, it is the decision.
 */
export async function monitorMatches(
  tx: Tx,
  question: MonitorQuestion,
  options: { limit: number; personIds: readonly string[] },
): Promise<Match[]> {
  const { text, values } = await matching(tx, question, { seen: 'left out', personIds: options.personIds });
  return tx.rows<Match>(
    `select person_id, lead_id from (
       select distinct on (person_id) person_id, lead_id, since
       from (${text}) m order by person_id, since desc, lead_id desc) one
     order by since, person_id limit $${values.length + 1}`,
    [...values, options.limit],
  );
}

/** How many people match now and have not entered, whether or not they were there at an earlier publishing. */
export async function countMatching(tx: Tx, question: MonitorQuestion): Promise<number> {
  const { text, values } = await matching(tx, question, { seen: 'taken too' });
  await tx.run(`set local statement_timeout = ${TIMEOUT}`);
  const row = await tx.row<{ people: number }>(
    `select count(distinct person_id)::int as people from (${text}) m`,
    values,
  );
  await tx.run('set local statement_timeout = 0');
  return row!.people;
}

/** Marks everybody who matches now, so that they are left alone. */
export async function markMatchingAsSeen(tx: Tx, question: MonitorQuestion): Promise<void> {
  const { text, values } = await matching(tx, question, { seen: 'left out' });
  await tx.run(
    `insert into cortex.automation_seen (automation_id, person_id, entry_key)
     select $1, person_id, entry_key from (${text}) m
     on conflict (automation_id, person_id, entry_key) do update set seen_at = excluded.seen_at`,
    values,
  );
}

export const forgetSeen = (tx: Tx, automationId: string): Promise<number> =>
  tx.run('delete from cortex.automation_seen where automation_id = $1', [automationId]);

/**
 * Of a lead that may enter once: it has not brought its person in, nor was it there at the publishing. Says by the
 * lead what the entry limit says of the person, so that it can be asked before the lead's person is looked up. OFFSET has it
 * asked lead by lead, by index: as a join it would read every run there ever was.
 */
const leadIsNew = [
  `not exists (select from cortex.automation_runs r join cortex.people q on q.person_id = r.person_id
    where r.automation_id = $1 and r.lead_id = l.id and r.entry_key = 'lead:' || l.id::text
      and q.address = cortex.address(l.email) collate "C" offset 0)`,
  `not exists (select from cortex.automation_seen s join cortex.people q on q.person_id = s.person_id
    where s.automation_id = $1 and s.entry_key = 'lead:' || l.id::text and s.entry_key <> 'once'
      and q.address = cortex.address(l.email) collate "C" offset 0)`,
];

/** What a monitor asks of a person, or of a lead of theirs, before they come in. */
export type MonitorCheck =
  | 'in_directory'
  | 'rules'
  | 'old_enough'
  | 'young_enough'
  | 'right_course'
  | 'not_imported'
  | 'not_from_activity'
  | 'not_enrolled'
  | 'not_been_here'
  | 'not_inside'
  | 'long_ago'
  | 'not_seen';

/** A condition as SQL over `p` and `l`, and the value it looked at as SQL where there is one. */
interface Asked {
  check: MonitorCheck;
  text: string;
  seen?: string;
  /** For `long_ago`: how long entries have to be apart. */
  span?: Span;
}

interface Built {
  asked: Asked[];
  values: unknown[];
  /** The entry key of whoever matches, as SQL. */
  key: string;
}

const ofLead: ReadonlySet<MonitorCheck> = new Set([
  'old_enough',
  'young_enough',
  'right_course',
  'not_imported',
  'not_from_activity',
]);

/** Every condition of a monitor, one by one, so that whoever explains them asks the very same. `$1` is the automation. */
async function conditionsFor(
  tx: Tx,
  { automationId, start, limit }: MonitorQuestion,
  options: { seen: 'left out' | 'taken too'; personIds?: readonly string[] },
): Promise<Built> {
  const moment = await engineMoment(tx);
  const values: unknown[] = [automationId];
  const bind = (value: unknown, type: string): string => `$${values.push(value)}::${type}`;
  const ago = (span: { n: number; unit: string }): string =>
    bind(new Date(shift(moment, span as Span, 'ago')).toISOString(), 'timestamptz');
  const asked: Asked[] = [{ check: 'in_directory', text: everyone }];
  if (start.rules) {
    const lists = await loadListDefinitions(tx, dependencies(start.rules).lists);
    const rule = toSql(start.rules, { ...moment, lists, persons: options.personIds, offset: values.length });
    values.push(...rule.values);
    asked.push({ check: 'rules', text: `(${rule.text})` });
  }
  const lead = start.over === 'leads' ? start.lead : undefined;
  const key = lead && limit.unit.by === 'lead' ? "'lead:' || l.id::text" : "'once'";
  if (lead) {
    asked.push({ check: 'old_enough', text: `l.created_at <= ${ago(lead.older_than)}`, seen: 'l.created_at::text' });
    asked.push({ check: 'young_enough', text: `l.created_at > ${ago(lead.within)}`, seen: 'l.created_at::text' });
    if (lead.course_id) {
      const title = '(select c.title from public.courses c where c.id = l.course_id)';
      asked.push({ check: 'right_course', text: `l.course_id = ${bind(lead.course_id, 'uuid')}`, seen: title });
    }
    // Who was imported began no checkout here.
    asked.push({ check: 'not_imported', text: "l.source is distinct from 'import'", seen: 'l.source' });
    if (!lead.from_activities)
      asked.push({ check: 'not_from_activity', text: "l.source is distinct from 'activity'", seen: 'l.source' });
    asked.push({ check: 'not_enrolled', text: `not ${leadIsEnrolled}` });
  }
  const runs = 'from cortex.automation_runs r where r.automation_id = $1 and r.person_id = p.person_id';
  const entered = (which: string): string => `(select max(r.entered_at)::text ${runs} ${which})`;
  if (limit.repeat === 'once') {
    const mine = `and r.entry_key = ${key}`;
    asked.push({ check: 'not_been_here', text: `not exists (select ${runs} ${mine})`, seen: entered(mine) });
  } else {
    const inside = "and r.status in ('active', 'waiting')";
    asked.push({ check: 'not_inside', text: `not exists (select ${runs} ${inside})`, seen: entered(inside) });
  }
  const apart = [limit.cooldown, typeof limit.repeat === 'object' ? limit.repeat.every : undefined];
  for (const span of apart)
    if (span) {
      const text = `not exists (select ${runs} and r.entered_at > ${ago(span)})`;
      asked.push({ check: 'long_ago', text, seen: entered(''), span: span as Span });
    }
  if (options.seen === 'left out') {
    const again = typeof limit.repeat === 'object' ? ` and s.seen_at > ${ago(limit.repeat.every)}` : '';
    const seen = `from cortex.automation_seen s
        where s.automation_id = $1 and s.person_id = p.person_id and s.entry_key = ${key}${again}`;
    asked.push({
      check: 'not_seen',
      text: `not exists (select ${seen})`,
      seen: `(select max(s.seen_at)::text ${seen})`,
    });
  }
  return { asked, values, key };
}

/** The set of those who match: person_id, lead_id, entry_key, since. `$1` is the automation. */
async function matching(
  tx: Tx,
  question: MonitorQuestion,
  options: { seen: 'left out' | 'taken too'; personIds?: readonly string[]; oldestFirst?: boolean },
): Promise<{ text: string; values: unknown[] }> {
  const { start, limit } = question;
  const { asked, values, key } = await conditionsFor(tx, question, options);
  const lead = start.over === 'leads' ? start.lead : undefined;
  const where = asked.filter(({ check }) => !ofLead.has(check)).map(({ text }) => text);
  const whereLead = asked.filter(({ check }) => ofLead.has(check)).map(({ text }) => text);
  if (options.personIds) where.push(`p.person_id = any($${values.push(options.personIds)}::uuid[])`);
  if (options.oldestFirst && limit.unit.by === 'lead' && limit.repeat === 'once') whereLead.push(...leadIsNew);
  let leads = `select * from public.purchase_leads l where ${whereLead.join('\n and ')}`;
  // Fenced, so that the cheap questions about leads come before all others, and in the order of an index.
  if (options.oldestFirst) leads += ' order by l.created_at, l.id offset 0';
  const from = lead ? `(${leads}) l join cortex.people p on ${home}` : 'cortex.people p';
  const since = lead ? 'l.created_at' : 'p.created_at';
  return {
    text: `select p.person_id, ${lead ? 'l.id' : 'null::uuid'} as lead_id, ${key} as entry_key, ${since} as since
      from ${from} where ${where.join('\n and ')}`,
    values,
  };
}

const home = 'p.address = cortex.lead_home(l.id, l.email)';

/** What a monitor finds of somebody, condition by condition: of each of their newest leads, or of themselves. */
export interface MonitorFindings {
  lead: { id: string; created_at: Date } | null;
  found: { check: MonitorCheck; met: boolean; seen: string | null; span?: Span }[];
}

/** Whoever has a lead (or themselves) of which every condition is met, comes in at the next round. */
export async function monitorFindings(
  tx: Tx,
  question: MonitorQuestion,
  personId: string,
  mostLeads: number,
): Promise<MonitorFindings[]> {
  const { asked, values } = await conditionsFor(tx, question, { seen: 'left out', personIds: [personId] });
  const over = question.start.over === 'leads' && question.start.lead !== undefined;
  const met = asked.map(({ text }) => `coalesce(${text}, false)`);
  const seen = asked.map((each) => `${each.seen ?? 'null'}::text`);
  const rows = await tx.rows<{ id: string | null; created_at: Date; met: boolean[]; seen: (string | null)[] }>(
    `select ${over ? 'l.id' : 'null::uuid as id'}, ${over ? 'l' : 'p'}.created_at, array[${met.join(', ')}] as met,
       array[${seen.join(', ')}] as seen
     from cortex.people p ${over ? `join public.purchase_leads l on ${home}` : ''}
     where p.person_id = $${values.push(personId)}::uuid
     order by 2 desc, 1 desc limit $${values.push(mostLeads)}`,
    values,
  );
  return rows.map(({ id, created_at, ...row }) => ({
    lead: id === null ? null : { id, created_at },
    found: asked.map(({ check, span }, at) => ({
      check,
      met: row.met[at]!,
      seen: row.seen[at] ?? null,
      ...(span ? { span } : {}),
    })),
  }));
}
