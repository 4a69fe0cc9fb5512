import type { ContactTopics, TopicChoices } from '#contracts';
import { AppError, notFound, recordAudit, type Actor, type Tx } from '#platform';
import type { ConsentBy } from '../consent/consent.js';
import { contactById } from '../search/contacts.queries.js';
import { chooseTopics, pauseMail, topicsOf } from '../consent/topic-choices.js';

const DAY_MS = 86_400_000;

/** What one person gets, and who said so, where and when. @throws AppError 404 */
export async function contactTopics(tx: Tx, id: string): Promise<ContactTopics> {
  return shown(tx, await personOf(tx, id));
}

/**
 * Records what a colleague passes on. All of it or nothing: what the person said themselves is not theirs to undo.
 * @throws AppError 404; 409 when the person said otherwise themselves; 422 for a topic that does not exist
 */
export async function chooseForContact(
  tx: Tx,
  id: string,
  { topics: given = [], pause_days }: TopicChoices,
  actor: Actor,
): Promise<ContactTopics> {
  const topics = given.map(({ id: topic, on }) => ({ id: topic.toLowerCase(), on }));
  const person = await personOf(tx, id);
  const said = { by: 'staff', source: actor.label } as const;
  const before = await shown(tx, person);
  const missing = topics.findIndex((topic) => !before.items.some((one) => one.id === topic.id));
  if (missing !== -1) {
    throw new AppError('unknown_topic', 'One of the topics does not exist. Choose among those in the settings.', {
      errors: [{ pointer: `/topics/${missing}/id`, message: 'There is no topic with this id.' }],
    });
  }
  const choices = topics.map((topic) => ({ topic_id: topic.id, wanted: topic.on }));
  await chooseTopics(tx, person, choices, said);
  const until = pause_days ? new Date((await tx.now()).getTime() + pause_days * DAY_MS) : null;
  if (pause_days !== undefined) await pauseMail(tx, person, until, said);
  const after = await shown(tx, person);
  assertTopics(after, topics);
  if (pause_days !== undefined && after.paused_until !== (until?.toISOString() ?? null))
    throw new AppError(
      'consent_withdrawn',
      'They paused marketing e-mail themselves, for longer than this. Only they can end the pause, on the preference page their emails link to.',
    );
  await recordAudit(tx, actor, {
    action: 'contact.topics_chosen',
    targetKind: 'contact',
    targetId: id,
    before: audited(before),
    after: audited(after),
  });
  return after;
}

async function personOf(tx: Tx, id: string): Promise<string> {
  const row = await contactById(tx, id);
  if (!row) throw notFound('contact');
  return row.person_id;
}

/** @throws AppError 409 when the person's own no stands against what was asked for */
function assertTopics(after: ContactTopics, topics: NonNullable<TopicChoices['topics']>): void {
  const unwanted = new Set(topics.filter(({ on }) => !on).map(({ id }) => id));
  const wanted = new Set(topics.map(({ id }) => id).filter((id) => !unwanted.has(id)));
  const left = after.items.find(({ id, wanted: chosen }) => wanted.has(id) && chosen !== true);
  if (left)
    throw new AppError(
      'consent_withdrawn',
      `They turned “${left.name}” off themselves. Only they can turn it on again, on the preference page their emails link to.`,
    );
}

async function shown(tx: Tx, person: string): Promise<ContactTopics> {
  const pause = await tx.row<{ until: Date; at: Date; by: ConsentBy; source: string }>(
    `select p.paused_until as until, p.paused_at as at, coalesce(p.paused_by, 'person') as by,
       coalesce(p.paused_source, 'preferences') as source
     from cortex.people p where p.person_id = $1 and p.paused_until > cortex.now()`,
    [person],
  );
  const linked = await tx.row<{ paused_until: Date | null; topics_off: string[] | null }>(
    `select case when p.linked_paused_until > cortex.now() then p.linked_paused_until end as paused_until,
       p.linked_topics_off as topics_off from cortex.people p where p.person_id = $1`,
    [person],
  );
  const off = new Set(linked?.topics_off);
  const items = await topicsOf(tx, person);
  return {
    items: items.map(({ description: _description, at, ...topic }) => ({
      ...topic,
      on: topic.on && !off.has(topic.id),
      linked_off: off.has(topic.id),
      at: at?.toISOString() ?? null,
    })),
    paused_until: pause?.until.toISOString() ?? null,
    paused_at: pause?.at.toISOString() ?? null,
    paused_by: pause?.by ?? null,
    paused_source: pause?.source ?? null,
    linked_paused_until: linked?.paused_until?.toISOString() ?? null,
  };
}

const audited = ({ items, paused_until }: ContactTopics) => ({
  topics: Object.fromEntries(items.map(({ name, on }) => [name, on])),
  paused_until,
});
