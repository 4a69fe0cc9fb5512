import type { Tx } from '#platform';
import { conditionsOf, dependencies, toEnglish, type Group } from '#rules';

/** The names of the lists and courses that rules mention, for their sentence. */
export async function namesIn(tx: Tx, groups: readonly Group[]): Promise<Map<string, string>> {
  const lists = dependencies(...groups).lists;
  const courses = groups
    .flatMap((group) => [...conditionsOf(group)])
    .flatMap(({ field, value }) =>
      field === 'enrollment' ? ((value as { course_id?: string })?.course_id ?? []) : [],
    );
  if (lists.length === 0 && courses.length === 0) return new Map();
  const rows = await tx.rows<{ id: string; name: string }>(
    `select id, name from public.crm_smart_lists where id = any($1::uuid[])
     union all select id, title from public.courses where id = any($2::uuid[])`,
    [lists, courses],
  );
  return new Map(rows.map((row) => [row.id, row.name]));
}

export const sentenceOf = (rules: Group | null, names: ReadonlyMap<string, string>): string =>
  rules ? toEnglish(rules, { names }) : 'People put in by hand';
