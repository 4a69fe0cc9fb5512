import { Injectable } from '@nestjs/common';
import type { ContactAnswer, ProofAnswer } from '#contracts';
import { addressOf, Contacts, loadFacts, loadListDefinitions, momentOf } from '#directory';
import { AppError, badRequest, Database, type Tx } from '#platform';
import { dependencies, fields, isGroup, operatorsFor, toEnglish, toSql, type Group, type Rule } from '#rules';
import { Decider } from '#rules/engine';
import { countPeople, PATIENCE } from './count.js';
import { namesIn } from './smart-lists.queries.js';

/** Beyond this a preview estimates. */
const CAP = 10_000;

export interface Preview {
  count: number;
  exact: boolean;
  sample: ContactAnswer[];
  sentence: string;
  per_condition: { pointer: string; sentence: string; count: number; exact: boolean }[];
}

/** Questions that are asked without being saved: what would these rules find, do they hold for this person. */
@Injectable()
export class RuleQuestions {
  constructor(
    private readonly database: Database,
    private readonly contacts: Contacts,
  ) {}

  /** @throws AppError 400 when the rules ask about an unknown list */
  async preview(rules: Group, exact: boolean): Promise<Preview> {
    const parts = rules.operator === 'NOT' ? [] : rules.conditions;
    const { compile, names } = await this.database.tx(
      async (tx) => {
        const lists = await knownLists(tx, rules);
        const moment = await momentOf(tx);
        return {
          compile: (group: Group) => toSql(group, { ...moment, lists }),
          names: await namesIn(tx, [rules]),
        };
      },
      { readOnly: true },
    );
    const how = exact ? { patience: PATIENCE.exact } : { patience: PATIENCE.screen, cap: CAP };
    const whole = compile(rules);
    const found = await countPeople(this.database, whole, how);
    const per_condition: Preview['per_condition'] = [];
    for (const [index, part] of parts.entries()) {
      const alone = asGroup(part);
      const counted =
        parts.length === 1 ? found : await countPeople(this.database, compile(alone), { ...how, cap: CAP });
      per_condition.push({
        pointer: `/conditions/${index}`,
        sentence: toEnglish(alone, { names }),
        count: counted.count,
        exact: counted.exact,
      });
    }
    const { items } = await this.contacts.list({ rulesSql: whole, sort: '-created_at', limit: 5 });
    return {
      count: found.count,
      exact: found.exact,
      sample: items,
      sentence: toEnglish(rules, { names }),
      per_condition,
    };
  }

  /** One page of those to whom the rules apply. @throws AppError 400 when the rules ask about an unknown list */
  async search(rules: Group, query: Omit<Parameters<Contacts['list']>[0], 'rulesSql'>): ReturnType<Contacts['list']> {
    const rulesSql = await this.database.tx(
      async (tx) => toSql(rules, { ...(await momentOf(tx)), lists: await knownLists(tx, rules) }),
      { readOnly: true },
    );
    return this.contacts.list({ ...query, rulesSql });
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
        if (!person) throw new AppError(404, 'Not found', 'Nobody in the directory has this address.');
        const moment = await momentOf(tx);
        const facts = await loadFacts(tx, [person.person_id], [rules], moment);
        return new Decider(moment).explain(rules, facts.get(person.person_id)!);
      },
      { readOnly: true, statementTimeout: PATIENCE.screen },
    );
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

const asGroup = (rule: Rule): Group => (isGroup(rule) ? rule : { operator: 'AND', conditions: [rule] });

async function knownLists(tx: Tx, rules: Group) {
  const asked = dependencies(rules).lists;
  const lists = await loadListDefinitions(tx, asked);
  const missing = asked.find((id) => !lists.has(id));
  if (missing) {
    const message = `The rules ask about the smart list ${missing}, which does not exist.`;
    throw badRequest(message, [{ pointer: '/rules', message }]);
  }
  return lists;
}
