import type { Database } from '#platform';

/** People, what they did in the last 30 days, and the recorded runs of two automations of which one is asked about. */
export interface Size {
  people: number;
  activities: number;
  runs: number;
  otherRuns: number;
}

const DAYS = 30;
export const AUTOMATION = '00000000-0000-7000-8000-0000000000a1';
const OTHER = '00000000-0000-7000-8000-0000000000a2';
const VERSION = '00000000-0000-7000-8000-0000000000b1';

/**
 * Every second of the people has a profile, each a lead of the last 30 days; they visit, leave carts and watch films,
 * written in the order in which it happened. Each fifth run has its person pay something afterwards.
 */
export async function fill(database: Database, { people, activities, runs, otherRuns }: Size): Promise<void> {
  await database.tx(async (tx) => {
    await tx.run("set local session_replication_role = 'replica'");
    await tx.run(
      `select cortex.ensure_activity_partitions((now() - interval '40 days')::date, (now() + interval '1 day')::date)`,
    );
    await tx.run(
      `insert into public.purchase_leads (email, first_name, country, tags, created_at, updated_at)
       select 'buyer' || n || '@example.com', 'Ann', case when n % 3 = 0 then 'DE' else 'FR' end,
         case when n % 5 = 0 then array['vip'] else '{}' end, at, at
       from generate_series(1, $1::int) n
       cross join lateral (select now() - interval '1 day' * ${DAYS} * ((n * 7919) % 10007) / 10007 as at) t`,
      [people],
    );
    await tx.run(
      `insert into public.unified_profiles (email, first_name, country, tags, created_at, updated_at)
       select 'buyer' || n || '@example.com', 'Ann', 'DE', '{}', now() - interval '60 days', now() - interval '60 days'
       from generate_series(2, $1::int, 2) n`,
      [people],
    );
    await tx.run(
      `insert into cortex.people (address, id, email, type, country, tags, created_at, consent_status, tags_folded)
       select d.address, d.id, d.email, d.type, d.country, d.tags, d.created_at, 'subscribed', cortex.fold_all(d.tags)
       from cortex.directory_definition d where d.type is not null and d.address like 'buyer%@example.com'`,
    );
    await tx.run(
      `insert into public.crm_activities (contact_email, type, metadata, occurred_at, received_at, source, person_id)
       select p.email, case n % 10 when 0 then 'cart.left' when 1 then 'video.watched' when 2 then 'video.watched' else 'page.visited' end,
         jsonb_build_object('page', (array['pricing', 'course', 'blog', 'home'])[1 + (n * 7) % 4], 'total', (n * 37) % 200, 'ref', 'r' || n),
         at, at, 'bench', p.person_id
       from (select person_id, email, row_number() over (order by address) as at_n from cortex.people
         where type is not null and address like 'buyer%@example.com') p
       cross join lateral (
         select k * 3 + p.at_n as n, now() - interval '1 day' * ${DAYS} * ((k * 7919 + p.at_n * 104729) % 1000003) / 1000003 as at
         from generate_series(0, $1::int - 1) k) a
       order by at`,
      [Math.ceil(activities / people)],
    );
    for (const [automation, version, n] of [
      [AUTOMATION, VERSION, runs],
      [OTHER, VERSION.replace(/.$/, '2'), otherRuns],
    ] as const)
      await recorded(tx, automation, version, n);
    await tx.run(
      `insert into public.transactions (profile_id, amount_minor, refunded_minor, currency, status, occurred_at, created_at)
       select u.id, 4900, 0, (select currency from cortex.settings), 'paid', r.entered_at + interval '3 hours', r.entered_at
       from cortex.automation_runs r join cortex.people p using (person_id)
       join public.unified_profiles u on cortex.address(u.email) collate "C" = p.address
       where r.automation_id = $1 and hashtext(r.id::text) % 5 = 0`,
      [AUTOMATION],
    );
    await tx.run(
      `insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
       select r.automation_id, cortex.hour_of(s.entered_at), 'step', s.node_id, coalesce(s.port, ''),
         case when s.left_at is null then 'here' else 'left' end, count(*)
       from cortex.automation_run_steps s join cortex.automation_runs r on r.id = s.run_id group by 1, 2, 4, 5, 6`,
    );
  });
  for (const table of [
    'public.crm_activities',
    'public.purchase_leads',
    'public.unified_profiles',
    'public.transactions',
  ])
    await database.source.query(`vacuum analyze ${table}`);
  for (const table of ['people', 'automation_runs', 'automation_run_steps', 'automation_hour_changes'])
    await database.source.query(`vacuum analyze cortex.${table}`);
}

/** Five visits a run, evenly over the days; one in five still waits. */
async function recorded(
  tx: Parameters<Parameters<Database['tx']>[0]>[0],
  automation: string,
  version: string,
  n: number,
): Promise<void> {
  await tx.run(`insert into cortex.automations (id, name, draft_graph, status) values ($1, 'Bench', '{}', 'live')`, [
    automation,
  ]);
  await tx.run(
    `insert into cortex.automation_versions (id, automation_id, number, graph, settings) values ($2, $1, 1, '{}', '{}')`,
    [automation, version],
  );
  await tx.run(
    `insert into cortex.automation_runs (automation_id, version_id, version, person_id, entry_key, status, node_id,
       wake_at, entered_at, ended_at, end_reason, visits)
     select $1, $2, 1, p.person_id, 'n' || n, case when n % 5 = 0 then 'waiting' else 'completed' end,
       case when n % 5 = 0 then 'wait' when n % 2 = 0 then 'end' else 'second-mail' end,
       case when n % 5 = 0 then now() + interval '3 days' end, t.at,
       case when n % 5 > 0 then t.at + interval '2 days' end, case when n % 5 > 0 and n % 3 = 0 then 'goal' when n % 5 > 0 then 'end' end, 5
     from generate_series(1, $3::int) n
     join (select person_id, row_number() over (order by person_id) - 1 as nth, count(*) over () as people from cortex.people
       where type is not null and address like 'buyer%@example.com') p on p.nth = (n::bigint * 7919) % p.people
     cross join lateral (select now() - interval '1 day' * ${DAYS} * ($3::int - n) / $3::int as at) t`,
    [automation, version, n],
  );
  await tx.run(
    `insert into cortex.automation_run_steps (run_id, node_id, visit, ord, entered_at, left_at, port)
     select r.id, s.node_id, 1, s.ord, r.entered_at, case when s.ord < 4 or r.status <> 'waiting' then r.entered_at end,
       case when s.ord < 4 or r.status <> 'waiting' then s.port end
     from cortex.automation_runs r
     cross join lateral (values ('start', 1, 'next'), ('first-mail', 2, 'next'), ('wait', 3, 'timed_out'), ('enrolled', 4, 'no'),
       (r.node_id, 5, 'next')) s(node_id, ord, port)
     where r.automation_id = $1 and (s.ord < 5 or r.status <> 'waiting') and (s.ord < 4 or r.status <> 'waiting')
     order by r.entered_at`,
    [automation],
  );
}
