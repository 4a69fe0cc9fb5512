import { isTransient, readSettings, uuidSql, type Database, type Tx } from '#platform';
import { ownMoment } from '../pacing/ways.js';

/** Days after the start in which enrollments and payments are counted at all. */
export const MEASURED_DAYS = 30;
/** Seconds between two measurements at the beginning; later, this share of the time since the start. */
const AT_LEAST = 60;
const SHARE = 0.02;
/** Milliseconds that one measurement may take. */
const PATIENCE = 30_000;

/** People who enrolled or paid, how often, and the money: per currency the sum, and the sum of each person's square. */
export interface Brought {
  enrolled_people: number;
  enrollments: number;
  paid_people: number;
  payments: number;
  /** In minor units. */
  money: { currency: string; sum: number; squares: number }[];
}

/** What was measured last. */
export interface Results {
  /** Days after a click, and after the start, that counted. */
  days: number;
  /** After a person's last click, if that was on this broadcast. */
  after_click: Brought;
  /** After the start, whether or not they clicked: of those with a mail, and of those who were held out. */
  mailed: Brought;
  held_out: Brought;
  /** People who enrolled after a click, by the place of their list in the audience; absent where it had only one part. */
  by_list?: Record<string, number>;
}

/** Whoever is held out gets none, so that one can see what would have been without. */
const HELD_OUT = 'held_out';

/** From here on what the broadcast brings is measured. */
export const beginMeasuring = (tx: Tx, broadcastId: string): Promise<number> =>
  tx.run(
    `insert into cortex.broadcast_results (broadcast_id, measure_at) values ($1, cortex.now())
     on conflict (broadcast_id) do nothing`,
    [broadcastId],
  );

/**
 * Measures what the next broadcast has brought whose turn it is: often at the beginning, and then ever more seldom, until
 * its days are over. It reads the shop's enrollments and payments since the start, not the mails. One that cannot be
 * measured now does not keep the others from it.
 * @returns whether there was one
 */
export async function measureNext(database: Database): Promise<boolean> {
  let id: string | undefined;
  try {
    return await database.tx(
      async (tx) => {
        id = await nextToMeasure(tx);
        if (id === undefined) return false;
        const { attribution_days: days } = await readSettings(tx, 'attribution_days');
        const results: Results = { days, ...(await measured(tx, id, days)) };
        await tx.run(
          // One whose broadcast is gone is not measured again.
          `update cortex.broadcast_results r
           set results = $2::jsonb, measured_at = cortex.now(), measure_at = (
             select case when cortex.now() < b.frozen_at + make_interval(days => $3) then
               cortex.now() + greatest(make_interval(secs => $4), (cortex.now() - b.frozen_at) * $5::float8) end
             from cortex.broadcasts b where b.id = r.broadcast_id)
           where r.broadcast_id = $1`,
          [id, JSON.stringify(results), MEASURED_DAYS, AT_LEAST, SHARE],
        );
        return true;
      },
      { statementTimeout: PATIENCE },
    );
  } catch (error) {
    if (id === undefined || isTransient(error)) throw error;
    await database.run(
      `update cortex.broadcast_results set measure_at = cortex.now() + interval '1 hour'
       where broadcast_id = $1 and measure_at <= cortex.now()`,
      [id],
    );
    return true;
  }
}

async function nextToMeasure(tx: Tx): Promise<string | undefined> {
  const row = await tx.row<{ id: string }>(
    `select r.broadcast_id as id from cortex.broadcast_results r
     where r.measure_at <= cortex.now() order by r.measure_at, r.broadcast_id limit 1 for update skip locked`,
  );
  return row?.id;
}

type Group = 'after_click' | 'mailed' | 'held_out';

/** SQL: from when what somebody does counts: what was to reach them at their own time of day does so from then on. */
const SINCE = `case when b.local_time then greatest(b.started_at, ${ownMoment(
  'b.scheduled_at',
  'b.timezone',
  `(select coalesce(p.timezone, '') from cortex.people p where p.person_id = a.person_id)`,
)}) else b.since end`;

async function measured(
  tx: Tx,
  broadcastId: string,
  days: number,
): Promise<Record<Group, Brought> & Pick<Results, 'by_list'>> {
  const rows = await tx.rows<{ of: Group; by_list: Record<string, number> | null } & Brought>(
    `with broadcast as materialized (
       select b.local_time, b.started_at, b.scheduled_at, coalesce(b.audience ->> 'timezone', 'UTC') as timezone,
         b.frozen_at as since, least(b.frozen_at + make_interval(days => $3), cortex.now()) as until
       from cortex.broadcasts b where b.id = $1
     ), bought as materialized (
       select a.person_id, a.type, a.occurred_at,
         case when a.type = 'order.paid' then ${uuidSql("a.metadata ->> 'transaction_id'")} end as transaction_id,
         a.occurred_at >= s.since and a.occurred_at < s.since + make_interval(days => $2) as soon
       from broadcast b
       join public.crm_activities a on a.type in ('course.enrolled', 'order.paid')
         and a.occurred_at >= b.since and a.occurred_at <= b.until
       cross join lateral (select ${SINCE} as since offset 0) s
       where a.person_id is not null and not a.history and not a.metadata ? 'restored'
     ), mailed as materialized (
       select g.*, m.clicked_at, m.lists from bought g
       join cortex.messages m on m.person_id = g.person_id and m.broadcast_id = $1
     ), counted as (
       select 'after_click' as of, c.person_id, c.type, c.transaction_id, c.lists from mailed c
       cross join lateral (
         select k.metadata ->> 'campaign_id' as campaign_id from public.crm_activities k
         where k.person_id = c.person_id and k.type = 'email.clicked' and not k.metadata ? 'by_machine'
           and k.occurred_at <= c.occurred_at
           and k.occurred_at > c.occurred_at - make_interval(days => $2)
         order by k.occurred_at desc, k.id desc limit 1) last
       where c.clicked_at is not null and last.campaign_id = $1::uuid::text
       union all
       select 'mailed', s.person_id, s.type, s.transaction_id, null from mailed s where s.soon
       union all
       select 'held_out', s.person_id, s.type, s.transaction_id, null from bought s
       join cortex.broadcast_exclusions e on e.broadcast_id = $1 and e.person_id = s.person_id and e.reason = $4
       where s.soon
     ), paid as (
       -- What was given back since was not brought.
       select c.of, t.currency, c.person_id,
         sum(case when t.status = 'refunded' then 0 else t.amount_minor - t.refunded_minor end)::float8 as amount
       from counted c join public.transactions t on t.id = c.transaction_id
       group by c.of, t.currency, c.person_id
     ), sums as (
       select p.of, jsonb_agg(jsonb_build_object('currency', p.currency, 'sum', p.sum, 'squares', p.squares)
           order by p.sum desc, p.currency) as money
       from (
         select d.of, d.currency, sum(d.amount) as sum, sum(d.amount * d.amount) as squares from paid d group by 1, 2) p
       group by p.of
     )
     select c.of, count(distinct c.person_id) filter (where c.type = 'course.enrolled')::int as enrolled_people,
       count(*) filter (where c.type = 'course.enrolled')::int as enrollments,
       count(distinct c.person_id) filter (where c.type = 'order.paid')::int as paid_people,
       count(*) filter (where c.type = 'order.paid')::int as payments, coalesce(min(s.money::text), '[]')::jsonb as money,
       case when c.of = 'after_click' then (
         select jsonb_object_agg(l.place, l.n) from (
           select i.place, count(distinct e.person_id)::int as n
           from counted e cross join unnest(e.lists) i (place)
           where e.of = 'after_click' and e.type = 'course.enrolled' group by 1) l) end as by_list
     from counted c left join sums s on s.of = c.of group by c.of`,
    [broadcastId, days, MEASURED_DAYS, HELD_OUT],
  );
  const of = (name: Group): Brought => {
    const {
      of: _of,
      by_list: _by,
      ...brought
    } = rows.find((row) => row.of === name) ?? {
      of: name,
      by_list: null,
      ...NOTHING,
    };
    return brought;
  };
  const by_list = rows.find((row) => row.of === 'after_click')?.by_list;
  return {
    after_click: of('after_click'),
    mailed: of('mailed'),
    held_out: of('held_out'),
    ...(by_list ? { by_list } : {}),
  };
}

const NOTHING: Brought = { enrolled_people: 0, enrollments: 0, paid_people: 0, payments: 0, money: [] };
