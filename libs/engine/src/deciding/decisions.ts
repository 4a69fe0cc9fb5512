import type { ActivityFact } from '#graph';
import { asksAboutRun, type Group, type PersonFacts, type RunFacts } from '#rules';
import { Decider, type Proof } from '#rules/engine';
import type { Moment } from '../versions/compiled-versions.js';
import type { FactSource } from './fact-source.js';

/** Rules to be decided about one person, inside a run or before one. */
export interface RuleQuestion {
  person_id: string;
  rules: readonly Group[];
  /** Those among them whose reasons are wanted too. */
  explained?: readonly Group[];
  run?: { id: string; lead_id: string | null };
}

/** The answers about one person; a rule that could not be decided throws where it is looked up. */
export interface Answers {
  decide: (rules: Group) => boolean;
  /** Of the rules that were to be explained. */
  proofs: readonly Proof[];
}

/** Decides the rules of one transaction: facts are read for everybody at once, json-rules-engine says yes or no. */
export class Decisions {
  private readonly decider: Decider;

  constructor(
    private readonly source: FactSource,
    private readonly moment: Moment,
  ) {
    this.decider = new Decider({ now: moment.now, timezone: moment.timezone });
  }

  /** Whether an activity's metadata is what a `where` asks for; one without a `where` always is. */
  async matches(where: Group | undefined, activity: ActivityFact): Promise<boolean> {
    return where === undefined || this.decider.decideWhere(where, { metadata: activity.metadata });
  }

  /** Of many `where`s those that an activity's metadata fulfils; one that cannot be decided fails them all. */
  async fulfilled(wheres: readonly Group[], activity: ActivityFact): Promise<ReadonlySet<Group>> {
    if (wheres.length === 0) return new Set();
    const answers = await this.decider.decideAllWhere(wheres, { metadata: activity.metadata });
    return new Set(wheres.filter((where) => answers.get(where)));
  }

  /** The answers for each of `asked`, in order. */
  async decide(asked: readonly RuleQuestion[]): Promise<Answers[]> {
    const wanting = asked.filter((each) => each.rules.length > 0);
    if (wanting.length === 0) return asked.map(() => unasked);
    const rules = [...new Set(wanting.flatMap((each) => each.rules))];
    const people = [...new Set(wanting.map((each) => each.person_id))];
    const facts = await this.source.facts(people, rules, this.moment);
    const runs = wanting.flatMap((each) =>
      each.run && each.rules.some(asksAboutRun) ? [{ run_id: each.run.id, lead_id: each.run.lead_id }] : [],
    );
    const runFacts = runs.length > 0 ? await this.source.runFacts(runs) : new Map<string, RunFacts>();
    return Promise.all(
      asked.map(async (each) => {
        if (each.rules.length === 0) return unasked;
        const person = facts.get(each.person_id);
        if (!person) return nobody;
        const all: PersonFacts = { ...person, ...(each.run && runFacts.get(each.run.id)) };
        return this.answers(each, all);
      }),
    );
  }

  private async answers({ rules, explained = [] }: RuleQuestion, facts: PersonFacts): Promise<Answers> {
    try {
      const proofs = await this.decider.explainAll(explained, facts);
      const decided = await this.decider.decideAll(
        rules.filter((each) => !proofs.has(each)),
        facts,
      );
      return {
        proofs: [...proofs.values()],
        decide: (asked) => {
          const answer = proofs.get(asked)?.result ?? decided.get(asked);
          if (answer === undefined) throw new Error('A step asked something that it had not announced.');
          return answer;
        },
      };
    } catch (error) {
      return {
        proofs: [],
        decide: () => {
          throw error;
        },
      };
    }
  }
}

const nobody: Answers = { decide: () => false, proofs: [] };

const unasked: Answers = {
  proofs: [],
  decide: () => {
    throw new Error('A step asked something that it had not announced.');
  },
};
