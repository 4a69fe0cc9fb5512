import { labelsOf } from '#activities';
import type { Tx } from '#platform';
import { conditionsOf, dependencies, toEnglish, typeKey, typeLabel, type Group } from '#rules';

/** The names of the lists, courses and types of activities that rules mention, for their sentence. */
export async function namesIn(tx: Tx, groups: readonly Group[]): Promise<Map<string, string>> {
  const { lists, activity_types } = dependencies(...groups);
  const labels = await labelsOf(tx, activity_types);
  const names = new Map(activity_types.map((type) => [typeKey(type), labels.get(type) ?? typeLabel(type)]));
  const courses = groups
    .flatMap((group) => [...conditionsOf(group)])
    .flatMap(({ field, value }) =>
      field === 'enrollment' ? ((value as { course_id?: string })?.course_id ?? []) : [],
    );
  if (lists.length === 0 && courses.length === 0) return names;
  const rows = await tx.rows<{ id: string; name: string }>(
    `select id, name from public.crm_smart_lists where id = any($1::uuid[])
     union all select id, title from public.courses where id = any($2::uuid[])`,
    [lists, courses],
  );
  for (const { id, name } of rows) names.set(id, name);
  return names;
}

export const sentenceOf = (rules: Group | null, names: ReadonlyMap<string, string>): string =>
  rules ? toEnglish(rules, { names }) : 'People put in by hand';
