import type { BroadcastTest } from '#contracts';
import { addDuration, type Duration } from '#graph';
import type { FieldError, Tx } from '#platform';
import { audienceSql, type FixedAudience } from '../audience/audience.js';
import { judgeBy, JUDGING, type Judging } from '../audience/judging.js';
import { SAMPLE } from './turns.js';

/** How a broadcast's mails leave, beside at once. */
export interface Ways {
  /** Over how long. */
  spread: Duration | null;
  /** At everybody's own time of day. */
  local_time: boolean;
  /** In which variants, tried on a sample first. */
  test: BroadcastTest | null;
}

/** Seconds of a span; a day has 24 hours. */
const secondsOf = (span: Duration): number => addDuration(new Date(0), span, 'UTC').getTime() / 1000;

/** What cannot be combined. */
export function waysProblems({ spread, local_time, test }: Ways): FieldError[] {
  if (!local_time) return [];
  const apart = (what: string) =>
    `${what} and each person’s own time of day cannot be combined. Choose one of the two.`;
  return [
    ...(spread ? [{ pointer: '/spread', message: apart('Spreading it over some time') }] : []),
    ...(test ? [{ pointer: '/test', message: apart('A test') }] : []),
  ];
}

/** Mails do not leave all at once. */
export const goesByTurns = ({ spread, local_time, test }: Ways): boolean =>
  spread !== null || local_time || test !== null;

/**
 * SQL of when it is, in somebody's own zone, as late as it is at an instant in the workspace's. Who has no zone that is
 * known has the workspace's.
 */
export const ownMoment = (instant: string, workspace: string, zone: string): string =>
  `cortex.at_zone(cortex.local_time(${instant}, ${workspace}), cortex.known_zone(${zone}, ${workspace}))`;

/** SQL, with its values, that draws the turn of each who gets a mail, and the variant. */
export interface TurnsSql {
  /** Parts of the statement that go before, over the row set `judged`. */
  before: string;
  /** Joined to `cortex.people p`. */
  join: string;
  /** Seconds after the turns begin. */
  due_after: string;
  /** From 0 on; null for whoever is not in the sample. */
  variant: string;
  values: unknown[];
}

/** What of a broadcast decides about its turns. */
interface Turning extends Ways {
  scheduled_at: Date | null;
  started_at: Date | null;
}

/**
 * The turns of the people `judged`.
 * @param frozen how many others have a mail already
 * @param offset parameters that stand before; $1 is the broadcast
 */
export function turnsSql(broadcast: Turning, timezone: string, frozen: number, offset: number): TurnsSql {
  if (broadcast.local_time) return ownTurns(broadcast, timezone, offset);
  const { spread, test } = broadcast;
  const later = `(cortex.lot($1::uuid, p.person_id, 'spread')::bigint * $${offset + 1}::int / 1000000)::int`;
  const seconds = spread ? secondsOf(spread) : 0;
  if (!test) return { before: '', join: '', due_after: later, variant: 'null::int', values: [seconds] };
  const [already, percent, variants] = [2, 3, 4].map((nth) => `$${offset + nth}::int`);
  return {
    // So many of these people that the share is right for all who have been frozen with them, and no variant gets two
    // mails more than another.
    before: `drawn as materialized (
      select d.person_id, case when d.nth <= (${already} + d.size) * ${percent} / 100 - ${already} * ${percent} / 100
        then ((${already} * ${percent} / 100 + d.nth - 1) % ${variants})::int end as variant
      from (
        select j.person_id, count(*) over () as size,
          row_number() over (order by cortex.lot($1::uuid, j.person_id, 'test'), j.person_id) as nth
        from judged j where j.reason is null) d
    ), `,
    join: 'join drawn d on d.person_id = p.person_id',
    due_after: `case when d.variant is not null then ${SAMPLE} else ${later} end`,
    variant: 'd.variant',
    values: [seconds, frozen, test.percent, test.variants.length],
  };
}

function ownTurns({ scheduled_at, started_at }: Turning, timezone: string, offset: number): TurnsSql {
  const [at, workspace, begun] = [1, 2, 3].map((nth) => `$${offset + nth}`);
  // Each zone is asked once.
  const moment = ownMoment(`${at}::timestamptz`, `${workspace}::text`, 'z.zone');
  return {
    before: `zones as materialized (
      select z.zone, greatest(0, ceil(extract(epoch from ${moment} - ${begun}::timestamptz)))::int as due_after
      from (select distinct coalesce(p.timezone, '') as zone
        from judged j join cortex.people p on p.person_id = j.person_id where j.reason is null) z
    ), `,
    join: `join zones z on z.zone = coalesce(p.timezone, '')`,
    due_after: 'z.due_after',
    variant: 'null::int',
    values: [scheduled_at, timezone, started_at],
  };
}

/** When a broadcast leaves that everybody gets at their own time of day. */
export interface OwnTimes {
  first_at: Date;
  last_at: Date;
  /** People whose time has passed: they get it as soon as it begins. */
  at_once: number;
}

/**
 * From when to when an audience gets it, were it scheduled for an instant.
 * @returns null when nobody gets it
 */
export async function ownTimesOf(
  tx: Tx,
  audience: FixedAudience,
  judging: Judging,
  at: Date,
): Promise<OwnTimes | null> {
  const judge = await judgeBy(tx, judging, 'all');
  const condition = audienceSql(audience, JUDGING + 2);
  const row = await tx.row<{ first_at: Date | null; last_at: Date | null; at_once: number }>(
    `select min(m.at) as first_at, max(m.at) as last_at,
       coalesce(sum(m.n) filter (where m.at <= cortex.now()), 0)::int as at_once
     from (
       select ${ownMoment('$6::timestamptz', '$7::text', 'z.zone')} as at, z.n
       from (
         select coalesce(p.timezone, '') as zone, count(*) as n
         from (${judge.sql(condition.text)}) j join cortex.people p on p.person_id = j.person_id
         where j.reason is null group by 1 offset 0) z) m`,
    [...judge.values, at, audience.timezone, ...condition.values],
  );
  const { first_at, last_at, at_once } = row!;
  return first_at && last_at ? { first_at, last_at, at_once } : null;
}
