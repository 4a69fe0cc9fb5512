import { personalFields } from '#rules';

type Metadata = Record<string, unknown>;

/** In the order in which a sentence names them. */
const fieldNames = new Map(
  Object.entries<string>({
    email: 'e-mail address',
    ...Object.fromEntries(personalFields.map(({ id, label }) => [id, label.toLowerCase()])),
    attributes: 'details',
    course_id: 'course',
  }),
);

const record = (value: unknown): Metadata =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Metadata) : {};

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

const list = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

const capital = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `contact.updated` in words: "Tagged bounced", "No longer tagged trial; country and phone changed". */
export function changesInWords(changes: unknown): string {
  const fields = record(changes);
  const parts: string[] = [];
  const tags = record(fields.tags);
  const [before, after] = [texts(tags.old), texts(tags.new)];
  const added = after.filter((tag) => !before.includes(tag));
  const removed = before.filter((tag) => !after.includes(tag));
  if (added.length > 0) parts.push(`tagged ${list(added)}`);
  if (removed.length > 0) parts.push(`no longer tagged ${list(removed)}`);
  if (Object.hasOwn(fields, 'tags') && parts.length === 0) parts.push('tags put into another order');
  const consent = record(fields.consent).new;
  if (typeof consent === 'string') parts.push(`consent is now “${consent}”`);
  const topics = Object.entries(record(record(fields.topics).new));
  const named = (on: boolean) => list(topics.filter(([, is]) => is === on).map(([name]) => `“${name}”`));
  if (named(true)) parts.push(`gets the topic ${named(true)}`);
  if (named(false)) parts.push(`no longer gets the topic ${named(false)}`);
  if (Object.hasOwn(fields, 'mail_paused_until')) {
    // Others may write such an activity too, with anything in it.
    const until = Date.parse(String(record(fields.mail_paused_until).new));
    parts.push(Number.isNaN(until) ? 'ended the pause of mail' : `paused marketing mail until ${day.format(until)}`);
  }
  const names = [...fieldNames].flatMap(([name, words]) => {
    if (!Object.hasOwn(fields, name)) return [];
    if (name !== 'attributes') return [words];
    const { old: was, new: is } = record(fields.attributes);
    const different = Object.keys({ ...record(was), ...record(is) }).filter(
      (key) => JSON.stringify(record(was)[key]) !== JSON.stringify(record(is)[key]),
    );
    const which = different.map((key) => key.replaceAll('_', ' ')).join(', ');
    return [different.length > 0 && different.length <= 3 ? `details (${which})` : words];
  });
  if (names.length > 0) parts.push(`${list(names)} changed`);
  return capital(parts.length > 0 ? parts.join('; ') : 'details changed');
}
