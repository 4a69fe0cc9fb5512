import { Inject, Injectable } from '@nestjs/common';
import {
  audienceOf,
  audienceSql,
  BEFORE_ALL,
  broadcastById,
  colleagueKey,
  COUNT_PATIENCE,
  fixAudience,
  funnelOf,
  judgeBy,
  JUDGING,
  judgingOf,
  readyContents,
  receivingColleagues,
  type FixedAudience,
} from '#broadcasts';
import type { RehearsalProblem } from '#contracts';
import { contactJson, mailMaker, type MailContent, type MailData, type MailLinks, type SendFacts } from '#emails';
import { Config, Database, isTransient, LOG, notFound, RepeatingLoop, type Log, type Loop, type Tx } from '#platform';
import { linksIn, mailHash, problemsOf } from './rehearsed-mail.js';
import { readiness } from '../claiming/readiness.js';

/** People of the directory that one transaction looks at. */
const CHUNK = 1_000;
/** People shown whose mails have the most problems. */
const WORST = 10;
/** Different links that are listed. */
const LINKS = 200;
const idleMilliseconds = 500;

/** Somebody, by the key that stays when they are erased: their address is looked up when it is shown. */
interface Worst {
  person_id: string;
  problems: RehearsalProblem[];
}

interface RehearsalRow {
  id: string;
  broadcast_id: string;
  status: 'running' | 'completed' | 'failed';
  revision: number;
  topic_id: string | null;
  holdout_percent: number;
  email_from: string | null;
  content: MailContent;
  /** What the other variants of its test say. */
  variants: MailContent[];
  audience: FixedAudience;
  expected: number;
  people_until: string | null;
  people_cursor: string | null;
  recipients: number;
  problems: Partial<Record<RehearsalProblem, number>>;
  worst: Worst[];
  distinct_mails: number;
  largest_bytes: number;
  links: string[];
  created_at: Date;
  ended_at: Date | null;
}

const columns = `r.id, r.broadcast_id, r.status, r.revision, r.topic_id, r.holdout_percent, r.email_from, r.content, r.variants, r.audience, r.expected,
  r.people_until, r.people_cursor, r.recipients, r.problems, r.worst, r.distinct_mails, r.largest_bytes, r.links,
  r.created_at, r.ended_at`;

/**
 * The full rehearsal: a broadcast's mail is made for everybody who would get it now, and nothing is sent. The worker does
 * it by chunks; one that dies is gone on with.
 */
@Injectable()
export class Rehearsals implements Loop {
  readonly name = 'rehearsals';
  private readonly loop: RepeatingLoop;

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    @Inject(LOG) private readonly log: Log,
  ) {
    const due = "exists (select from cortex.broadcast_rehearsals where status = 'running')";
    const poll = { database, due };
    this.loop = new RepeatingLoop({ name: this.name, idle: idleMilliseconds, poll, work: () => this.once(), log });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /**
   * Begins one of the draft as it is now, in place of an earlier one.
   * @throws AppError 404; 422 when something is missing
   */
  async begin(broadcastId: string) {
    await this.database.tx(
      async (tx) => {
        const row = await broadcastById(tx, broadcastId);
        const [content, ...variants] = (await readyContents(tx, row)).map(
          ({ subject, preheader, html, text, reply_to, utm }) => ({ subject, preheader, html, text, reply_to, utm }),
        );
        const audience = await fixAudience(tx, audienceOf(row));
        const { will_receive } = await funnelOf(tx, audience, judgingOf(row));
        await tx.run('delete from cortex.broadcast_rehearsals where broadcast_id = $1', [broadcastId]);
        await tx.run(
          `insert into cortex.broadcast_rehearsals
             (broadcast_id, revision, topic_id, email_from, content, audience, expected, holdout_percent, variants,
              people_until)
           values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, $8, $9::jsonb,
             (select p.person_id from cortex.people p order by p.person_id desc limit 1))
           on conflict (broadcast_id) do nothing`,
          [
            broadcastId,
            row.revision,
            row.asked_topic_id,
            row.email_from,
            JSON.stringify(content),
            JSON.stringify(audience),
            will_receive,
            row.holdout_percent,
            JSON.stringify(variants),
          ],
        );
      },
      { statementTimeout: COUNT_PATIENCE },
    );
    return this.get(broadcastId);
  }

  /** The last rehearsal of a broadcast, running or done. @throws AppError 404 */
  async get(broadcastId: string) {
    const row = await this.database.row<RehearsalRow & { is_current: boolean; addresses: Record<string, string> }>(
      `select ${columns}, r.revision = b.revision as is_current, coalesce((
         select jsonb_object_agg(p.person_id, coalesce(p.email::text, p.address)) from cortex.people p
         where p.person_id in (select (w.value ->> 'person_id')::uuid from jsonb_array_elements(r.worst) w)
           and p.type is not null), '{}')
         || coalesce((
           select jsonb_object_agg(${colleagueKey}, u.email) from cortex_staff."user" u where b.to_staff), '{}') as addresses
       from cortex.broadcast_rehearsals r join cortex.broadcasts b on b.id = r.broadcast_id where r.broadcast_id = $1`,
      [broadcastId],
    );
    if (!row) throw notFound('rehearsal');
    return present(row);
  }

  /**
   * The next chunk of the oldest one that runs; one that cannot go on has failed and does not hold up the others.
   * Answers whether there was one.
   */
  async once(): Promise<boolean> {
    let id: string | undefined;
    try {
      return await this.next((row) => (id = row.id));
    } catch (error) {
      if (id === undefined || isTransient(error)) throw error;
      this.log.error({ rehearsal: id, reason: (error as Error).message }, 'a rehearsal failed');
      await this.database.run(
        `update cortex.broadcast_rehearsals set status = 'failed', ended_at = cortex.now()
         where id = $1 and status = 'running'`,
        [id],
      );
      return true;
    }
  }

  private next(took: (row: RehearsalRow) => void): Promise<boolean> {
    return this.database.tx(async (tx) => {
      const row = await tx.row<RehearsalRow>(
        `select ${columns} from cortex.broadcast_rehearsals r where r.status = 'running'
         order by r.id limit 1 for update skip locked`,
      );
      if (!row) return false;
      took(row);
      const stream = row.audience.staff ? 'transactional' : 'broadcast';
      const ready = await readiness(tx, this.config, stream, 'outbox', undefined, { evenIfStopped: true });
      if (!ready.ready) throw new Error(`A mail cannot be made: ${ready.reason}.`);
      if (!(await rehearseNext(tx, row, ready.facts, this.nowhere()))) await end(tx, row.id);
      return true;
    });
  }

  /** The same links for everybody, so that mails that say the same are the same. */
  private nowhere(): MailLinks {
    const nowhere = this.own();
    return {
      unsubscribe: `${nowhere}#unsubscribe`,
      preferences: `${nowhere}#preferences`,
      view: nowhere,
      reset: `${nowhere}#reset`,
      confirm: `${nowhere}#confirm`,
      password: `${nowhere}#password`,
    };
  }

  private own(): string {
    return `${this.config.publicUrl}/preview`;
  }
}

interface Person {
  person_id: string;
  data: MailData;
}

/** Makes the mails of the people behind the cursor. @returns false when nobody is left */
async function rehearseNext(tx: Tx, row: RehearsalRow, facts: SendFacts, links: MailLinks): Promise<boolean> {
  if (row.audience.staff) return rehearseColleagues(tx, row, facts, links);
  const cursor = row.people_cursor ?? BEFORE_ALL;
  const next = await tx.rows<{ person_id: string }>(
    `select p.person_id from cortex.people p
     where p.person_id > $1::uuid and p.person_id <= $2::uuid order by p.person_id limit $3`,
    [cursor, row.people_until, CHUNK],
  );
  const last = next.at(-1)?.person_id;
  if (last === undefined) return false;
  const condition = audienceSql(
    row.audience,
    JUDGING + 2,
    next.map((person) => person.person_id),
  );
  const judge = await judgeBy(tx, { ...row, id: row.broadcast_id });
  const people = await tx.rows<Person>(
    `select p.person_id, jsonb_build_object('contact', ${contactJson}) as data
     from (${judge.sql(`p.person_id > $6::uuid and p.person_id <= $7::uuid and ${condition.text}`)}) j
     join cortex.people p on p.person_id = j.person_id
     where j.reason is null order by p.person_id`,
    [...judge.values, cursor, last, ...condition.values],
  );
  await rehearsePeople(tx, row, people, last, facts, links);
  return true;
}

/** All of them at once. @returns false when that is done */
async function rehearseColleagues(tx: Tx, row: RehearsalRow, facts: SendFacts, links: MailLinks): Promise<boolean> {
  if (row.people_cursor !== null) return false;
  await rehearsePeople(tx, row, await receivingColleagues(tx), BEFORE_ALL, facts, links);
  return true;
}

/** Makes their mails, and notes what was found. @param last up to whom all have been looked at now */
async function rehearsePeople(
  tx: Tx,
  row: RehearsalRow,
  people: readonly Person[],
  last: string,
  facts: SendFacts,
  links: MailLinks,
): Promise<void> {
  const found = await rehearse(row, people, facts, links);
  await tx.run(
    `with seen as (
       insert into cortex.rehearsed_mails (rehearsal_id, hash) select $1, unnest($8::bigint[]) on conflict do nothing)
     update cortex.broadcast_rehearsals set people_cursor = $2, recipients = recipients + $3, problems = $4::jsonb,
       worst = $5::jsonb, largest_bytes = $6, links = $7::jsonb
     where id = $1`,
    [
      row.id,
      last,
      people.length,
      JSON.stringify(found.problems),
      JSON.stringify(found.worst),
      found.largest_bytes,
      JSON.stringify(found.links),
      [...found.hashes],
    ],
  );
}

async function rehearse(row: RehearsalRow, people: readonly Person[], facts: SendFacts, links: MailLinks) {
  // Anybody may be given any variant.
  const makers = [row.content, ...row.variants].map((content) => ({ content, make: mailMaker(content) }));
  const problems = { ...row.problems };
  const seen = new Set(row.links);
  const hashes = new Set<string>();
  let largest = row.largest_bytes;
  const all: Worst[] = [...row.worst];
  for (const { person_id, data } of people) {
    const found = new Set<RehearsalProblem>();
    for (const { content, make } of makers) {
      try {
        const mail = await make({ data, facts: { ...facts, own_tracking: false }, links, from: row.email_from });
        for (const problem of problemsOf(content, mail, links.view, facts)) found.add(problem);
        largest = Math.max(largest, Buffer.byteLength(mail.html));
        hashes.add(mailHash(mail));
        for (const url of linksIn(mail.html, LINKS))
          if (seen.size < LINKS && !url.startsWith(links.view)) seen.add(url);
      } catch {
        found.add('cannot_be_made');
      }
    }
    for (const problem of found) problems[problem] = (problems[problem] ?? 0) + 1;
    if (found.size > 0) all.push({ person_id, problems: [...found] });
  }
  const worst = all.sort((a, b) => b.problems.length - a.problems.length).slice(0, WORST);
  return { problems, worst, hashes, largest_bytes: largest, links: [...seen] };
}

async function end(tx: Tx, id: string): Promise<void> {
  await tx.run(
    `update cortex.broadcast_rehearsals set status = 'completed', ended_at = cortex.now(),
       distinct_mails = (select count(*)::int from cortex.rehearsed_mails m where m.rehearsal_id = $1)
     where id = $1`,
    [id],
  );
  await tx.run('delete from cortex.rehearsed_mails where rehearsal_id = $1', [id]);
}

const present = (row: RehearsalRow & { is_current: boolean; addresses: Record<string, string> }) => ({
  id: row.id,
  status: row.status,
  progress: row.status === 'completed' ? 1 : row.expected === 0 ? 0 : Math.min(1, row.recipients / row.expected),
  audience_revision: row.revision,
  is_current: row.is_current,
  recipients: row.recipients,
  problems: row.problems,
  worst: row.worst.flatMap(({ person_id, problems }) => {
    const contact_email = row.addresses[person_id];
    return contact_email === undefined ? [] : [{ contact_email, problems }];
  }),
  distinct: row.distinct_mails,
  largest_bytes: row.largest_bytes,
  links: row.links.map((url) => ({ url })),
  created_at: row.created_at.toISOString(),
  ended_at: row.ended_at?.toISOString() ?? null,
});
