import { expect } from '@jest/globals';
import type { Database } from '#platform';
import { DIRECTORY_DIFFERENCES } from '#testing';
import type pg from 'pg';
import { setConsent } from '../consent/consent.js';
import { chooseTopics } from '../consent/topic-choices.js';

/** What one transaction of a shop does. */
export interface Plan {
  ops: Op[];
  isolation: 'read committed' | 'repeatable read';
  end: 'commit' | 'rollback';
}
type Op =
  | { do: 'profile' | 'lead' | 'act'; at: string }
  | { do: 'move profile' | 'move lead'; nth: number; at: string | null }
  | { do: 'delete profile' | 'delete lead' | 'pay'; nth: number }
  | { do: 'swap'; nth: number };

export type Random = () => number;
/** Mulberry32: the same sequence for a seed on any machine. */
export const randomFrom =
  (seed: number): Random =>
  () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
const pick = <T>(random: Random, of: readonly T[]): T => of[Math.floor(random() * of.length)]!;

/** Few, so that people meet all the time; two are twins by spaces and case. */
const EMAILS = ['a@x.de', 'b@x.de', 'c@x.de', 'd@x.de', 'e@x.de', ' E@x.de'];

interface State {
  differences: unknown[];
  errors: unknown[];
  pending: number;
  people: { person_id: string; address: string; id: string | null; type: string | null; status: string }[];
  off: string[];
  merges: { gone: string; stays: string }[];
  profiles: { id: string; address: string | null }[];
  leads: { id: string; address: string | null }[];
  shown: { id: string }[];
  things: { kind: string; id: string; person_id: string }[];
}

const STATE = `select
  (select coalesce(jsonb_agg(d), '[]') from (${DIRECTORY_DIFFERENCES}) d) as differences,
  (select coalesce(jsonb_agg(e), '[]') from cortex.trigger_errors e where e.sqlstate not in ('55P03', '40P01', 'CX001')) as errors,
  (select count(*)::int from cortex.pending) as pending,
  (select coalesce(jsonb_agg(jsonb_build_object('person_id', person_id, 'address', address, 'id', id, 'type', type,
    'status', consent_status)), '[]') from cortex.people) as people,
  (select coalesce(jsonb_agg(c.person_id), '[]') from cortex.topic_choices c where not c.wanted) as off,
  (select coalesce(jsonb_agg(jsonb_build_object('gone', person_id, 'stays', into_person_id)), '[]') from cortex.person_merges) as merges,
  (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'address', cortex.address(email))), '[]') from public.unified_profiles) as profiles,
  (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'address', cortex.address(email))), '[]') from public.purchase_leads) as leads,
  (select coalesce(jsonb_agg(jsonb_build_object('id', id)), '[]') from public.view_directory_contacts) as shown,
  (select coalesce(jsonb_agg(t), '[]') from (
    select 'activity' as kind, id, person_id from public.crm_activities
    union all select 'inbox', activity_id, person_id from cortex.activity_inbox
    union all select 'run', id, person_id from cortex.automation_runs
    union all select 'member', smart_list_id, person_id from cortex.list_members) t) as things`;

/** What was seen of one activity, run or membership: whose it was, and as which customers they were known by then. */
interface Seen {
  kind: string;
  id: string;
  person: string;
  profiles: Set<string>;
}
interface Answer {
  person: string;
  profile: string | null;
  no: boolean;
}

/**
 * A directory to which random things happen, and what must hold whatever they were. It knows nothing of how people are
 * followed: only who was seen as whom.
 */
export class IdentityWorld {
  steps = 0;
  merges = 0;
  private seen = new Map<string, Seen>();
  private answers: Answer[] = [];
  /** Customers of whom it can no longer be said who they are: they shared an address with another, or had none. */
  private unclear = new Set<string>();
  /** Leads that a customer left behind, with the address they had then. */
  private left = new Map<string, { address: string; by: string }>();
  /** Leads of which it cannot be said whose they are: their own address changed, or a customer who is not clear left them. */
  private restless = new Set<string>();
  private before: State | undefined;

  private constructor(
    private readonly database: Database,
    private readonly sessions: readonly pg.Client[],
    private readonly checker: pg.Client,
    private readonly versions: readonly { automation_id: string; version_id: string }[],
    private readonly lists: readonly string[],
    private readonly topic: string,
  ) {}

  static async make(database: Database, sessions: readonly pg.Client[], checker: pg.Client): Promise<IdentityWorld> {
    const versions = await database.rows<{ automation_id: string; version_id: string }>(
      `with a as (insert into cortex.automations (name, draft_graph) values ('one', '{}'), ('two', '{}') returning id)
       insert into cortex.automation_versions (automation_id, number, graph, settings)
       select id, 1, '{}', '{}' from a returning automation_id, id as version_id`,
    );
    const lists = await database.rows<{ id: string }>(
      "insert into public.crm_smart_lists (name, kind) values ('one', 'static'), ('two', 'static') returning id",
    );
    const [topic] = await database.rows<{ id: string }>("insert into cortex.topics (name) values ('one') returning id");
    return new IdentityWorld(
      database,
      sessions,
      checker,
      versions,
      lists.map(({ id }) => id),
      topic!.id,
    );
  }

  /** Nobody is there and nothing was seen. */
  async reset(): Promise<void> {
    const emptied = TABLES.map((table) => `delete from ${table}`).join('; ');
    await this.checker.query(`begin; set local session_replication_role = 'replica'; ${emptied}; commit`);
    this.seen = new Map();
    this.answers = [];
    this.unclear = new Set();
    this.left = new Map();
    this.restless = new Set();
    this.before = undefined;
  }

  /** @param together without what only a look after each transaction could follow: sharing an address, having none */
  plan(random: Random, together: boolean): Plan {
    const op = (): Op => {
      const at = pick(random, together ? EMAILS.slice(0, -1) : EMAILS);
      const nth = Math.floor(random() * 6);
      const kind = random();
      if (kind < 0.12) return { do: 'profile', at };
      if (kind < 0.26) return { do: 'lead', at };
      if (kind < 0.52) return { do: 'move profile', nth, at: random() < 0.05 && !together ? null : at };
      if (kind < 0.62) return { do: 'move lead', nth, at };
      if (kind < 0.72) return { do: 'swap', nth };
      if (kind < 0.76) return { do: 'delete profile', nth };
      if (kind < 0.79) return { do: 'delete lead', nth };
      if (kind < 0.84) return { do: 'pay', nth };
      return { do: 'act', at };
    };
    return {
      ops: Array.from({ length: 1 + Math.floor(random() * 6) }, op),
      isolation: random() < 0.1 ? 'repeatable read' : 'read committed',
      end: random() < 0.08 ? 'rollback' : 'commit',
    };
  }

  /** Plays the transactions at the same moment; before them somebody answers, enters an automation, joins a list. */
  async play(plans: readonly Plan[], random: Random): Promise<void> {
    const people = this.before?.people ?? [];
    const somebody = people.length > 0 ? pick(random, people) : undefined;
    const others: Promise<unknown>[] = [];
    if (somebody && random() < 0.7) {
      const no = random() < 0.6;
      this.answers.push({ person: somebody.person_id, profile: customer(somebody), no });
      others.push(
        this.database.tx(async (tx) => {
          await setConsent(tx, somebody.person_id, no ? 'unsubscribed' : 'subscribed', 'person');
          const said = { by: 'person', source: 'preferences' } as const;
          await chooseTopics(tx, somebody.person_id, [{ topic_id: this.topic, wanted: !no }], said);
        }),
      );
    }
    const another = people.length > 0 ? pick(random, people) : undefined;
    if (another && random() < 0.2)
      others.push(this.database.tx((tx) => setConsent(tx, another.person_id, 'subscribed', 'import')));
    // One after the other: they do not use `setConsent`, which finds out who was merged meanwhile.
    if (another) await this.enter(another.person_id, random);
    this.steps += others.length;
    await Promise.all([...others, ...plans.map((plan, at) => this.transaction(this.sessions[at]!, plan))]);
  }

  private async enter(person: string, random: Random): Promise<void> {
    this.steps++;
    const { automation_id, version_id } = pick(random, this.versions);
    if (random() < 0.5) {
      await this.database.run(
        `insert into cortex.automation_runs (automation_id, version_id, version, person_id, entry_key, status)
         values ($1, $2, 1, $3, $4, $5) on conflict do nothing`,
        [automation_id, version_id, person, pick(random, ['once', 'cart']), pick(random, ['waiting', 'completed'])],
      );
    } else {
      await this.database.run(
        'insert into cortex.list_members (smart_list_id, person_id) values ($1, $2) on conflict do nothing',
        [pick(random, this.lists), person],
      );
    }
  }

  private async transaction(client: pg.Client, plan: Plan): Promise<void> {
    await client.query(`begin isolation level ${plan.isolation}`);
    try {
      for (const op of plan.ops) {
        this.steps++;
        await this.act(client, op);
      }
      await client.query(plan.end);
    } catch (error) {
      await client.query('rollback');
      if (!OF_THE_WRITERS.has((error as pg.DatabaseError).code ?? '')) throw error;
    }
  }

  private async act(client: pg.Client, op: Op): Promise<void> {
    const nth = (table: string) => `(select id from ${table} order by id offset $1 limit 1)`;
    const free = 'not exists (select from unified_profiles x where x.email = $2)';
    if (op.do === 'profile')
      await client.query('insert into unified_profiles (email) values ($1) on conflict do nothing', [op.at]);
    else if (op.do === 'lead') await client.query('insert into purchase_leads (email) values ($1)', [op.at]);
    else if (op.do === 'act')
      await client.query("insert into crm_activities (contact_email, type) values ($1, 'page_view')", [op.at]);
    else if (op.do === 'move profile')
      await client.query(
        `update unified_profiles set email = $2::citext where id = ${nth('unified_profiles')} and ${free}`,
        [op.nth, op.at],
      );
    else if (op.do === 'move lead')
      await client.query(`update purchase_leads set email = $2 where id = ${nth('purchase_leads')}`, [op.nth, op.at]);
    else if (op.do === 'delete profile')
      await client.query(`delete from unified_profiles where id = ${nth('unified_profiles')}`, [op.nth]);
    else if (op.do === 'delete lead')
      await client.query(`delete from purchase_leads where id = ${nth('purchase_leads')}`, [op.nth]);
    else if (op.do === 'pay')
      await client.query(
        `insert into transactions (profile_id, amount_minor, currency) select id, 100, 'EUR' from unified_profiles order by id offset $1 limit 1`,
        [op.nth],
      );
    else if (op.do === 'swap') {
      const { rows } = await client.query<{ id: string; email: string | null }>(
        'select id, email from unified_profiles order by id offset $1 limit 2 for update',
        [op.nth],
      );
      const [one, other] = rows;
      if (!one?.email || !other?.email) return;
      await client.query("update unified_profiles set email = 'swap@x.de' where id = $1", [one.id]);
      await client.query('update unified_profiles set email = $2 where id = $1', [other.id, one.email]);
      await client.query('update unified_profiles set email = $2 where id = $1', [one.id, other.email]);
    }
  }

  /** What holds whatever happened. @param together several transactions ran at the same moment */
  async check(together: boolean): Promise<void> {
    if (together) {
      // A minute and an hour later.
      await this.checker.query(
        "update cortex.person_merges set merged_at = merged_at - interval '2 hours' where followed < 2",
      );
      await this.checker.query('select cortex.follow_merges(1000)');
    }
    let now = await this.look();
    // The view is right also while something waits to be repaired.
    for (let round = 0; round < 5 && now.pending > 0; round++) {
      await this.checker.query('select cortex.repair_pending(100)');
      now = await this.look();
    }
    expect(now.pending).toBe(0);
    this.merges += now.merges.length - (this.before?.merges.length ?? 0);
    const into = new Map(now.merges.map(({ gone, stays }) => [gone, stays]));
    const people = new Map(now.people.map((person) => [person.person_id, person]));
    const stillOf = (person: string): string => into.get(person) ?? person;

    this.noteUnclear(now);
    if (!together) this.checkMoves(now);
    this.checkThings(now, stillOf, people);
    this.checkAnswers(now, stillOf);
    this.before = now;
  }

  private async look(): Promise<State> {
    const state = (await this.checker.query<State>({ name: 'state', text: STATE })).rows[0]!;
    expect([state.differences, state.errors]).toEqual([[], []]);
    return state;
  }

  private noteUnclear(now: State): void {
    const at = new Map<string, string[]>();
    for (const { id, address } of now.profiles) {
      if (address === null) this.unclear.add(id);
      else at.set(address, [...(at.get(address) ?? []), id]);
    }
    for (const ids of at.values()) if (ids.length > 1) for (const id of ids) this.unclear.add(id);
  }

  /** Nothing is lost, nothing goes to somebody else, and what was a customer's stays that customer's. */
  private checkThings(now: State, stillOf: (person: string) => string, people: Map<string, State['people'][0]>): void {
    const customers = new Map(
      now.people.flatMap((person) => (customer(person) ? [[person.id!, person.person_id]] : [])),
    );
    const found = new Map(now.things.map((thing) => [key(thing), thing.person_id]));
    const inbox = now.things.filter(({ kind }) => kind === 'inbox');
    const activities = now.things.filter(({ kind }) => kind === 'activity');
    expect(inbox.map(({ id }) => id).sort()).toEqual(activities.map(({ id }) => id).sort());
    for (const thing of now.things) {
      if (!people.has(thing.person_id)) throw new Error(`${key(thing)} belongs to nobody`);
      const known = this.seen.get(key(thing));
      if (!known) this.seen.set(key(thing), { ...thing, person: thing.person_id, profiles: new Set() });
    }
    for (const [name, known] of this.seen) {
      const person = stillOf(known.person);
      const name_now = known.kind === 'member' ? key({ ...known, person_id: person }) : name;
      const holder = found.get(name_now);
      if (holder === undefined) throw new Error(`${name} of ${known.person} is lost`);
      if (holder !== person) throw new Error(`${name} of ${person} went to ${holder}`);
      for (const profile of known.profiles) {
        const owner = customers.get(profile);
        if (owner !== undefined && owner !== holder && !this.unclear.has(profile))
          throw new Error(`${name} was customer ${profile}'s (now ${owner}) and is ${holder}'s`);
      }
      const as = customer(people.get(holder)!);
      if (as) known.profiles.add(as);
    }
  }

  /** Nobody whose newest own answer is no, to all and to a topic, can be mailed. */
  private checkAnswers(now: State, stillOf: (person: string) => string): void {
    for (const person of now.people) {
      const newest = this.answers.findLast(
        ({ person: asked, profile }) =>
          stillOf(asked) === person.person_id ||
          (profile !== null && profile === person.id && !this.unclear.has(profile)),
      );
      if (newest?.no && (person.status !== 'unsubscribed' || !now.off.includes(person.person_id)))
        throw new Error(`${person.person_id} at ${person.address} said no and is ${person.status}, or has the topic`);
    }
  }

  /** People are merged only when they meet, and leads that a customer left behind do not come back. */
  private checkMoves(now: State): void {
    const before = this.before;
    const home = new Map([...now.profiles, ...now.leads].map(({ id, address }) => [id, address]));
    const known = new Set(before?.merges.map(({ gone }) => gone));
    for (const { gone, stays } of now.merges) {
      const was = before?.people.find(({ person_id }) => person_id === gone);
      const is = now.people.find(({ person_id }) => person_id === stays);
      // Somebody without a row is found by who they were.
      if (known.has(gone) || !was || !is || was.id === null) continue;
      const met = was.address === is.address || (was.id !== null && home.get(was.id) === is.address);
      if (!met) throw new Error(`${gone} of ${was.address} was merged into ${stays} of ${is.address}`);
    }
    for (const { id, address } of before?.profiles ?? []) {
      const was = before!.people.find((person) => customer(person) === id);
      if (address === null || !home.has(id) || home.get(id) === address) continue;
      if (!was || this.unclear.has(id)) {
        for (const lead of before!.leads) if (lead.address === address) this.restless.add(lead.id);
        continue;
      }
      for (const lead of before!.leads)
        if (
          lead.address === address &&
          home.get(lead.id) === address &&
          !this.left.has(lead.id) &&
          !this.restless.has(lead.id)
        )
          this.left.set(lead.id, { address, by: id });
    }
    const shown = new Set(now.shown.map(({ id }) => id));
    for (const [lead, { address, by }] of this.left) {
      if (home.get(lead) !== address) this.restless.add(lead);
      if (this.restless.has(lead) || home.get(by) === address) this.left.delete(lead);
      else if (shown.has(lead)) throw new Error(`lead ${lead} came back at ${address}`);
    }
  }
}

const customer = (person: State['people'][0]): string | null => (person.type === 'customer' ? person.id : null);
const key = ({ kind, id, person_id }: { kind: string; id: string; person_id: string }): string =>
  kind === 'member' ? `${kind} ${id} ${person_id}` : `${kind} ${id}`;

const TABLES = [
  'public.crm_activities',
  'cortex.activity_inbox',
  'cortex.automation_runs',
  'cortex.list_members',
  'cortex.former_ids',
  'cortex.person_merges',
  'cortex.lead_owners',
  'cortex.people',
  'cortex.topic_choices',
  'public.transactions',
  'public.purchase_leads',
  'public.unified_profiles',
  'cortex.pending',
  'cortex.trigger_errors',
];

/** What writers may meet among each other. */
const OF_THE_WRITERS = new Set(['23503', '23505', '40001', '40P01']);
