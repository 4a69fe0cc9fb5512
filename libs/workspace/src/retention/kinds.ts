import type { KeptDataRow, RetainedKind } from '#contracts';

/** Rows are counted up to here; beyond it PostgreSQL's own estimate has to do. */
export const MOST_COUNTED = 100_000;
/** What would go is counted up to here. */
export const MOST_OLD = 1_000_000;

/** The kinds that go, in the order of a night: quick ones first. */
export const retainedKinds = [
  'webhook_calls',
  'rejected',
  'mails',
  'visitors',
  'activities',
] as const satisfies readonly RetainedKind[];

/** Whether a kind goes in whole months (UTC), or in whole days: tables that are read through in a moment. */
export const wholes: Readonly<Record<RetainedKind, 'month' | 'day'>> = {
  activities: 'month',
  visitors: 'month',
  mails: 'month',
  webhook_calls: 'day',
  rejected: 'day',
};

interface Look {
  kind: KeptDataRow['kind'];
  /** The tables of its size; the rows of the first are its rows. */
  tables: readonly string[];
  /** Answers `n`: how many rows, at most one more than `MOST_COUNTED`. */
  rows: string;
  /** Answers one instant: when the oldest is from. */
  oldest: string;
}

/** How much of each kind there is. The order is that of the screen. */
export const looks: readonly Look[] = [
  {
    kind: 'activities',
    tables: ['public.crm_activities', 'cortex.activity_keys'],
    rows: `select count(*)::int as n from (select from public.crm_activities limit ${MOST_COUNTED + 1}) t`,
    // The oldest of each type, which its index begins with.
    oldest: `with recursive types as (
        (select a.type from public.crm_activities a order by a.type limit 1)
        union all
        select (select a.type from public.crm_activities a where a.type > t.type order by a.type limit 1)
        from types t where t.type is not null
      )
      select min((select a.occurred_at from public.crm_activities a where a.type = t.type order by a.occurred_at limit 1)) as at
      from types t where t.type is not null`,
  },
  {
    kind: 'visitors',
    // They stand among the activities: what is theirs alone is the index by which they are found.
    tables: ['public.crm_activities_anonymous', 'cortex.visitors', 'cortex.link_proofs'],
    rows: `select count(*)::int as n from (
        select from public.crm_activities a where a.person_id is null and a.anonymous_id is not null limit ${MOST_COUNTED + 1}) t`,
    oldest: 'select cortex.oldest_visit() as at',
  },
  {
    kind: 'mails',
    tables: ['cortex.messages', 'cortex.mail_contents', 'cortex.webhook_events'],
    rows: `select count(*)::int as n from (select from cortex.messages limit ${MOST_COUNTED + 1}) t`,
    // Ids are in the order of time.
    oldest: 'select m.created_at as at from cortex.messages m order by m.id limit 1',
  },
  {
    kind: 'webhook_calls',
    tables: ['cortex.webhook_calls'],
    rows: `select count(*)::int as n from (select from cortex.webhook_calls limit ${MOST_COUNTED + 1}) t`,
    oldest: 'select c.created_at as at from cortex.webhook_calls c order by c.id limit 1',
  },
  {
    kind: 'rejected',
    // Bodies that were refused have days of their own.
    tables: ['cortex.trigger_errors', 'cortex.inbox_failures', 'cortex.source_rejects'],
    rows: `select count(*)::int as n from (
        (select from cortex.trigger_errors limit ${MOST_COUNTED}) union all (select from cortex.inbox_failures limit ${MOST_COUNTED})
        union all (select from cortex.source_rejects limit ${MOST_COUNTED})) t`,
    oldest: `select least((select e.happened_at from cortex.trigger_errors e order by e.id limit 1),
        (select min(f.occurred_at) from cortex.inbox_failures f),
        (select r.at from cortex.source_rejects r order by r.id limit 1)) as at`,
  },
  {
    kind: 'files',
    tables: ['cortex.files', 'cortex.file_parts', 'cortex.import_changes', 'cortex.bulk_changes'],
    rows: `select count(*)::int as n from (select from cortex.files limit ${MOST_COUNTED + 1}) t`,
    oldest: 'select f.created_at as at from cortex.files f order by f.id limit 1',
  },
  {
    kind: 'jobs',
    tables: ['cortex.jobs', 'cortex.entered_by_jobs'],
    rows: `select count(*)::int as n from (select from cortex.jobs limit ${MOST_COUNTED + 1}) t`,
    // Ids are in the order of time.
    oldest: 'select j.created_at as at from cortex.jobs j order by j.id limit 1',
  },
  {
    kind: 'sign_ups',
    tables: ['cortex.sign_ups'],
    rows: `select count(*)::int as n from (select from cortex.sign_ups limit ${MOST_COUNTED + 1}) t`,
    oldest: 'select s.created_at as at from cortex.sign_ups s order by s.created_at limit 1',
  },
  {
    kind: 'sign_ins',
    tables: ['cortex.sign_in_tries'],
    rows: `select count(*)::int as n from (select from cortex.sign_in_tries limit ${MOST_COUNTED + 1}) t`,
    oldest: 'select t.last_at as at from cortex.sign_in_tries t order by t.last_at limit 1',
  },
  {
    kind: 'presence',
    tables: ['cortex.presence'],
    rows: `select count(*)::int as n from (select from cortex.presence limit ${MOST_COUNTED + 1}) t`,
    oldest: 'select min(p.seen_at) as at from cortex.presence p',
  },
  {
    kind: 'request_keys',
    tables: ['cortex.request_keys'],
    rows: `select count(*)::int as n from (select from cortex.request_keys limit ${MOST_COUNTED + 1}) t`,
    oldest: 'select k.created_at as at from cortex.request_keys k order by k.created_at limit 1',
  },
  {
    kind: 'audit',
    tables: ['cortex.audit', 'cortex.audit_seals'],
    rows: `select count(*)::int as n from (select from cortex.audit limit ${MOST_COUNTED + 1}) t`,
    oldest: 'select a.at from cortex.audit a order by a.at limit 1',
  },
];

/** What is older than an instant, `$1`, and would go: answers `n`, at most one more than `MOST_OLD`. */
export const olds: Readonly<Record<RetainedKind, string>> = {
  activities: `select count(*)::int as n from (
      select from public.crm_activities a where a.occurred_at < $1::timestamptz limit ${MOST_OLD + 1}) t`,
  visitors: `select count(*)::int as n from (
      select from public.crm_activities a where a.person_id is null and a.anonymous_id is not null and a.contact_email is null
        and a.occurred_at < $1::timestamptz limit ${MOST_OLD + 1}) t`,
  mails: `select count(*)::int as n from (
      select from cortex.messages m where m.created_at < $1::timestamptz and m.state in ('sent', 'skipped', 'failed', 'cancelled')
        and (m.data <> '{}' or m.subject is not null) limit ${MOST_OLD + 1}) t`,
  webhook_calls: `select count(*)::int as n from (
      select from cortex.webhook_calls c where c.settled_at < $1::timestamptz limit ${MOST_OLD + 1}) t`,
  rejected: `select count(*)::int as n from (
      (select from cortex.trigger_errors e where e.happened_at < $1::timestamptz limit ${MOST_OLD})
      union all
      (select from cortex.inbox_failures f where f.next_try_at is null and f.occurred_at < $1::timestamptz limit ${MOST_OLD})) t`,
};

interface Walk {
  /** The table that is walked, some pages at a time. */
  place: string;
  /** Lets go of what is older than `$3` in the pages from `$1` up to before `$2`. */
  forget: string;
}

/** What is let go of, table by table. Activities have functions of their own. */
export const walks: Readonly<Record<Exclude<RetainedKind, 'activities' | 'visitors'>, readonly Walk[]>> = {
  mails: [
    {
      place: 'cortex.messages',
      // One that may still go, or whose fate is not known, keeps what it is made of.
      forget: `update cortex.messages m set data = '{}', subject = null
        where m.ctid >= $1::tid and m.ctid < $2::tid and m.created_at < $3::timestamptz
          and m.state in ('sent', 'skipped', 'failed', 'cancelled') and (m.data <> '{}' or m.subject is not null)`,
    },
    {
      place: 'cortex.webhook_events',
      forget: `delete from cortex.webhook_events e
        where e.ctid >= $1::tid and e.ctid < $2::tid and e.received_at < $3::timestamptz`,
    },
  ],
  webhook_calls: [
    {
      place: 'cortex.webhook_calls',
      forget: `delete from cortex.webhook_calls c
        where c.ctid >= $1::tid and c.ctid < $2::tid and c.settled_at < $3::timestamptz`,
    },
  ],
  rejected: [
    {
      place: 'cortex.trigger_errors',
      forget: `delete from cortex.trigger_errors e
        where e.ctid >= $1::tid and e.ctid < $2::tid and e.happened_at < $3::timestamptz`,
    },
    {
      place: 'cortex.inbox_failures',
      // Given up: what is in the inbox again has no time either.
      forget: `delete from cortex.inbox_failures f
        where f.ctid >= $1::tid and f.ctid < $2::tid and f.occurred_at < $3::timestamptz and f.next_try_at is null
          and not exists (select from cortex.activity_inbox i where i.person_id = f.person_id and i.activity_id = f.activity_id)`,
    },
  ],
};
