import { peopleOf, setConsent } from '#directory';
import { EngineVersions, MatchLoop, Monitors, WakeLoop } from '#engine';
import { newId, type Config, type Database, type Log } from '#platform';
import { eachPersonal } from '#rules';
import { SampleMail } from '#send';
import type { MovedClock } from './moved-clock.js';
import { habitsAt, sampleDays, sampleNewcomers, type Habits, type Newcomer } from './newcomers.js';
import { insertMarked, insertPeople } from './rows.js';
import { sampleCourses, samplePeople, type SamplePerson } from './sample.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Milliseconds after a checkout was left at which the monitor's tick finds it. */
const FOUND_AFTER = 34 * MINUTE;
/** Between two of a group who come to the checkout. */
const APART = 2 * MINUTE;

const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile';
const DESKTOP = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0';

interface Lead {
  id: string;
  person: SamplePerson;
  habits: Habits;
  /** Mails that came so far. */
  mails: number;
}

type Event = Parameters<SampleMail['report']>[0][number];

export interface WeeksParts {
  /** The database inside the transaction whose clock is moved. */
  database: Database;
  clock: MovedClock;
  config: Config;
  log: Log;
  /** The real instant. */
  now: Date;
}

/**
 * The sample's last three weeks: who comes, leaves a checkout, reads, follows a link and enrolls. Only that is made up.
 * What comes of it is the engine's own doing: it is asked to look, match and wake whenever something would have been due.
 */
export class Weeks {
  private readonly mail: SampleMail;
  private readonly matcher: MatchLoop;
  private readonly waker: WakeLoop;
  private readonly monitors: Monitors;
  private readonly leads = new Map<string, Lead>();
  /** What is to be done, by its instant in epoch milliseconds. */
  private readonly ahead = new Map<number, (() => Promise<void>)[]>();
  private readonly known = new Set<number>();
  /** What is still to be reported about mails, each as of its own instant. */
  private reports: { at: number; event: Event }[] = [];
  private courses: string[] = [];
  private at = 0;

  constructor(private readonly parts: WeeksParts) {
    const { database, config, log } = parts;
    const versions = new EngineVersions();
    const refused = [...sampleNewcomers.entries()].flatMap(([at, { person }]): [string, string][] =>
      habitsAt(at).mailbox === 'refused' ? [[person.email, 'The mailbox of this address does not exist.']] : [],
    );
    this.mail = new SampleMail(database, config, new Map(refused));
    this.matcher = new MatchLoop(database, versions, log);
    this.waker = new WakeLoop(database, versions, log);
    this.monitors = new Monitors(database, versions, log);
  }

  /** @param publish publishes the sample's automations, as of the first day */
  async live(publish: () => Promise<void>): Promise<void> {
    const { now } = this.parts;
    // What was recorded before the first start is over: it begins nothing.
    await this.match();
    await this.prepare();
    await this.go(now.getTime() - sampleDays * DAY);
    await publish();
    while (this.ahead.size > 0) {
      const next = Math.min(...this.ahead.keys());
      if (next > now.getTime()) break;
      const acts = this.ahead.get(next)!;
      this.ahead.delete(next);
      await this.go(next);
      for (const act of acts) await act();
    }
    await this.go(now.getTime());
    await this.settle();
  }

  private async go(at: number): Promise<void> {
    this.at = at;
    await this.parts.clock.set(new Date(at));
    const due = this.reports.filter((report) => report.at <= at).sort((a, b) => a.at - b.at);
    if (due.length === 0) return;
    this.reports = this.reports.filter((report) => report.at > at);
    await this.mail.report(due.map(({ event }) => event));
  }

  private plan(at: number, act: () => Promise<void>): void {
    this.ahead.set(at, [...(this.ahead.get(at) ?? []), act]);
  }

  private async prepare(): Promise<void> {
    const { database, now } = this.parts;
    const courses = await database.rows<{ id: string; title: string }>(
      `select id, title from public.courses where id in (select id from cortex.demo_rows where kind = 'course')`,
    );
    this.courses = sampleCourses.map(({ title }) => courses.find((course) => course.title === title)!.id);
    const early = await database.rows<{ id: string; email: string; created_at: Date }>(
      `select id, email::text as email, created_at from public.purchase_leads
       where id in (select id from cortex.demo_rows where kind = 'lead') order by email`,
    );
    early.forEach(({ id, email, created_at }, at) => {
      const person = samplePeople.find((one) => one.email === email)!;
      this.leads.set(email, { id, person, habits: habitsAt(sampleNewcomers.length + at), mails: 0 });
      this.plan(created_at.getTime() + FOUND_AFTER, () => this.look());
    });
    const today = Math.floor(now.getTime() / DAY) * DAY;
    const groups = new Map<number, [at: number, newcomer: Newcomer][]>();
    sampleNewcomers.forEach((one, at) => {
      const comes = Math.round(today - one.day * DAY + one.hour * HOUR);
      groups.set(comes, [...(groups.get(comes) ?? []), [at, one]]);
    });
    for (const [comes, group] of groups) {
      this.plan(comes, () => this.arrive(group));
      this.plan(comes + FOUND_AFTER, () => this.look());
    }
  }

  private async arrive(group: readonly [at: number, newcomer: Newcomer][]): Promise<void> {
    const rows = group.map(([, { person }], nth) => {
      const { email, tags, courses, since: _since, kind: _kind, ...rest } = person;
      const at = new Date(this.at - nth * APART).toISOString();
      return {
        id: newId(),
        ...{ email, tags, attributes: {}, source: 'demo', ...eachPersonal((id) => rest[id]) },
        ...{ course_id: this.courses[courses[0]!]!, created_at: at, updated_at: at },
      };
    });
    const events = group.flatMap(([, { person }], nth) => {
      const course = sampleCourses[person.courses[0]!]!;
      const at = this.at - nth * APART;
      return [
        { type: 'page_view', metadata: { path: '/pricing' }, at: at - 6 * MINUTE },
        {
          type: 'checkout.abandoned',
          metadata: { course_title: course.title, amount: course.price_minor / 100 },
          at,
        },
      ].map(({ type, metadata, at: happened }) => {
        const occurred_at = new Date(happened).toISOString();
        return {
          id: newId(),
          contact_email: person.email,
          type,
          metadata,
          source: 'demo',
          occurred_at,
          received_at: occurred_at,
        };
      });
    });
    await this.parts.database.tx(async (tx) => {
      await insertPeople(
        tx,
        rows.map(({ email }) => email),
      );
      await insertMarked(tx, 'public.purchase_leads', 'lead', rows);
    });
    await this.parts.database.tx((tx) => insertMarked(tx, 'public.crm_activities', 'activity', events));
    group.forEach(([at, { person }], nth) => {
      const lead: Lead = { id: rows[nth]!.id, person, habits: habitsAt(at), mails: 0 };
      this.leads.set(person.email, lead);
      if (lead.habits.buysAfter === 0) this.plan(this.at + 12 * MINUTE, () => this.buy(lead));
    });
    for (const [at, { person }] of group) if (habitsAt(at).saidNo) await this.sayNo(person.email);
  }

  private async sayNo(email: string): Promise<void> {
    await this.parts.database.tx(async (tx) => {
      const found = (await peopleOf(tx, [email])).get(email);
      if (found) await setConsent(tx, found.person_id, { status: 'unsubscribed', source: 'demo' }, 'person');
    });
  }

  /** The monitor's tick, and what comes of it. */
  private async look(): Promise<void> {
    await this.monitors.tick();
    await this.settle();
  }

  private async buy({ id: lead_id, person }: Lead): Promise<void> {
    const at = new Date(this.at).toISOString();
    const { email, tags, courses } = person;
    const course = courses[0]!;
    const [profile_id, transaction_id] = [newId(), newId()];
    const dates = { created_at: at, updated_at: at };
    const personal = eachPersonal((field) => person[field]);
    const kept = tags.filter((tag) => tag !== 'abandoned');
    const { price_minor: amount_minor } = sampleCourses[course]!;
    await this.parts.database.tx(async (tx) => {
      await insertMarked(tx, 'public.unified_profiles', 'profile', [
        { id: profile_id, email, tags: kept, attributes: {}, ...personal, ...dates },
      ]);
      await insertMarked(tx, 'public.transactions', 'transaction', [
        {
          ...{ id: transaction_id, profile_id, amount_minor, refunded_minor: 0, currency: 'EUR', status: 'paid' },
          ...{ occurred_at: at, created_at: at },
        },
      ]);
      await insertMarked(tx, 'public.enrollments', 'enrollment', [
        {
          ...{ id: newId(), profile_id, course_id: this.courses[course]!, lead_id, transaction_id, status: 'active' },
          ...dates,
        },
      ]);
    });
    await this.settle();
  }

  private async match(): Promise<void> {
    const { database } = this.parts;
    // A claim that finds nothing costs more than this look.
    while (await database.row('select from cortex.activity_inbox limit 1')) if (!(await this.matcher.once())) return;
  }

  /** Lets the engine do all that can be done now, sends what it wrote, and plans what will come of that. */
  private async settle(): Promise<void> {
    do await this.match();
    while (await this.waker.once());
    const sent = await this.mail.send();
    if (sent.length > 0) this.follow(sent);
    // To the full minute, so that those who came together go on together.
    const due = await this.parts.database.rows<{ at: Date }>(
      `select distinct date_trunc('minute', wake_at) + interval '1 minute' as at from cortex.automation_runs
       where wake_at > cortex.now() and status in ('active', 'waiting')`,
    );
    for (const at of due.map((row) => row.at.getTime())) {
      if (this.known.has(at)) continue;
      this.known.add(at);
      this.plan(at, () => this.settle());
    }
  }

  private follow(sent: Awaited<ReturnType<SampleMail['send']>>): void {
    for (const [nth, { id: message_id, address }] of sent.entries()) {
      const lead = this.leads.get(address);
      if (!lead) continue;
      lead.mails += 1;
      const { habits, mails } = lead;
      const instant = new Date(this.at + (5 + 4 * nth) * 1000).toISOString();
      if (habits.mailbox === 'bounces') {
        const event = { RecordType: 'Bounce', Type: 'HardBounce', Inactive: true, BouncedAt: instant };
        this.tell(instant, { message_id, event });
        continue;
      }
      this.tell(instant, { message_id, event: { RecordType: 'Delivery', DeliveredAt: instant } });
      this.read(message_id, lead);
      if (habits.leaves && mails === 2) {
        const left = new Date(this.at + 5 * HOUR).toISOString();
        const event = { RecordType: 'SubscriptionChange', Origin: 'Recipient', SuppressSending: true, ChangedAt: left };
        this.tell(left, { message_id, event });
      }
      if (habits.buysAfter === mails) {
        this.plan(this.at + (habits.clicks ?? 1) * HOUR + 25 * MINUTE, () => this.buy(lead));
      }
    }
  }

  /** Whoever does not open the first mail does not open the next either; a second one is followed by fewer. */
  private read(message_id: string, { habits, mails, person }: Lead): void {
    if (habits.opens === undefined) return;
    const on = { UserAgent: person.email.length % 3 === 0 ? DESKTOP : PHONE };
    const opens = new Date(this.at + habits.opens * HOUR).toISOString();
    this.tell(opens, { message_id, event: { RecordType: 'Open', ...on, ReceivedAt: opens } });
    if (habits.clicks === undefined || (mails > 1 && habits.buysAfter !== mails)) return;
    const clicks = new Date(this.at + habits.opens * HOUR + 2 * MINUTE).toISOString();
    const link = { OriginalLink: 'https://example.com/courses' };
    this.tell(clicks, { message_id, event: { RecordType: 'Click', ...on, ...link, ReceivedAt: clicks } });
  }

  /** Reports come in before whatever happens next, several at once. */
  private tell(instant: string, event: Event): void {
    this.reports.push({ at: Date.parse(instant), event });
  }
}
