import type { ActivityFact } from '#graph';
import {
  asksAboutRun,
  bindEntry,
  entriesOf,
  entryFacts,
  type EntryFacts,
  type Group,
  type PersonFacts,
  type RunFacts,
} from '#rules';
import { Decider, nextClockChange } from '#rules/engine';
import type { Moment } from '../versions/compiled-versions.js';
import type { FactSource } from './fact-source.js';
import { proofWithEntry, type EntryProof } from './proof-with-entry.js';

/** Rules to be decided about one person, inside a run or before one. */
export interface RuleQuestion {
  person_id: string;
  rules: readonly Group[];
  /** Those among them whose reasons are wanted too. */
  explained?: readonly Group[];
  run?: { id: string; lead_id: string | null };
  /** The values of what started the run, that rules may compare with. */
  entry?: EntryFacts | undefined;
}

/** The answers about one person; a rule that could not be decided throws where it is looked up. */
export interface Answers {
  decide: (rules: Group) => boolean;
  /** When to ask these rules again because time alone may change their answers by then, at the latest `until`. */
  nextChange: (rules: readonly Group[], until: Date | undefined) => Date | undefined;
  /** Of the rules that were to be explained. */
  proofs: readonly EntryProof[];
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

  /**
   * Whether an activity's metadata is what a `where` asks for; one without a `where` always is.
   * @param entry the values of what started the run that asks
   */
  async matches(
    where: Group | undefined,
    activity: Pick<ActivityFact, 'metadata'>,
    entry: EntryFacts = {},
  ): Promise<boolean> {
    if (where === undefined) return true;
    return this.decider.decideWhere(bindEntry(where, entry, 'where'), { metadata: activity.metadata });
  }

  /**
   * Of many `where`s those that an activity's metadata fulfils, were it what starts a run; one that cannot be decided
   * fails them all.
   */
  async fulfilled(wheres: readonly Group[], activity: ActivityFact): Promise<ReadonlySet<Group>> {
    if (wheres.length === 0) return new Set();
    const bound = wheres.map((where) => boundToItself(where, activity));
    const answers = await this.decider.decideAllWhere(bound, { metadata: activity.metadata });
    return new Set(wheres.filter((_where, at) => answers.get(bound[at]!)));
  }

  /** The answers for each of `asked`, in order. */
  async decide(unbound: readonly RuleQuestion[]): Promise<Answers[]> {
    const asked = unbound.map(bound);
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

  private async answers({ rules, explained = [], boundOf }: Bound, facts: PersonFacts): Promise<Answers> {
    try {
      const boundTo = (each: Group) => boundOf.get(each) ?? each;
      const proofs = await this.decider.explainAll(explained.map(boundTo), facts);
      const decided = await this.decider.decideAll(
        rules.filter((each) => !proofs.has(each)),
        facts,
      );
      return {
        proofs: explained.map((each) => proofWithEntry(each, boundTo(each), proofs.get(boundTo(each))!)),
        nextChange: (asked, until) => {
          const horizon = until?.getTime() ?? this.moment.now.getTime() + FAR;
          const own = asked.map((each) => boundOf.get(each)!);
          const at = nextClockChange(own, facts, this.decider.moment, horizon);
          return at === undefined ? until : new Date(at);
        },
        decide: (asked) => {
          const own = boundOf.get(asked)!;
          const answer = proofs.get(own)?.result ?? decided.get(own);
          if (answer === undefined) throw new Error('A step asked something that it had not announced.');
          return answer;
        },
      };
    } catch (error) {
      return {
        proofs: [],
        nextChange: (_rules, until) => until,
        decide: () => {
          throw error;
        },
      };
    }
  }
}

/** The same with the run's own values in the rules, and which rule became which. */
interface Bound extends RuleQuestion {
  boundOf: ReadonlyMap<Group, Group>;
}

const bound = (asked: RuleQuestion): Bound => {
  const { rules, entry = {} } = asked;
  const boundOf = new Map(rules.map((each) => [each, bindEntry(each, entry, 'graph')]));
  return { ...asked, boundOf, rules: rules.map((each) => boundOf.get(each)!) };
};

/** A `where` of a start compares with the very activity that it looks at. */
export const boundToItself = (where: Group, { metadata }: Pick<ActivityFact, 'metadata'>): Group =>
  bindEntry(where, entryFacts(entriesOf(where), { metadata }), 'where');

/** A wait without an end is looked at again after ten years at the latest; milliseconds. */
const FAR = 3_653 * 86_400_000;

const nobody: Answers = { decide: () => false, nextChange: (_rules, until) => until, proofs: [] };

const unasked: Answers = {
  proofs: [],
  nextChange: (_rules, until) => until,
  decide: () => {
    throw new Error('A step asked something that it had not announced.');
  },
};
