import '../rule-builder.css';
import { IconCheck, IconX } from '@tabler/icons-react';
import type { AnswerOf, checkSmartList } from '#contracts';
import { isEntry, isGroup, toClause, type Condition, type Group, type Rule } from '#rules';
import { plural } from '../../ui/formatting/format';
import { relativeTime, shortTime } from '../../ui/formatting/time';

/** What the record of a step keeps; `where` is what counted activities had to say, with the run's own values. */
export type Proof = Omit<AnswerOf<typeof checkSmartList>, 'children'> & { where?: Group; children?: Proof[] };
export type Names = ReadonlyMap<string, string>;

const words: Record<Group['operator'], string> = {
  AND: 'All of these',
  OR: 'At least one of these',
  NOT: 'Not this',
};

interface ProofRowsProps {
  rule: Group;
  proof: Proof;
  /** Of lists and courses, by id. */
  names: Names;
  /** `graph` for the rules of a step, which may ask about the lead and about earlier steps. */
  place?: 'person' | 'graph';
}

/** Whether each condition of a rule is met, and what was seen; the proof has the shape of the rule. */
export function CheckResults({ rule, proof, names, place = 'person' }: ProofRowsProps) {
  return (
    <ul className="proof">
      {rule.conditions.map((part, index) => {
        const of = proof.children?.[index];
        return of ? <Part key={index} rule={part} proof={of} names={names} place={place} /> : null;
      })}
    </ul>
  );
}

/** Whether a proof is one of this rule; it is not when the rule was edited since. */
export function proves(proof: Proof, rule: Rule): boolean {
  if (proof.operator !== rule.operator) return false;
  if (!isGroup(rule)) return proof.field === rule.field;
  const parts = proof.children ?? [];
  return parts.length === rule.conditions.length && rule.conditions.every((part, at) => proves(parts[at]!, part));
}

function Part({ rule, proof, names, place }: Omit<Required<ProofRowsProps>, 'rule'> & { rule: Rule }) {
  const Glyph = proof.result ? IconCheck : IconX;
  return (
    <li data-met={proof.result}>
      <div className="proof-row">
        <Glyph size={16} stroke={1.5} aria-hidden />
        <span>
          <span className="sentence">
            <span className="visually-hidden">{proof.result ? 'Met: ' : 'Not met: '}</span>
            {isGroup(rule)
              ? words[rule.operator]
              : toClause({ operator: 'AND', conditions: [asDecided(rule, proof)] }, { names, place })}
          </span>{' '}
          {isGroup(rule) ? null : <span className="label">{said(rule, proof.value_seen, names)}</span>}
        </span>
      </div>
      {isGroup(rule) ? <CheckResults rule={rule} proof={proof} names={names} place={place} /> : null}
    </li>
  );
}

/** The condition with the run's own values in place of those taken from what started it, where the proof knows them. */
function asDecided(rule: Condition, { wanted, where }: Proof): Condition {
  if (where) return { ...rule, where };
  const [one] = [wanted].flat();
  const isScalar = typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean';
  return isEntry(rule.value) && isScalar ? { ...rule, value: one } : rule;
}

const iso = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** How yes and no are said where the field is not a question itself. */
const answers = new Map(
  Object.entries<{ yes: string; no: string }>({
    enrollment: { yes: 'has one', no: 'has none' },
    smart_list: { yes: 'is in it', no: 'is not in it' },
    lead: { yes: 'is enrolled', no: 'is not enrolled' },
  }),
);

/** What was seen, as the condition speaks of it: a count of activities in times. */
function said(rule: Condition, value: unknown, names: Names): string {
  const answer = answers.get(rule.field);
  if (typeof value === 'boolean' && answer) return answer[value ? 'yes' : 'no'];
  if (rule.field !== 'activity') return seen(value, names);
  if (typeof value === 'number') return plural(value, 'time', 'times');
  return value === null || value === undefined ? 'never' : seen(value, names);
}

/** What the person has, in words. */
function seen(value: unknown, names: Names): string {
  if (value === null || value === undefined || value === '') return 'not known';
  if (Array.isArray(value)) {
    if (value.length === 0) return 'none';
    const shown = value.slice(0, 8).map((item) => seen(item, names));
    return `${shown.join(', ')}${value.length > shown.length ? `, and ${value.length - shown.length} more` : ''}`;
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string')
    return iso.test(value) ? `${relativeTime(value)} (${shortTime(value)})` : (names.get(value) ?? value);
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
