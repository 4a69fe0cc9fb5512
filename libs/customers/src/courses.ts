import { decodeCursor, encodeCursor, type Database } from '#platform';

interface CourseRow {
  id: string;
  course_id: string;
  title: string;
  created_at: Date;
}

/**
 * A page of what a customer has access to, newest first: active enrollments and no others, of theirs and of everybody
 * whom support has linked with them. Read from the database each time, so that a cancelled one is gone at once.
 */
export async function activeCourses(database: Database, profileId: string, filter: { limit: number; cursor?: string }) {
  const [at, id] = decodeCursor(filter.cursor, 2) ?? [null, null];
  const rows = await database.rows<CourseRow & { sort_key: string }>(
    `with self as (
       select coalesce(k.into_person_id, p.person_id) as person_id
       from public.unified_profiles u
       join cortex.people p on p.address = cortex.address(u.email)
       left join cortex.person_links k on k.person_id = p.person_id
       where u.id = $1
     ), members as (
       select person_id from self
       union select k.person_id from self join cortex.person_links k on k.into_person_id = self.person_id
     ), profiles as (
       select $1::uuid as id
       union select u.id from members join cortex.people p using (person_id)
         join public.unified_profiles u on cortex.address(u.email) collate "C" = p.address
     )
     select e.id, e.course_id, c.title, e.created_at, e.created_at::text as sort_key
     from profiles f
     join public.enrollments e on e.profile_id = f.id and e.status = 'active'
     join public.courses c on c.id = e.course_id
     where $2::timestamptz is null or (e.created_at, e.id) < ($2::timestamptz, $3::uuid)
     order by e.created_at desc, e.id desc limit $4`,
    [profileId, at, id, filter.limit + 1],
  );
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return {
    items: items.map((row) => ({
      enrollment_id: row.id,
      course_id: row.course_id,
      title: row.title,
      enrolled_at: row.created_at.toISOString(),
    })),
    next_cursor: rows.length > filter.limit && last ? encodeCursor([last.sort_key, last.id]) : null,
  };
}
