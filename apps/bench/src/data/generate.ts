/**
 * Makes a population to measure with: `BENCH_DATA=folder BENCH_PEOPLE=1000000 BENCH_ACTIVITIES=10000000 npm run
 * bench:generate`. Does nothing when it is there already. Other benchmarks open it by `withScaleDatabase`.
 */
import { scaleSettings, withScaleDatabase } from './scale-database.js';

const SAMPLE = 2_000;
const settings = scaleSettings();

await withScaleDatabase(settings, async ({ database, loadSeconds, until }) => {
  const sizes = (await database.row<{ people: string; activities: string; size: string }>(
    `select (select count(*) from public.view_directory_contacts) as people,
       (select count(*) from public.crm_activities) as activities, pg_size_pretty(pg_database_size(current_database())) as size`,
  ))!;
  const what = `${sizes.people} people and ${sizes.activities} activities (${sizes.size}), until ${until.toISOString()}`;
  console.log(loadSeconds ? `Made ${what} in ${loadSeconds.toFixed(0)} s.` : `There already: ${what}.`);
  const differences = await database.rows(
    `with sample as materialized (
       select address from cortex.people where type is not null order by md5(person_id::text) limit $1),
     shown as (select v.id, v.email::text, v.type, v.first_name, v.last_name, v.tags, v.attributes, v.created_at,
         v.lifetime_value_minor from sample s join public.view_directory_contacts v on v.address = s.address),
     defined as (select d.id, d.email::text, d.type, d.first_name, d.last_name, d.tags, d.attributes, d.created_at,
         d.lifetime_value_minor from sample s
       cross join lateral (select * from cortex.directory_definition d where d.address = s.address limit 1) d)
     (table shown except table defined) union all (table defined except table shown)`,
    [SAMPLE],
  );
  console.log(`The view and its definition differ for ${differences.length} of ${SAMPLE} people of a sample.`);
  const { inexact } = (await database.row<{ inexact: number }>(
    `select count(*)::int as inexact from (select * from cortex.people order by md5(person_id::text) limit $1) p
     where p.name_folded <> cortex.fold(coalesce(p.first_name, '') || ' ' || coalesce(p.last_name, ''))
       or p.tags_folded <> cortex.fold_all(p.tags) or p.address <> cortex.address(p.email)
       or p.last_activity is distinct from (select max(a.occurred_at) from public.crm_activities a
         where a.person_id = p.person_id and a.type <> 'email.delivered')`,
    [SAMPLE],
  ))!;
  console.log(`Kept columns differ from what they are kept of for ${inexact} of them.`);
  if (differences.length > 0 || inexact > 0 || Number(sizes.people) !== settings.people) process.exitCode = 1;
});
