import { readableSubject } from '#graph';
import type { Tx } from '#platform';
import { isUuid } from '#rules';

/** What the ids in metadata stand for, by id. */
export interface Names {
  /** Subjects of mails. */
  mails: ReadonlyMap<string, string>;
  automations: ReadonlyMap<string, string>;
  courses: ReadonlyMap<string, string>;
}

export const noNames: Names = { mails: new Map(), automations: new Map(), courses: new Map() };

/** Looks up, in one statement for all of them, what these activities mention by id only. */
export async function namesOf(tx: Tx, activities: readonly { metadata: Record<string, unknown> }[]): Promise<Names> {
  const ids = (key: string) => [
    ...new Set(
      activities.flatMap(({ metadata }) => {
        const id = metadata[key];
        return isUuid(id) ? [id.toLowerCase()] : [];
      }),
    ),
  ];
  const wanted = [ids('message_id'), ids('automation_id'), ids('course_id')];
  if (wanted.every((list) => list.length === 0)) return noNames;
  const rows = await tx.rows<{ kind: keyof Names; id: string; name: string | null }>(
    `select 'mails' as kind, m.id, coalesce(m.subject, c.subject) as name
     from cortex.messages m join cortex.mail_contents c on c.id = m.content_id where m.id = any ($1::uuid[])
     union all
     select 'automations', a.id, a.name from cortex.automations a where a.id = any ($2::uuid[])
     union all
     select 'courses', c.id, c.title from public.courses c where c.id = any ($3::uuid[])`,
    wanted,
  );
  const named = (kind: keyof Names, word = (name: string) => name) =>
    new Map(rows.flatMap((row) => (row.kind === kind && row.name ? [[row.id, word(row.name)] as const] : [])));
  return { mails: named('mails', readableSubject), automations: named('automations'), courses: named('courses') };
}
