import { createHash } from 'node:crypto';
import { AppError, newId, type Tx } from '#platform';
import type { MailContent } from '../content/content.js';
import type { MailData } from '../rendering/render.js';
import { utmQuery } from '../content/utm.js';

/** One mail to one person, to be written in the caller's transaction. */
export interface Mail {
  /** The step that sends it. */
  run?: { automation_id: string; version: number; run_id: string; node_id: string; visit: number };
  broadcast_id?: string;
  /** Whom it is counted for, and to whom it goes, wherever their mail is read by then. */
  person_id: string;
  /** The address of a colleague: mail about somebody goes there, whatever becomes of `person_id`. */
  colleague?: string;
  stream: 'broadcast' | 'transactional';
  /** What it says: given, or a template's, or stored before (`storeContents`). */
  content?: MailContent;
  template_id?: string;
  content_id?: string;
  /** Absent: a marketing mail has the topic of its template, where that has one. */
  topic_id?: string;
  /** `Name <address>`; absent: the workspace's sender of the stream. */
  from?: string;
  data: MailData;
  /** The same key is the same mail, however often it is queued. */
  dedupe_key: string;
  /** Absent: whatever the person is. Demo people's mail never leaves this machine. */
  demo?: boolean;
}

export interface QueuedMail {
  message_id: string;
  dedupe_key: string;
  /** False: a mail with this key was there already. */
  inserted: boolean;
}

export interface StoredContent extends MailContent {
  template_id?: string | null;
  template_version?: number | null;
  /** Whose people get a marketing mail of it that names no topic itself. */
  topic_id?: string | null;
}

const hashOf = (content: StoredContent): Buffer =>
  createHash('sha256')
    .update(
      JSON.stringify([
        content.subject,
        content.preheader ?? '',
        content.html,
        content.text ?? null,
        content.template_id ?? null,
        content.template_version ?? null,
        ...(content.topic_id ? [content.topic_id] : []),
        ...(content.reply_to ? [{ reply_to: content.reply_to }] : []),
        ...(content.utm ? [{ utm: utmQuery(content.utm) }] : []),
      ]),
    )
    .digest();

/** Stores contents once each, however many mails carry them. Answers their ids in the given order. */
export async function storeContents(tx: Tx, contents: readonly StoredContent[]): Promise<string[]> {
  const byHash = new Map(contents.map((content) => [hashOf(content).toString('hex'), content]));
  const hashes = [...byHash.keys()].sort();
  const known = await contentIds(tx, hashes);
  // Sorted, so that two transactions that store the same new contents wait for each other in one order.
  for (const hash of hashes.filter((candidate) => !known.has(candidate))) {
    const content = byHash.get(hash)!;
    await tx.run(
      `insert into cortex.mail_contents
         (hash, subject, preheader, html, text, template_id, template_version, topic_id, reply_to, utm)
       values (decode($1, 'hex'), $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb) on conflict (hash) do nothing`,
      [
        hash,
        content.subject,
        content.preheader ?? '',
        content.html,
        content.text || null,
        content.template_id ?? null,
        content.template_version ?? null,
        content.topic_id ?? null,
        content.reply_to || null,
        content.utm ? JSON.stringify(content.utm) : null,
      ],
    );
  }
  const all = known.size === hashes.length ? known : await contentIds(tx, hashes);
  return contents.map((content) => all.get(hashOf(content).toString('hex'))!);
}

async function contentIds(tx: Tx, hashes: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.rows<{ id: string; hash: string }>(
    `select c.id, encode(c.hash, 'hex') as hash from cortex.mail_contents c
     where c.hash = any (select decode(h, 'hex') from unnest($1::text[]) h)`,
    [hashes],
  );
  return new Map(rows.map((row) => [row.hash, row.id]));
}

/** Freezes what templates say now. Answers content ids by template id; an unknown template is left out. */
export async function pinTemplates(tx: Tx, templateIds: readonly string[]): Promise<Map<string, string>> {
  const wanted = [...new Set(templateIds)];
  if (wanted.length === 0) return new Map();
  const templates = await tx.rows<StoredContent & { template_id: string; template_version: number }>(
    // A save that is under way ends first; the next one sees that this version is in use, and keeps it.
    `select id as template_id, version as template_version, subject, preheader, html,
       coalesce(text, generated_text) as text, topic_id
     from cortex.templates where id = any($1::uuid[]) order by id for key share`,
    [wanted],
  );
  const ids = await storeContents(tx, templates);
  return new Map(templates.map((template, at) => [template.template_id, ids[at]!]));
}

/** What of a message `waiting` reads. */
export const queueColumns =
  'id, stream, created_at, person_id, to_colleague, automation_id, version, broadcast_id, topic_id, demo, email_from';

/**
 * The statement that puts queued messages into the queue, at the place of their age, to stand behind the one that
 * queued them. A place kept by mistake is taken over.
 * @param source a row set with `queueColumns`
 * @param notBefore SQL over that row set
 */
export const putInQueue = (source: string, notBefore = 'null'): string => `
  insert into cortex.outgoing
    (message_id, stream, created_at, person_id, to_colleague, automation_id, version, broadcast_id, topic_id, demo, own_sender, not_before)
  select w.id, w.stream, w.created_at, w.person_id, w.to_colleague, w.automation_id, w.version, w.broadcast_id, w.topic_id, w.demo,
    w.email_from is not null, ${notBefore}
  from ${source} w
  on conflict (stream, created_at, message_id) do update set not_before = excluded.not_before`;

/** One mail; see `queueMails`. */
export async function queueMail(tx: Tx, mail: Mail): Promise<QueuedMail> {
  return (await queueMails(tx, [mail]))[0]!;
}

/**
 * Writes mails to be sent, inside the caller's transaction: nothing leaves before it commits, nothing
 * is left over when it rolls back. Repeating a dedupe key changes nothing.
 * @throws AppError 422 when a template does not exist.
 */
export async function queueMails(tx: Tx, mails: readonly Mail[]): Promise<QueuedMail[]> {
  if (mails.length === 0) return [];
  const contents = await contentOfEach(tx, mails);
  const jobs = await jobOfEach(tx, mails);
  const rows = mails.map((mail, at) => ({
    id: newId(),
    dedupe_key: mail.dedupe_key,
    broadcast_id: mail.broadcast_id,
    ...mail.run,
    job_id: jobs[at],
    person_id: mail.person_id,
    colleague: mail.colleague,
    stream: mail.stream,
    topic_id: mail.topic_id,
    content_id: contents[at],
    data: mail.data,
    email_from: mail.from || undefined,
    demo: mail.demo,
  }));
  const inserted = await tx.rows<{ id: string; dedupe_key: string }>(
    `with given as (
       -- Of somebody who was erased meanwhile no address is left; the claim says so.
       select m.*, coalesce(m.colleague, p.email, p.address::citext, '') as contact_email, coalesce(m.demo, p.demo, false) as is_demo,
         case when m.stream = 'broadcast' then coalesce(m.topic_id, c.topic_id) else m.topic_id end as topic
       from jsonb_to_recordset($1::jsonb) as m(id uuid, dedupe_key text, broadcast_id uuid, automation_id uuid, version int,
         run_id uuid, node_id text, visit int, job_id uuid, person_id uuid, colleague citext, stream text, topic_id uuid,
         content_id uuid, data jsonb, email_from text, demo boolean)
       left join cortex.people p on p.person_id = m.person_id
       left join cortex.mail_contents c on c.id = m.content_id
     ), written as (
       insert into cortex.messages (id, dedupe_key, broadcast_id, automation_id, version, run_id, node_id, visit, job_id,
         person_id, contact_email, to_colleague, stream, topic_id, content_id, data, email_from, demo, created_at)
       select m.id, m.dedupe_key, m.broadcast_id, m.automation_id, m.version, m.run_id, m.node_id, m.visit, m.job_id,
         m.person_id, m.contact_email, m.colleague is not null, m.stream, m.topic, m.content_id, m.data, m.email_from, m.is_demo, cortex.now()
       from given m
       order by m.dedupe_key
       on conflict (dedupe_key) do nothing
       returning ${queueColumns}, dedupe_key
     ), queued as (${putInQueue('written')})
     select id, dedupe_key from written`,
    [JSON.stringify(rows)],
  );
  const ids = new Map(inserted.map((row) => [row.dedupe_key, row.id]));
  const repeated = mails.filter((mail) => !ids.has(mail.dedupe_key)).map((mail) => mail.dedupe_key);
  const old =
    repeated.length === 0
      ? []
      : await tx.rows<{ id: string; dedupe_key: string }>(
          'select id, dedupe_key from cortex.messages where dedupe_key = any($1::text[])',
          [repeated],
        );
  for (const row of old) ids.set(row.dedupe_key, row.id);
  const fresh = new Set(inserted.map((row) => row.dedupe_key));
  return mails.map(({ dedupe_key }) => ({
    message_id: ids.get(dedupe_key)!,
    dedupe_key,
    inserted: fresh.has(dedupe_key),
  }));
}

async function contentOfEach(tx: Tx, mails: readonly Mail[]): Promise<string[]> {
  const given = mails.filter((mail) => !mail.content_id && mail.content);
  const stored = await storeContents(
    tx,
    given.map((mail) => mail.content!),
  );
  const ofMail = new Map(given.map((mail, at) => [mail, stored[at]!]));
  const pinned = await pinTemplates(
    tx,
    mails.flatMap((mail) => (mail.content_id || mail.content ? [] : (mail.template_id ?? []))),
  );
  return mails.map((mail) => {
    const id = mail.content_id ?? ofMail.get(mail) ?? pinned.get(mail.template_id ?? '');
    if (!id)
      throw new AppError(
        'template_missing',
        'The email template of this step no longer exists. Choose another one and publish again.',
      );
    return id;
  });
}

const kindOf = (mail: Mail): string => (mail.stream === 'transactional' ? 'transactional' : 'automation');

/** The design document's job rows: one per broadcast, one per hour and stream for all other mail. */
async function jobOfEach(tx: Tx, mails: readonly Mail[]): Promise<string[]> {
  const keyOf = (mail: Mail) => (mail.broadcast_id ? `broadcast ${mail.broadcast_id}` : kindOf(mail));
  const wanted = [...new Map(mails.map((mail) => [keyOf(mail), mail])).entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  const ids = new Map<string, string>();
  for (const [key, mail] of wanted) {
    const values = [mail.broadcast_id ? 'broadcast' : kindOf(mail), mail.stream, mail.broadcast_id ?? null];
    const find = `select id from public.email_jobs where kind = $1 and stream = $2 and broadcast_id is not distinct from $3
      and hour is not distinct from case when $3::uuid is null then date_trunc('hour', cortex.now(), 'UTC') end`;
    let row = await tx.row<{ id: string }>(find, values);
    if (!row) {
      await tx.run(
        `insert into public.email_jobs (name, kind, stream, broadcast_id, hour)
         select case when $3::uuid is null then initcap($1) || ' mail of ' || to_char(h, 'YYYY-MM-DD HH24:00') else 'Broadcast' end,
           $1, $2, $3, case when $3::uuid is null then h end
         from date_trunc('hour', cortex.now(), 'UTC') h
         on conflict do nothing`,
        values,
      );
      row = await tx.row<{ id: string }>(find, values);
    }
    ids.set(key, row!.id);
  }
  return mails.map((mail) => ids.get(keyOf(mail))!);
}
