import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { networkOf } from '#access';
import { appendActivities } from '#activities';
import { keptDays } from '#contracts';
import { addressOf, chooseTopics, findOrCreatePeople, pauseMail, setConsent, type Person } from '#directory';
import { liftForPerson, LinkTokens, queueMail, type PublicForm } from '#emails';
import { AppError, Database, LOG, retryLaws, type Log, type Tx } from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';
import { settingSql } from '#rules';
import { z } from 'zod';
import { confirmationMail } from '../system-mails/confirmation-mail.js';
import { addressHint } from './subscriptions.js';
import { wordsFor } from '../words/index.js';

/** Works off what a process left behind, and forgets what was never confirmed. */
export const tidySignUps = defineJob({
  name: 'send.sign_ups_tidy',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.upkeep,
});

/** How long the link of a confirmation works. */
export const confirmDays = 7;
/** How long a sign-up that was never confirmed is kept, with the lead that was made for it. */
const unconfirmedDays = keptDays.unconfirmed_sign_ups;
/**
 * How long it is kept from where somebody signed up and confirmed, counted from the sign-up: as long as a consent is
 * usually disputed. The consent itself, its words and its instants stay.
 */
const addressYears = 3;
/** Sign-ups an hour from one network, and a day for one address; more of an address are taken without a word. */
const mostOfNetwork = 30;
const mostOfAddress = 5;
const perRound = 200;

interface SignUpRow {
  id: string;
  form_id: string;
  form_name: string;
  address: string;
  first_name: string | null;
  topic_ids: string[];
  consent_text: string;
  double_opt_in: boolean;
  language: string | null;
  message_id: string | null;
  person_id: string | null;
}

/** The page behind the link of a confirmation. */
export interface Confirmation {
  state: 'open' | 'confirmed' | 'expired';
  form_id: string;
  /** Partly hidden: a mail may have been forwarded. */
  address_hint: string;
  /** BCP 47, where somebody has said it. */
  language: string | null;
  consent_text: string;
  topics: string[];
  workspace: string;
  /** Where they choose what they get. */
  preferences_url: string;
}

/** Sign-ups by a form, from the request to the confirmation. */
@Injectable()
export class SignUps implements JobHandlers, OnApplicationShutdown {
  private readonly inHand = new Set<Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly tokens: LinkTokens,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async bind(queue: Queue): Promise<void> {
    await queue.handle(tidySignUps, async () => void (await this.tidy()));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.inHand);
  }

  /**
   * Takes a sign-up down and answers at once; whether the address is known is looked up afterwards, so that neither the
   * answer nor its time tells.
   * @param address as `addressOf` gives it
   * @param language of the page that they filled in: a BCP 47 tag
   * @throws AppError 429 when too many came from one network
   */
  async take(
    form: PublicForm,
    address: string,
    firstName: string | undefined,
    ip: string,
    language?: string,
  ): Promise<void> {
    const network = networkOf(ip);
    const id = await this.database.tx(async (tx) => {
      await tx.rows('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`sign-ups of ${network}`]);
      const before = await tx.row<{ network: number; address: number }>(
        `select (select count(*)::int from cortex.sign_ups s
             where s.network = $1 and s.created_at > cortex.now() - interval '1 hour') as network,
           (select count(*)::int from cortex.sign_ups s
             where s.address = $2 and s.created_at > cortex.now() - interval '1 day') as address`,
        [network, address],
      );
      if (before!.network >= mostOfNetwork) {
        throw new AppError('too_many_attempts', 'Too many people signed up from your network. Try again in an hour.', {
          facts: { retry_after: 3600 },
        });
      }
      if (before!.address >= mostOfAddress) return undefined;
      const row = await tx.row<{ id: string }>(
        `insert into cortex.sign_ups (form_id, form_name, address, first_name, topic_ids, consent_text, double_opt_in, ip, network, language)
         values ($1, $2, $3, $4, $5::uuid[], $6, $7, $8, $9, $10) returning id`,
        [
          form.id,
          form.name,
          address,
          firstName ?? null,
          form.topic_ids,
          form.consent_text,
          form.double_opt_in,
          ip,
          network,
          language ?? null,
        ],
      );
      return row!.id;
    });
    if (!id) return;
    const work = this.handle(id).catch((error: Error) =>
      this.log.warn({ err: error }, 'a sign-up was not worked off; the hourly job does it'),
    );
    this.inHand.add(work);
    void work.finally(() => this.inHand.delete(work));
  }

  /** Waits for what this process has in hand. */
  async settled(): Promise<void> {
    await Promise.all(this.inHand);
  }

  /** What the link of a confirmation is about; undefined when it was not made here. */
  async find(token: string): Promise<Confirmation | undefined> {
    const signer = await this.tokens.signer();
    const subject = signer.read('confirm', token);
    if (!subject) return undefined;
    const row = await this.database.row<Omit<Confirmation, 'address_hint' | 'preferences_url'> & { address: string }>(
      `select s.form_id, s.address, p.language, s.consent_text, ${settingSql('name')} as workspace,
         case when s.confirmed_at is not null then 'confirmed'
           when s.created_at <= cortex.now() - make_interval(days => $2) then 'expired' else 'open' end as state,
         array(select t.name from cortex.topics t where t.id = any (
           select unnest(x.topic_ids) from cortex.sign_ups x where x.message_id = $1) order by t.position, t.name) as topics
       from cortex.sign_ups s left join cortex.people p on p.person_id =
         coalesce((select m.into_person_id from cortex.person_merges m where m.person_id = s.person_id), s.person_id)
       where s.message_id = $1 order by s.created_at desc limit 1`,
      [subject.message_id, confirmDays],
    );
    if (!row) return undefined;
    const { address, ...rest } = row;
    return { ...rest, address_hint: addressHint(address), preferences_url: signer.links(subject).preferences };
  }

  /**
   * The person confirms: their own yes, which lifts their own no. A link works once; who unsubscribes afterwards is not
   * signed up again by it.
   * @returns whether it was open
   */
  async confirm(token: string, ip: string): Promise<boolean> {
    const subject = (await this.tokens.signer()).read('confirm', token);
    if (!subject) return false;
    const done = await this.database.tx(async (tx) => {
      const open = await tx.rows<SignUpRow>(
        `update cortex.sign_ups set confirmed_at = cortex.now(), confirmed_ip = $2
         where message_id = $1 and confirmed_at is null and created_at > cortex.now() - make_interval(days => $3)
         returning ${columns}`,
        [subject.message_id, ip, confirmDays],
      );
      if (open.length === 0) return false;
      const person = await tx.row<{ person_id: string; address: string }>(
        `select p.person_id, p.address from cortex.people p
         where p.person_id = coalesce((select m.into_person_id from cortex.person_merges m where m.person_id = $1), $1)`,
        [subject.person_id],
      );
      if (!person) return false;
      await subscribe(tx, person, open, 'person');
      return true;
    });
    if (done) await this.database.run("select pg_notify('cortex_inbox', '')");
    return done;
  }

  /** @returns how many sign-ups were worked off, forgotten, and lost the network address that they came from */
  async tidy(): Promise<{ handled: number; forgotten: number; cleared: number }> {
    const left = await this.database.rows<{ id: string }>(
      `select id from cortex.sign_ups where handled_at is null and created_at < cortex.now() - interval '1 minute'
       order by created_at limit $1`,
      [perRound],
    );
    for (const { id } of left) await this.handle(id);
    let forgotten = 0;
    for (let more = perRound; more === perRound; forgotten += more) more = await this.database.tx(forgetUnconfirmed);
    let cleared = 0;
    for (let more = perRound; more === perRound; cleared += more) more = await this.database.tx(clearAddresses);
    return { handled: left.length, forgotten, cleared };
  }

  private async handle(id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const row = await tx.row<SignUpRow>(
        `select ${columns} from cortex.sign_ups where id = $1 and handled_at is null for update skip locked`,
        [id],
      );
      if (!row) return;
      // One confirmation for an address a day, also when two sign-ups come at the same moment.
      await tx.rows('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`sign-up of ${row.address}`]);
      const { lead_id, person } = await knownPerson(tx, row);
      const asks = row.double_opt_in || person.consent_status === 'unsubscribed';
      const message_id = asks ? await askToConfirm(tx, row, person) : null;
      if (!asks) await subscribe(tx, person, [row], 'system');
      await tx.run(
        `update cortex.sign_ups set handled_at = cortex.now(), person_id = $2, message_id = $3, lead_id = $4,
           confirmed_at = case when $5 then cortex.now() end where id = $1`,
        [id, person.person_id, message_id, lead_id, !asks],
      );
    });
  }
}

const columns =
  'id, form_id, form_name, address, first_name, topic_ids, consent_text, double_opt_in, language, message_id, person_id';

/** The person of the address, who becomes a lead where nobody knows them. */
async function knownPerson(tx: Tx, row: SignUpRow): Promise<{ person: Person; lead_id: string | null }> {
  const person = (await findOrCreatePeople(tx, [row.address])).get(row.address)!;
  if (person.type !== null) return { person, lead_id: null };
  // Like whoever an activity made known: no checkout was begun, so that nothing follows them up as if.
  const lead = await tx.row<{ id: string }>(
    "insert into public.purchase_leads (email, first_name, source) values ($1, $2, 'activity') returning id",
    [row.address, row.first_name],
  );
  return { person, lead_id: lead!.id };
}

/**
 * Asks by mail, once a day for an address. Nobody's no is touched: who never answered waits for the confirmation, and
 * who called our mail spam is not written to.
 * @returns the mail that asks, an earlier one of this day included; null: none
 */
async function askToConfirm(tx: Tx, row: SignUpRow, person: Person): Promise<string | null> {
  if (person.consent_status === 'unknown') {
    await setConsent(
      tx,
      person.person_id,
      { status: 'pending', source: sourceOf(row), text: row.consent_text },
      'system',
    );
  }
  const stands = await tx.row<{ message_id: string | null; complained: boolean; language: string | null }>(
    `select (select s.message_id from cortex.sign_ups s
         where s.address = $1 and s.message_id is not null and s.confirmed_at is null
           and s.created_at > cortex.now() - interval '1 day'
         order by s.created_at desc limit 1) as message_id,
       exists (select from cortex.suppressions x where x.address = $1 and x.reason = 'spam_complaint') as complained,
       (select p.language from cortex.people p where p.person_id = $2) as language`,
    [row.address, person.person_id],
  );
  if (stands!.complained) return null;
  if (stands!.message_id) return stands!.message_id;
  const topics = await tx.rows<{ name: string }>(
    'select name from cortex.topics where id = any($1::uuid[]) order by position, name, id',
    [row.topic_ids],
  );
  const { message_id } = await queueMail(tx, {
    person_id: person.person_id,
    stream: 'transactional',
    content: confirmationMail(wordsFor(stands!.language ?? row.language, undefined), confirmDays),
    data: {
      // Nothing that a stranger wrote: the address may be somebody else's.
      contact: {},
      activity: { metadata: { consent_text: row.consent_text, topics: topics.map(({ name }) => name).join(', ') } },
      confirm: true,
    },
    dedupe_key: `sign-up ${row.id}`,
  });
  return message_id;
}

/** Writes down a yes with its words, the topics it is about, and that a pause is over. */
async function subscribe(
  tx: Tx,
  person: { person_id: string; address: string },
  signUps: readonly SignUpRow[],
  by: 'person' | 'system',
): Promise<void> {
  const newest = signUps.at(-1)!;
  const source = sourceOf(newest);
  if (by === 'person') await liftForPerson(tx, person.address, 'broadcast');
  const consent = { status: 'subscribed' as const, source, text: newest.consent_text };
  const changed = await setConsent(tx, person.person_id, consent, by);
  const topics = [...new Set(signUps.flatMap(({ topic_ids }) => topic_ids))];
  await chooseTopics(
    tx,
    person.person_id,
    topics.map((topic_id) => ({ topic_id, wanted: true })),
    { by, source },
  );
  if (by === 'person') await pauseMail(tx, person.person_id, null, { by, source });
  if (!changed) return;
  const metadata = { source, form_id: newest.form_id };
  await appendActivities(tx, [{ type: 'email.subscribed', personId: person.person_id, source: 'email', metadata }]);
}

const sourceOf = ({ form_name }: Pick<SignUpRow, 'form_name'>): string => `form ${form_name}`;

/** Sign-ups that were never confirmed go, and with them the lead that only one of them had made. */
async function forgetUnconfirmed(tx: Tx): Promise<number> {
  const old = await tx.rows<{ id: string; lead_id: string | null; person_id: string | null }>(
    `delete from cortex.sign_ups where id = any(array(
       select s.id from cortex.sign_ups s
       where s.confirmed_at is null and s.created_at < cortex.now() - make_interval(days => $1)
       order by s.created_at limit $2 for update skip locked))
     returning id, lead_id, person_id`,
    [unconfirmedDays, perRound],
  );
  const leads = old.flatMap(({ lead_id }) => lead_id ?? []);
  if (leads.length > 0) {
    await tx.run(
      `delete from public.purchase_leads l using cortex.people p
       where l.id = any($1::uuid[]) and l.source = 'activity' and p.address = cortex.address(l.email)
         and p.type = 'lead' and p.consent_status = 'pending'
         and not exists (select from cortex.sign_ups s where s.address = p.address)
         and not exists (select from public.crm_activities a where a.person_id = p.person_id
           and a.type not in ('lead.created', 'contact.updated') and a.type not like 'email.%')
         and not exists (select from cortex.automation_runs r where r.person_id = p.person_id)`,
      [leads],
    );
  }
  return old.length;
}

/** Old sign-ups no longer say from where they came. */
const clearAddresses = (tx: Tx): Promise<number> =>
  tx.run(
    `update cortex.sign_ups set ip = null, network = null, confirmed_ip = null where id = any(array(
       select s.id from cortex.sign_ups s
       where s.ip is not null and s.created_at < cortex.now() - make_interval(years => $1)
       order by s.created_at limit $2 for update skip locked))`,
    [addressYears, perRound],
  );

/** The address in its one form; undefined when it is none that mail can go to. */
export const signUpAddress = (given: string): string | undefined => {
  const parsed = z.email().max(254).safeParse(given.trim());
  return parsed.success ? addressOf(parsed.data) : undefined;
};
