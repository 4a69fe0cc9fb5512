import { appendActivities } from '#activities';
import type { Tx } from '#platform';
import { isTopicOff } from '#rules';
import type { ConsentBy } from './consent.js';

/** A topic as one person has it. */
export interface PersonTopic {
  id: string;
  name: string;
  description: string;
  /** Whether its mail goes to them, as far as the topic decides. */
  on: boolean;
  /** What was chosen; null: nothing, the default holds. */
  wanted: boolean | null;
  /** Who chose it, where and when. */
  said_by: ConsentBy | null;
  source: string | null;
  at: Date | null;
}

/** All topics in their order, with what this person said about each. */
export async function topicsOf(tx: Pick<Tx, 'rows'>, personId: string): Promise<PersonTopic[]> {
  const rows = await tx.rows<Omit<PersonTopic, 'on'> & { default_on: boolean }>(
    `select t.id, t.name, t.description, t.default_on, c.wanted, c.said_by, c.source, c.at
     from cortex.topics t left join cortex.topic_choices c on c.topic_id = t.id and c.person_id = $1
     order by t.position, t.name, t.id`,
    [personId],
  );
  return rows.map(({ default_on, ...row }) => ({ ...row, on: !isTopicOff(row.wanted ?? undefined, default_on) }));
}

export interface TopicChoice {
  topic_id: string;
  wanted: boolean;
}

/** Who said it and where; `at`: when, where it was not just now (what lies ahead counts as now). */
export interface Said {
  by: ConsentBy;
  source: string;
  at?: Date;
}

/**
 * Records what one person said about topics, by the law of `cortex.settle_consent`: their own no is lifted by
 * themselves alone, the later answer stands, at one instant the more restrictive. Topics that do not exist are left
 * out. Each change is in the activity `contact.updated`. Locks the person.
 * @returns the ids of the topics that are now on or off and were not before
 */
export async function chooseTopics(
  tx: Tx,
  personId: string,
  choices: readonly TopicChoice[],
  said: Said,
): Promise<string[]> {
  if (choices.length === 0) return [];
  const person = await lockPerson(tx, personId);
  if (!person) return [];
  const before = new Map((await topicsOf(tx, person)).map(({ id, on }) => [id, on]));
  await tx.run(CHOOSE, [person, JSON.stringify(choices), said.by, said.source, said.at?.toISOString() ?? null]);
  const after = await topicsOf(tx, person);
  const changed = after.filter(({ id, on }) => before.has(id) && before.get(id) !== on);
  if (changed.length > 0) {
    const topics = (was: boolean) => Object.fromEntries(changed.map(({ name, on }) => [name, was ? !on : on]));
    await appendActivities(tx, [
      {
        type: 'contact.updated',
        personId: person,
        metadata: { changes: { topics: { old: topics(true), new: topics(false) } }, ...byWhom(said) },
        source: 'cortex',
      },
    ]);
  }
  return changed.map(({ id }) => id);
}

/** Holds the person, and those linked with them, while topics are read and written; under the id they have by now. */
async function lockPerson(tx: Tx, personId: string): Promise<string | undefined> {
  // Who was merged away while we waited for their row is found under the one who stays.
  const now = 'coalesce((select m.into_person_id from cortex.person_merges m where m.person_id = $1::uuid), $1::uuid)';
  for (let attempt = 0; attempt < 3; attempt++) {
    await tx.rows(`select cortex.lock_with_linked(array[${now}])`, [personId]);
    const row = await tx.row<{ person_id: string }>(
      `select p.person_id from cortex.people p where p.person_id = ${now} for no key update`,
      [personId],
    );
    if (row) return row.person_id;
  }
  return undefined;
}

const CHOOSE = `
  insert into cortex.topic_choices as c (person_id, topic_id, wanted, at, said_by, source)
  select $1::uuid, g.topic_id, bool_and(g.wanted), least(coalesce($5::timestamptz, cortex.now()), cortex.now()), $3, $4
  from jsonb_to_recordset($2::jsonb) g (topic_id uuid, wanted boolean)
  join cortex.topics t on t.id = g.topic_id
  group by g.topic_id
  on conflict (person_id, topic_id) do update
  set (wanted, at, said_by, source) = (
    select case when s.replaces then excluded.wanted else c.wanted end, s.at, s.said_by,
      case when s.replaces then excluded.source else c.source end
    from cortex.settle_consent(
      case when c.wanted then 'subscribed' else 'unsubscribed' end, c.at, c.said_by,
      case when excluded.wanted then 'subscribed' else 'unsubscribed' end,
      case when $5::timestamptz is not null then excluded.at end, excluded.said_by, cortex.now()) s)`;

const byWhom = ({ by, source }: Said) => (by === 'staff' ? { source: 'staff', by: source } : { source });

/**
 * No marketing mail for this person before `until`; null ends the pause. What a colleague says neither ends nor shortens
 * a pause that the person asked for, and one that they make longer stays the person's; otherwise the last word stands.
 * Locks the person.
 * @returns whether something changed
 */
export async function pauseMail(
  tx: Tx,
  personId: string,
  until: Date | null,
  said: Omit<Said, 'at'>,
): Promise<boolean> {
  const person = await lockPerson(tx, personId);
  if (!person) return false;
  const row = await tx.row<{ before: Date | null }>(
    `with was as (
       select w.person_id, $3::text <> 'person' and w.paused_by is distinct from 'staff'
         and coalesce(w.paused_until > cortex.now(), false) as theirs
       from cortex.people w where w.person_id = $1
     )
     update cortex.people p set paused_until = $2, paused_at = cortex.now(),
       paused_by = case when was.theirs then 'person' else $3::text end,
       paused_source = case when was.theirs then p.paused_source else $4::text end
     from was
     where p.person_id = was.person_id and p.paused_until is distinct from $2::timestamptz
       and (not was.theirs or coalesce($2::timestamptz > p.paused_until, false))
     returning case when old.paused_until > cortex.now() then old.paused_until end as before`,
    [person, until?.toISOString() ?? null, said.by, said.source],
  );
  // A pause that was over already is none that ends now.
  if (!row || (!row.before && !until)) return false;
  await appendActivities(tx, [
    {
      type: 'contact.updated',
      personId: person,
      metadata: { changes: { mail_paused_until: { old: row.before, new: until } }, ...byWhom(said) },
      source: 'cortex',
    },
  ]);
  return true;
}
