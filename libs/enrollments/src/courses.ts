import { decodeCursor, encodeCursor, newId, type Database, type Tx } from '#platform';
import type { Written } from './bring-in.js';

export interface CourseFields {
  id?: string;
  title: string;
  program?: string;
  price_minor?: number;
  currency?: string;
}

interface CourseRow {
  id: string;
  title: string;
  program: string | null;
  price_minor: string | null;
  currency: string | null;
  created_at: Date;
}

/** Creates a course, or updates the one with this id. */
export async function upsertCourse(tx: Tx, given: CourseFields): Promise<Written> {
  const row = await tx.row<Written>(
    `insert into public.courses as c (id, title, price_minor, currency, program) values ($1, $2, $3, $4, $5)
     on conflict (id) do update set title = excluded.title, price_minor = coalesce(excluded.price_minor, c.price_minor),
       currency = coalesce(excluded.currency, c.currency), program = coalesce(excluded.program, c.program)
     returning id, old.id is null as created`,
    [given.id ?? newId(), given.title, given.price_minor ?? null, given.currency ?? null, given.program ?? null],
  );
  return row!;
}

/** A page of courses by title. */
export async function listCourses(database: Database, filter: { limit: number; cursor?: string }) {
  const [title, id] = decodeCursor(filter.cursor, 2) ?? [null, null];
  const rows = await database.rows<CourseRow>(
    `select id, title, program, price_minor, currency, created_at from public.courses
     where $1::text is null or (title, id) > ($1::text, $2::uuid) order by title, id limit $3`,
    [title, id, filter.limit + 1],
  );
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return {
    items: items.map((row) => ({
      ...row,
      price_minor: row.price_minor === null ? null : Number(row.price_minor),
      created_at: row.created_at.toISOString(),
    })),
    next_cursor: rows.length > filter.limit && last ? encodeCursor([last.title, last.id]) : null,
  };
}
