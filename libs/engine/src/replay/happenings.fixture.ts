import { systemActor, type Database } from '#platform';
import { ListMembers } from '#smart-lists';
import type { Pipeline } from '#testing';
import { doings, oneOf, type Dice, type Known } from './random-drawing.fixture.js';

/** Everything that may happen to somebody from outside. */
interface Kinds {
  activity: { type: string; metadata: Record<string, unknown> };
  tags: { gone: string; come: string };
  attribute: { stage: string };
  checkout: { group: string; course: string };
  enrollment: { group: string; course: string };
  list: { list: string; action: 'add' | 'remove' };
  payment: object;
}
type Kind = keyof Kinds;
type Of<K extends Kind> = { what: K; email: string } & Kinds[K];
export type Happening = { [K in Kind]: Of<K> }[Kind];

export function randomHappening(roll: Dice, { group, list, course }: Known, email: string): Happening {
  const what = roll();
  if (what < 0.55) {
    const metadata = {
      g: group,
      n: Math.floor(roll() * 3),
      ...(roll() < 0.7 ? { cart: oneOf(roll, 'x', 'y') } : {}),
    };
    return { what: 'activity', email, type: oneOf(roll, ...doings), metadata };
  }
  if (what < 0.65) return { what: 'tags', email, gone: oneOf(roll, 'warm', 'cold'), come: oneOf(roll, 'warm', 'cold') };
  if (what < 0.72) return { what: 'attribute', email, stage: oneOf(roll, 's1', 's2') };
  if (what < 0.8) return { what: 'checkout', email, group, course };
  if (what < 0.87) return { what: 'enrollment', email, group, course };
  if (what < 0.94) return { what: 'list', email, list, action: roll() < 0.6 ? 'add' : 'remove' };
  return { what: 'payment', email };
}

/** The rows that the statements below are about. */
const given = (columns: string): string => `jsonb_to_recordset($1::jsonb) g(${columns})`;
const NEWEST_LEAD = `(select id from public.purchase_leads n where cortex.address(n.email) collate "C" = g.email
  order by n.created_at desc, n.id desc limit 1)`;

/** $1: the happenings, as JSON. Those of a kind are one transaction, for everybody to whom it happens. */
const statements: Record<Exclude<Kind, 'activity' | 'list'>, string[]> = {
  tags: [
    `update public.purchase_leads l set tags = array_append(array_remove(l.tags, g.gone), g.come), updated_at = cortex.now()
     from ${given('email text, gone text, come text')} where l.id = ${NEWEST_LEAD}`,
  ],
  attribute: [
    `update public.purchase_leads l set attributes = l.attributes || jsonb_build_object('stage', g.stage), updated_at = cortex.now()
     from ${given('email text, stage text')} where l.id = ${NEWEST_LEAD}`,
  ],
  checkout: [
    `insert into public.purchase_leads (email, course_id, tags)
     select email, course, array["group"] from ${given('email citext, course uuid, "group" text')}`,
  ],
  enrollment: [
    `insert into public.unified_profiles (email, tags)
     select email, array["group"] from ${given('email citext, "group" text')} on conflict do nothing`,
    `insert into public.enrollments (profile_id, course_id, status)
     select u.id, g.course, 'active' from ${given('email citext, course uuid')}
     join public.unified_profiles u on u.email = g.email`,
  ],
  payment: [
    `insert into public.transactions (profile_id, amount_minor, currency, refunded_minor)
     select u.id, 8000, 'EUR', 0 from ${given('email citext')} join public.unified_profiles u on u.email = g.email`,
  ],
};

/** The world outside the engine: the shop's writes, what people do, and colleagues who keep lists by hand. */
export class Outside {
  private readonly members: ListMembers;
  private readonly actor = systemActor('test');

  constructor(
    private readonly database: Database,
    private readonly line: Pipeline,
  ) {
    this.members = new ListMembers(database);
  }

  /** Lets these happen, in the order in which they are given as far as one person is concerned. */
  async happen(happenings: readonly Happening[]): Promise<void> {
    const before = new Map<string, number>();
    const turns: Happening[][] = [];
    for (const each of happenings) {
      const turn = before.get(each.email) ?? 0;
      before.set(each.email, turn + 1);
      (turns[turn] ??= []).push(each);
    }
    for (const turn of turns) {
      await this.atOnce(turn);
      await nextMillisecond();
    }
  }

  /** At most one for each person, so that a statement can serve all of a kind. */
  private async atOnce(happenings: readonly Happening[]): Promise<void> {
    const kinds = new Map<Kind, Happening[]>();
    for (const each of happenings) kinds.set(each.what, [...(kinds.get(each.what) ?? []), each]);
    for (const [kind, own] of kinds) {
      if (kind === 'activity') await this.line.postEach(own as Of<'activity'>[]);
      else if (kind === 'list') {
        for (const { list, action, email } of own as Of<'list'>[])
          await this.members[action](this.actor, list, { emails: [email] });
      } else {
        await this.database.tx(async (tx) => {
          for (const statement of statements[kind]) await tx.run(statement, [JSON.stringify(own)]);
        });
      }
    }
  }

  /** What is sold. */
  async courses(ids: readonly string[]): Promise<void> {
    await this.database.run(
      `insert into public.courses (id, title, price_minor, currency) select id, 'Bread', 9900, 'EUR' from unnest($1::uuid[]) id`,
      [ids],
    );
  }

  /** Static lists, with these members from the beginning: nothing has recorded how they came in. */
  async lists(lists: readonly { id: string; name: string; members: readonly string[] }[]): Promise<void> {
    const rows = lists.map(({ id, name }) => ({ id, name }));
    const members = lists.flatMap(({ id, members: emails }) => emails.map((email) => ({ id, email })));
    await this.database.run(
      `insert into public.crm_smart_lists (id, name, kind) select id, name, 'static' from ${given('id uuid, name text')}`,
      [JSON.stringify(rows)],
    );
    await this.database.run(
      `insert into cortex.list_members (smart_list_id, person_id)
       select g.id, p.person_id from ${given('id uuid, email text')} join cortex.people p on p.address = g.email`,
      [JSON.stringify(members)],
    );
  }

  /** Leads that are there from the beginning, each with the answer it once gave. */
  async leads(leads: readonly Newcomer[]): Promise<void> {
    const rows = JSON.stringify(leads);
    await this.database.run(
      `insert into public.purchase_leads (email, course_id, source, tags, timezone, attributes)
       select email, course, 'test', tags, timezone, attributes
       from ${given('email citext, course uuid, tags text[], timezone text, attributes jsonb')}`,
      [rows],
    );
    await this.database.run(
      `update cortex.people p set consent_status = g.consent from ${given('email text, consent text')}
       where p.address = g.email`,
      [rows],
    );
  }
}

export interface Newcomer {
  email: string;
  course: string;
  consent: string;
  tags: string[];
  timezone: string | null;
  attributes: Record<string, unknown>;
}

/** At one instant of the clock a replay goes by the ids, which the database and this process give by the real millisecond. */
async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  while (Date.now() <= now) await new Promise((turn) => setImmediate(turn));
}
