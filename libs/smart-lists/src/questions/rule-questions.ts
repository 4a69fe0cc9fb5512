import { Injectable } from '@nestjs/common';
import type { ContactAnswer, ProofAnswer } from '#contracts';
import { addressOf, Contacts, loadFacts, loadListDefinitions, momentOf } from '#directory';
import { Database, databaseFailure, invalidRequest, unknownAddress, type Tx } from '#platform';
import {
  dependencies,
  fields,
  operatorsFor,
  toEnglish,
  toSql,
  type Group,
  type Moment,
  type Scalar,
  type SqlFragment,
} from '#rules';
import { Decider } from '#rules/engine';
import { countPeople, directorySize, PATIENCE, type Count, type CountOptions } from './count-people.js';
import { beginningsOf, leavesOf, partsOf, type RulePart } from './rule-parts.js';
import { pageAt, type ContactPageQuery } from './page-at.js';
import { samplePeople } from './sample-people.js';
import { seenValues, type ValuesOf } from './seen-values.queries.js';
import { namesIn } from './sentences.js';

/** Beyond this a preview estimates. */
const CAP = 10_000;
/** People shown. */
const SHOWN = 5;

export interface Preview {
  count: number;
  exact: boolean;
  sample: ContactAnswer[];
  sentence: string;
  per_condition: { pointer: string; sentence: string; count: number; exact: boolean }[];
  of: Count;
  emptied_by: string | null;
}

type Compile = (group: Group, offset?: number) => SqlFragment;

/** The count of the whole, then of each condition; and people, where they are known already. */
interface Glance {
  counts: Count[];
  items?: ContactAnswer[];
}

const unlessTimeout = (error: unknown): undefined => {
  if (databaseFailure(error) !== 'cancelled') throw error;
  return undefined;
};

/** Questions that are asked without being saved: what would these rules find, do they hold for this person. */
@Injectable()
export class RuleQuestions {
  constructor(
    private readonly database: Database,
    private readonly contacts: Contacts,
  ) {}

  /** @throws AppError 400 when the rules ask about an unknown list */
  async preview(rules: Group, exact: boolean): Promise<Preview> {
    const parts = partsOf(rules);
    const { compile, names } = await this.database.tx(
      async (tx) => {
        const lists = await knownLists(tx, rules);
        const moment = await momentOf(tx);
        return {
          compile: (group: Group, offset = 0) => toSql(group, { ...moment, lists, offset }),
          names: await namesIn(tx, [rules]),
        };
      },
      { readOnly: true },
    );
    const whole = compile(rules);
    const counts = exact
      ? await this.counted(
          whole,
          parts.map(({ group }) => compile(group)),
          { patience: PATIENCE.exact },
        )
      : await this.glanced(rules, parts, compile);
    const [found, ...each] = counts.counts;
    const per_condition = parts.map(({ pointer, group }, index) => ({
      pointer,
      sentence: toEnglish(group, { names }),
      count: each[index]!.count,
      exact: each[index]!.exact,
    }));
    const items = counts.items ?? (await this.newest(whole));
    return {
      count: found!.count,
      exact: found!.exact,
      sample: items,
      sentence: toEnglish(rules, { names }),
      per_condition,
      of: await directorySize(this.database),
      emptied_by: found!.count === 0 && found!.exact ? await this.emptiedBy(rules, compile) : null,
    };
  }

  /** Of an AND that accepts nobody: after which condition nobody is left. Null where that takes too long to say. */
  private async emptiedBy(rules: Group, compile: Compile): Promise<string | null> {
    if (rules.operator !== 'AND' || rules.conditions.length < 2) return null;
    const began = performance.now();
    for (const [at, beginning] of beginningsOf(rules).entries()) {
      if (performance.now() - began > PATIENCE.glance) return null;
      const left = await countPeople(this.database, compile(beginning), { patience: PATIENCE.glance, cap: 1 });
      if (left.count === 0) return left.exact ? `/conditions/${at}` : null;
    }
    return `/conditions/${rules.conditions.length - 1}`;
  }

  /** Counts of the whole and of its conditions, one after another. */
  private async counted(whole: SqlFragment, parts: readonly SqlFragment[], how: CountOptions): Promise<Glance> {
    const found = await countPeople(this.database, whole, how);
    const counts = [found];
    for (const part of parts) {
      counts.push(parts.length === 1 ? found : await countPeople(this.database, part, { ...how, cap: CAP }));
    }
    return { counts };
  }

  /**
   * What can be said at once: the whole counted if that takes a moment, everything else from a sample, and what is
   * too rare for the sample counted for a moment too.
   */
  private async glanced(rules: Group, parts: readonly RulePart[], compile: Compile): Promise<Glance> {
    const fragments: SqlFragment[] = [];
    let offset = 0;
    const { groups, holds } = leavesOf(rules);
    for (const group of groups) {
      const fragment = compile(group, offset);
      offset += fragment.values.length;
      fragments.push(fragment);
    }
    const glance: CountOptions = { patience: PATIENCE.glance, cap: CAP };
    const whole = compile(rules);
    const [sample, found, items] = await Promise.all([
      samplePeople(this.database, fragments, dependencies(rules).activities.length > 0),
      countPeople(this.database, whole, glance),
      this.newest(whole, PATIENCE.glance).catch(unlessTimeout),
    ]);
    if (!sample) {
      const screen = { patience: PATIENCE.screen, cap: CAP };
      return this.counted(
        whole,
        parts.map(({ group }) => compile(group)),
        screen,
      );
    }
    const about = (count: number): Count => ({ count, exact: false });
    const guessed = found.exact ? undefined : sample.about(holds(''));
    // What the planner believes of activities is often far off; a sample without anybody sets it a bound.
    const bounded = (count: Count): Count => (count.exact ? count : about(Math.min(count.count, sample.unseen)));
    const first = guessed === undefined ? bounded(found) : about(guessed);
    const rest = parts.map(async ({ pointer, group }) => {
      if (parts.length === 1) return first;
      const guess = sample.about(holds(pointer));
      return guess === undefined ? bounded(await countPeople(this.database, compile(group), glance)) : about(guess);
    });
    const [counts, people] = await Promise.all([Promise.all(rest), items ?? this.these(sample.some(holds(''), SHOWN))]);
    return { counts: [first, ...counts], items: people };
  }

  private async newest(rulesSql: SqlFragment, patience?: number): Promise<ContactAnswer[]> {
    return (await this.contacts.list({ rulesSql, sort: '-created_at', limit: SHOWN }, patience)).items;
  }

  private these = (personIds: readonly string[]): Promise<ContactAnswer[]> =>
    this.newest({ text: 'p.person_id = any($1::uuid[])', values: [personIds] });

  /** One page of those to whom the rules apply. @throws AppError 400 when the rules ask about an unknown list */
  search(rules: Group, query: ContactPageQuery): ReturnType<Contacts['list']> {
    return pageAt(this.database, this.contacts, query, (tx, moment) => this.conditionIn(tx, rules, moment));
  }

  /** A condition over `cortex.people p`. @throws AppError 400 when the rules ask about an unknown list */
  async conditionIn(tx: Tx, rules: Group, moment?: Moment): Promise<SqlFragment> {
    return toSql(rules, { ...(moment ?? (await momentOf(tx))), lists: await knownLists(tx, rules) });
  }

  /** @throws AppError 404 when nobody has the address, 400 when the rules ask about an unknown list */
  async check(rules: Group, email: string): Promise<ProofAnswer> {
    return this.database.tx(
      async (tx) => {
        await knownLists(tx, rules);
        const person = await tx.row<{ person_id: string }>(
          `select coalesce(k.into_person_id, p.person_id) as person_id from cortex.people p
           left join cortex.person_links k on k.person_id = p.person_id
           where p.address = $1 and p.type is not null`,
          [addressOf(email) ?? ''],
        );
        if (!person) throw unknownAddress();
        const moment = await momentOf(tx);
        const facts = await loadFacts(tx, [person.person_id], [rules], moment);
        return new Decider(moment).explain(rules, facts.get(person.person_id)!);
      },
      { readOnly: true, statementTimeout: PATIENCE.screen },
    );
  }

  /** Values seen lately, for a field that a rule asks about. */
  async values(of: ValuesOf): Promise<{ items: Scalar[] }> {
    return this.database.tx(async (tx) => ({ items: await seenValues(tx, of) }), {
      readOnly: true,
      statementTimeout: PATIENCE.screen,
    });
  }

  /** What the builder offers: fields, and the names and values seen on the newest people. */
  async fields() {
    const seen = await this.database.row<{ attributes: string[]; tags: string[]; countries: string[] }>(
      `with recent as materialized (
         select p.attributes, p.tags, p.country from cortex.people p
         where p.type is not null order by p.created_at desc limit 5000)
       select
         array(select distinct k from recent, jsonb_object_keys(attributes) k order by k limit 200) as attributes,
         array(select distinct t from recent, unnest(tags) t order by t limit 200) as tags,
         array(select distinct country from recent where country <> '' order by country limit 200) as countries`,
    );
    return {
      fields: fields.map(({ id, label, type, group, help, values, places }) => ({
        id,
        label,
        type,
        group,
        help,
        values: values && [...values],
        places: [...places],
        operators: operatorsFor(type).map(({ name, label: words }) => ({ name, label: words })),
      })),
      ...seen!,
    };
  }
}

async function knownLists(tx: Tx, rules: Group) {
  const asked = dependencies(rules).lists;
  const lists = await loadListDefinitions(tx, asked);
  const missing = asked.find((id) => !lists.has(id));
  if (missing) {
    const message = `The rules ask about the smart list ${missing}, which does not exist.`;
    throw invalidRequest(message, [{ pointer: '/rules', message }]);
  }
  return lists;
}
