import type { Experiment } from '#graph';
import { uuidSql, type Tx } from '#platform';
import { settingSql } from '#rules';

/** The first so many visits of an experiment are counted: enough for any difference that is worth having. */
export const MOST_VISITS_COUNTED = 200_000;

/** What the people who took one path did. Amounts are in minor units of the workspace's currency. */
export interface PathCount {
  port: string;
  /** People whose days are over: they alone are counted below. */
  people: number;
  /** People whose days are not over. */
  open: number;
  /** People who enrolled, or who paid. */
  reached: number;
  /** What they paid, less what was given back; the number of enrollments where that is the goal. */
  sum: number;
  /** The sum of each person's amount, squared. */
  squares: number;
}

/** Which visits are counted. */
export interface Cohort {
  version_id: string;
  node_id: string;
  /** When the version was published: whoever came here before was in another one. */
  since: Date;
}

/**
 * What the paths of an experiment have brought, from the recorded visits. Everybody counts once, by their first visit, and
 * as soon as their days are over. It reads the visits of this step and what the shop sold since, not people one by one.
 */
export const countPaths = (
  tx: Tx,
  cohort: Cohort,
  { goal, within_days }: Pick<Experiment, 'goal' | 'within_days'>,
): Promise<PathCount[]> =>
  tx.rows<PathCount>(
    `with visits as materialized (
       select r.person_id, s.port, s.left_at as at
       from cortex.automation_run_steps s join cortex.automation_runs r on r.id = s.run_id
       where s.node_id = $2 and s.entered_at >= $3
         and r.version_id = $1 and s.port is not null and s.left_at is not null
       order by s.entered_at, s.run_id, s.visit limit $4
     ), entered as materialized (
       select distinct on (v.person_id) v.person_id, v.port, v.at,
         v.at + make_interval(days => $5) <= cortex.now() as over
       from visits v order by v.person_id, v.at
     ), events as materialized (
       select a.person_id, a.type, a.occurred_at,
         case when a.type = 'order.paid' then ${uuidSql("a.metadata ->> 'transaction_id'")} end as transaction_id
       from public.crm_activities a
       where a.type = $6 and a.occurred_at >= $3 and a.occurred_at <= cortex.now()
         and a.person_id is not null and not a.history and not a.metadata ? 'restored'
     ), worth as materialized (
       select e.person_id, e.occurred_at,
         case when e.type = 'course.enrolled' then 1
           when t.status = 'refunded' then 0 else t.amount_minor - t.refunded_minor end::float8 as amount
       from events e
       left join public.transactions t on t.id = e.transaction_id and t.currency = ${settingSql('currency')}
       where e.type = 'course.enrolled' or t.id is not null
     ), each as (
       select e.person_id, e.port, e.over, coalesce(sum(w.amount), 0)::float8 as amount
       from entered e
       left join worth w on w.person_id = e.person_id and w.occurred_at > e.at
         and w.occurred_at <= e.at + make_interval(days => $5)
       group by e.person_id, e.port, e.over
     )
     select p.port, count(*) filter (where p.over)::int as people, count(*) filter (where not p.over)::int as open,
       count(*) filter (where p.over and p.amount > 0)::int as reached,
       coalesce(sum(p.amount) filter (where p.over), 0)::float8 as sum,
       coalesce(sum(p.amount * p.amount) filter (where p.over), 0)::float8 as squares
     from each p group by p.port`,
    [
      cohort.version_id,
      cohort.node_id,
      cohort.since,
      MOST_VISITS_COUNTED,
      within_days,
      goal === 'enrollments' ? 'course.enrolled' : 'order.paid',
    ],
  );
