import { Lifecycle } from '#automations';
import { addressOfPerson } from '#directory';
import { adminAddresses } from '#contracts';
import { openAttention, systemActor, type Database, type Tx } from '#platform';
import type { Moment } from '../versions/compiled-versions.js';
import type { CompiledVersion } from '../versions/compiled-version.js';
import type { Journey, StepRecord } from '../runs/journey.js';
import type { AllowedEntry } from './entry-limits.js';

/*
 * What keeps an automation from doing far more than was ever expected of it. Expected is what its latest backtest said
 * under the usual assumptions, else what it did on its own last days. What goes past that is not done, the automation
 * pauses itself, and a person is told; resuming it says that this is fine, and the count begins anew.
 */

/** An automation may do this many times what was expected of it. */
const TIMES_EXPECTED = 3;
/** Entries of one person a day that are always fine, where the start lets them in each time. */
const FREE_ENTRIES = 10;
/** The same where a key or a span already keeps the entries apart. */
const FREE_ENTRIES_APART = 20;
/** Mails from one step to one person a day that are always fine. */
const FREE_MAILS = 10;
/** Entries a day of people who have been in on that day, over all of them, that are always fine. */
const FREE_REPEATS = 50;
/** Latest entries that are counted; enough to see what is going on. */
const SAMPLE = 5_000;
/** Entries within a minute that are always fine. */
const FREE_PER_MINUTE = 200;
/** Of entries within a minute, times the busiest minute so far. */
const TIMES_EXPECTED_PACE = 20;
const DAY = 86_400_000;

interface Expectation {
  /** Since when it counts: a day ago, or when somebody last said that it is fine. */
  since: Date;
  /** Of one person: mails in the backtest, or entries on their busiest of the last days; null: nothing is known. */
  expected: number | null;
  entries: number;
  people: number;
}

/*
 * - `latest` is when somebody last said that it is fine: they closed the guard's item.
 * - `edge` is where today begins: a day ago, or then.
 * - `today` and `before` are bounded samples of the newest entries on either side of it.
 * - `expected` is the worst person of the newest backtest under the usual assumptions, else the busiest person's day
 *   among `before`.
 */
const EXPECTATION = `
  with latest as (
    select max(closed_at) as at from cortex.attention where key = 'guard:' || $1::uuid::text
  ), edge as materialized (
    select greatest(cortex.now() - interval '1 day', (select at from latest)) as since
  ), today as (
    select person_id from cortex.automation_runs
    where automation_id = $1 and entered_at > (select since from edge) order by entered_at desc limit ${SAMPLE}
  ), before as (
    select person_id, entered_at from cortex.automation_runs
    where automation_id = $1 and entered_at <= (select since from edge) and entered_at > cortex.now() - interval '8 days'
    order by entered_at desc limit ${SAMPLE}
  )
  select (select since from edge) as since,
    coalesce(
      (select (b.result -> 'worst' ->> 'messages')::int from cortex.backtests b
       where b.automation_id = $1 and b.status = 'completed' and b.assume = '{}' order by b.id desc limit 1),
      (select max(n)::int from (
         select count(*) as n from before group by person_id, date_trunc('day', entered_at)) d)) as expected,
    (select count(*)::int from today) as entries,
    (select count(distinct person_id)::int from today) as people`;

/** Whether nothing but its own start keeps people from coming in again and again. */
const isOpen = ({ limit, start }: CompiledVersion): boolean =>
  limit.repeat === 'always' && limit.unit.by === 'person' && !limit.cooldown && start?.by === 'activity';

const sendsMail = ({ steps }: CompiledVersion): boolean => [...steps.values()].some(({ def }) => def.kind === 'mail');

/**
 * Which of these entries are too many. Asks the database only about automations that send mail and let somebody in
 * again on the same day, so that the others cost nothing. Notes what is to be paused once this transaction is committed.
 */
export async function unexpectedEntries(tx: Tx, entries: readonly AllowedEntry[]): Promise<ReadonlySet<AllowedEntry>> {
  const refused = new Set<AllowedEntry>();
  const again = entries.filter(({ version, today }) => {
    if (today.length === 0 || !sendsMail(version)) return false;
    return isOpen(version) || today.length >= FREE_ENTRIES_APART;
  });
  for (const automationId of new Set(again.map(({ version }) => version.automation_id))) {
    const own = again.filter(({ version }) => version.automation_id === automationId);
    const { version } = own[0]!;
    const open = isOpen(version);
    const { since, expected, entries: count, people } = (await tx.row<Expectation>(EXPECTATION, [automationId]))!;
    const perPerson = Math.max(open ? FREE_ENTRIES : FREE_ENTRIES_APART, TIMES_EXPECTED * (expected ?? 0));
    const repeatsAllowed = Math.max(FREE_REPEATS, people * Math.max(0.5, expected === null ? 0 : expected - 1));
    let repeats = count - people;
    for (const entry of own) {
      const mine = entry.today.filter((at) => at > since).length;
      if (mine > 0) repeats += 1;
      if (mine >= perPerson || (open && mine > 0 && repeats > repeatsAllowed)) refused.add(entry);
    }
    const first = own.find((entry) => refused.has(entry));
    if (first) {
      const said = first.today.filter((at) => at > since).length >= perPerson;
      await trip(
        tx,
        version,
        said
          ? `${await addressOfPerson(tx, first.person_id)} was to enter for the ${first.today.length + 1}th time within a day; ${expectedText(expected)}.`
          : `People who had been inside on the same day were to enter again, ${repeats} times for ${people} people; ${expectedText(expected)}.`,
      );
    }
  }
  return refused;
}

const expectedText = (expected: number | null): string =>
  expected === null
    ? 'nothing like it was expected'
    : `at most ${expected} for one person ${expected === 1 ? 'was' : 'were'} expected`;

/** A step of a run that wants to send a mail. */
interface MailCall {
  journey: Journey;
  record: StepRecord;
}

/** Of these mails those that a run sends from the same step far too often; they stay unsent, with the reason. */
export async function mailsOverLimit<C extends MailCall>(
  tx: Tx,
  calls: readonly C[],
  { now }: Moment,
): Promise<ReadonlyMap<C, Error>> {
  const held = new Map<C, Error>();
  for (const call of calls) {
    const { run, version } = call.journey;
    const { node_id, visit } = call.record;
    const days = Math.max(1, (now.getTime() - run.entered_at.getTime()) / DAY);
    if (visit <= FREE_MAILS || visit / days <= FREE_MAILS) continue;
    const sent = (await tx.row<{ n: number }>(
      `select count(*)::int as n from cortex.messages m where m.run_id = $1 and m.node_id = $2
       and m.created_at > greatest(cortex.now() - interval '1 day',
         (select max(closed_at) from cortex.attention where key = 'guard:' || $3::text))`,
      [run.id, node_id, run.automation_id],
    ))!;
    if (sent.n < FREE_MAILS) continue;
    held.set(
      call,
      new Error(`This step has sent ${sent.n} mails to this person within a day; the automation was paused.`),
    );
    await trip(
      tx,
      version,
      `One step sent ${await addressOfPerson(tx, run.person_id)} ${sent.n} mails within a day, going round in the drawing.`,
    );
  }
  return held;
}

/** Notes that an automation is to be paused. It is paused when this transaction is committed. */
const trip = (tx: Tx, version: CompiledVersion, what: string): Promise<void> =>
  openAttention(tx, {
    key: `guard:${version.automation_id}`,
    kind: 'guard',
    title: `“${version.name}” was paused automatically`,
    detail: `${what} Everyone inside stays where they are. Check how often a person can enter, and resume it if this is what you expect.`,
    action: { label: 'Open the automation', href: adminAddresses.automation(version.automation_id) },
    facts: { automation_id: version.automation_id },
  });

/** Pauses what is to be paused. Takes the engine's gate, so call it outside of any transaction. */
export async function pauseTripped(database: Database): Promise<void> {
  const rows = await database.rows<{ id: string }>(
    `select a.id from cortex.attention t join cortex.automations a on a.id = (t.facts ->> 'automation_id')::uuid
     where t.kind = 'guard' and t.closed_at is null and a.status = 'live'`,
  );
  for (const { id } of rows) {
    try {
      await new Lifecycle(database).pause(systemActor('guard'), id);
    } catch (error) {
      // Somebody paused or stopped it in the same moment.
      if ((error as { status?: unknown }).status !== 409) throw error;
    }
  }
}

interface Pace {
  automation_id: string;
  entries: number;
  expected: number | null;
}

/**
 * Whether more people come in by activities than ever: in the last minute against the busiest minute of the last days,
 * or the average one of the backtest's busiest day. Without either nothing is known, and nothing is said.
 */
export async function watchPace(database: Database, live: ReadonlyMap<string, CompiledVersion>): Promise<void> {
  const watched = [...live.values()].filter((version) => version.start?.by === 'activity');
  if (watched.length === 0) return;
  const rows = await database.rows<Pace>(PACE, [watched.map((version) => version.automation_id)]);
  for (const { automation_id, entries, expected } of rows) {
    if (expected === null || entries <= Math.max(FREE_PER_MINUTE, TIMES_EXPECTED_PACE * expected)) continue;
    await database.tx((tx) =>
      trip(
        tx,
        live.get(automation_id)!,
        `${entries} people entered within a minute; at most ${Math.max(1, Math.round(expected))} were expected.`,
      ),
    );
  }
}

/** Whoever was put in by hand, one or many, was expected. */
const BY_ITSELF = "(r.activity_id is not null or r.context->'sent_by' is not null)";

const PACE = `
  select a.automation_id, n.entries, case when n.entries > ${FREE_PER_MINUTE} then coalesce(
      (select max(value::float8) / 1440 from cortex.backtests b,
         lateral jsonb_path_query(b.result, '$.per_day[*].entered') d(value)
       where b.id = (select id from cortex.backtests where automation_id = a.automation_id and status = 'completed' and assume = '{}'
         order by id desc limit 1)),
      (select max(m.n)::float8 from (
         select count(*) as n from cortex.automation_runs r
         where r.automation_id = a.automation_id and ${BY_ITSELF}
           and r.entered_at > cortex.now() - interval '8 days' and r.entered_at <= cortex.now() - interval '1 day'
         group by date_trunc('minute', r.entered_at)) m)) end as expected
  from unnest($1::uuid[]) a(automation_id)
  cross join lateral (
    select count(*)::int as entries from cortex.automation_runs r
    where r.automation_id = a.automation_id and ${BY_ITSELF}
      and r.entered_at > greatest(cortex.now() - interval '1 minute',
        (select max(closed_at) from cortex.attention where key = 'guard:' || a.automation_id::text))) n`;
