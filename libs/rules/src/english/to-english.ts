import { typeOf } from '../reading/ast.js';
import { isEntry } from '../language/entry.js';
import { fieldOf, type Field } from '../language/fields.js';
import type { Condition, EnrollmentValue, Group, Place, Relative, Span } from '../language/language.js';
import type { SpokenValue } from '../language/operator.js';
import { operatorOf } from '../operators/index.js';
import { isRelative, parseInstant } from '../language/time.js';

/** What stands where something is still missing. */
export const BLANK = '____';

/** Under what a type of activity has its name among those of lists, courses and steps: nothing else has such an id. */
export const typeKey = (type: string): string => `type ${type}`;

export interface EnglishOptions {
  place?: Place;
  /**
   * Names of lists, courses and steps by their id; without one the id is not shown. Those of types of activities by
   * `typeKey`; without one the type itself is said.
   */
  names?: ReadonlyMap<string, string>;
  /** Several conditions begin with “both” or “either”, or stand in brackets: other words follow. */
  inside?: boolean;
  /** Long texts and lists are said in full, so that the sentence can be typed back. */
  whole?: boolean;
}

type Draft = Partial<Group> & Partial<Condition>;

const span = ({ n, unit }: Partial<Span>): string => {
  if (n === undefined || unit === undefined) return BLANK;
  return n === 1 ? `${unit.slice(0, -1)}` : `${n} ${unit}`;
};
const spanOrOne = (given: Partial<Span>): string => (given.n === 1 ? `1 ${span(given)}` : span(given));
const quoted = (text: string, whole: boolean): string =>
  `“${text.length > 60 && !whole ? `${text.slice(0, 59)}…` : text}”`;

const dateWords = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
const timeWords = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });

function instant(value: string): string {
  const at = parseInstant(value, 'UTC');
  if (at === undefined) return BLANK;
  const date = dateWords.format(at);
  return value.length === 10 ? date : `${date}, ${timeWords.format(at)} UTC`;
}

const isSpan = (value: unknown): value is Span => typeof value === 'object' && value !== null && 'unit' in value;

/** What started the run, as its own value is spoken of: the cart of the activity that started this. */
function entryText(name: string, field: string | undefined): string {
  const [of, ...path] = name.split('.');
  const whole = of === 'lead' ? 'the lead that started this' : 'the activity that started this';
  if (field === name) return `the same as in ${whole}`;
  const noun = (of === 'lead' && path[0] === 'attributes' ? path.slice(1) : path).join('.').replaceAll('_', ' ');
  return `the ${noun} of ${whole}`;
}

function scalar(value: unknown, type: string | undefined, whole: boolean, field?: string): string {
  if (value === undefined || value === null || value === '') return BLANK;
  if (isEntry(value)) return entryText(String(value.entry), field);
  if (isRelative(value)) {
    const relative: Relative = value;
    return 'ago' in relative ? `${spanOrOne(relative.ago)} ago` : `${spanOrOne(relative.ahead)} from now`;
  }
  if (isSpan(value)) return spanOrOne(value);
  if (type === 'instant') return instant(String(value));
  if (type === 'enum') return String(value);
  return typeof value === 'string' ? quoted(value, whole) : String(value);
}

const alternatives = (words: string[], last: string, whole: boolean): string => {
  const shown = words.length > 6 && !whole ? [...words.slice(0, 5), `${words.length - 5} more`] : words;
  return shown.length < 2 ? (shown[0] ?? BLANK) : `${shown.slice(0, -1).join(', ')} ${last} ${shown.at(-1)}`;
};

/** The rule without groups around it that hold nothing else. */
const unwrapped = (rule: Draft): Draft =>
  rule.conditions?.length === 1 && rule.operator !== 'NOT' ? unwrapped(rule.conditions[0] as Draft) : rule;

/** Whether several conditions would run on into what follows. */
const isLong = (rule: Draft): boolean => {
  const { operator, conditions } = unwrapped(rule);
  if (!conditions) return false;
  return operator === 'NOT' ? isLong((conditions[0] ?? {}) as Draft) : conditions.length > 1;
};

/** Of conditions on what an activity carries: “its page is …”. */
const ofIt = (clause: string): string =>
  clause
    .split(/(“[^”]*”)/)
    .map((part, at) => (at % 2 === 0 ? part.replaceAll(/(?<!those )\bwhose\b/g, 'its') : part))
    .join('');

class Speaker {
  constructor(
    private readonly place: Place,
    private readonly names: ReadonlyMap<string, string>,
    private readonly whole: boolean,
  ) {}

  /** A clause that follows “People”. */
  clause(rule: Draft, inside = false): string {
    if (!('conditions' in rule)) return this.condition(rule);
    const children = rule.conditions ?? [];
    if (children.length === 0) return BLANK;
    if (rule.operator === 'NOT') return `who are not among those ${this.clause(children[0] as Draft, true)}`;
    const several = children.length > 1;
    const parts = children.map((child) => this.clause(child as Draft, inside || several));
    const nested = several && children.some((child) => isLong(child as Draft));
    // The comma says, also aloud, where a group ends.
    const text = parts.join(`${nested ? ',' : ''} ${rule.operator === 'OR' ? 'or' : 'and'} `);
    if (!inside || !several) return text;
    if (nested) return `(${text})`;
    if (rule.operator === 'OR') return `either ${text}`;
    return children.length === 2 ? `both ${text}` : `(${text})`;
  }

  sentence(rules: Draft): string {
    const children = rules.conditions ?? [];
    if (rules.operator === 'AND') {
      for (const [index, child] of children.entries()) {
        const { field, operator, value } = child as Draft;
        const subject = field && operator ? fieldOf(field, this.place)?.subject?.(operator, value) : undefined;
        if (!subject) continue;
        const rest = children.filter((_, at) => at !== index);
        return rest.length === 0 ? subject : `${subject} ${this.clause({ operator: 'AND', conditions: rest })}`;
      }
    }
    return `${this.place === 'where' ? 'Activities' : 'People'} ${this.clause(rules)}`;
  }

  private condition(condition: Draft): string {
    const field = condition.field === undefined ? undefined : fieldOf(condition.field, this.place);
    if (!field) return `whose ${BLANK}`;
    const noun = this.noun(field, condition);
    const operator = condition.operator === undefined ? undefined : operatorOf(condition.operator);
    if (!operator) return field.type === 'activity' ? `who have ${noun}` : `whose ${noun} ${BLANK}`;
    const value = this.value(field, condition);
    const own = field.says?.[operator.name];
    const type = typeOf(field, operator, condition.value) ?? field.type;
    const text = own ? own(value.text) : operator.english(noun, value, type);
    if (field.type !== 'activity' || !condition.within) return text;
    return `${text} within the last ${span(condition.within)}`;
  }

  private noun(field: Field, condition: Draft): string {
    if (field.type === 'step') {
      const name = condition.node_id && this.names.get(condition.node_id);
      if (name) return `the mail ${quoted(name, this.whole)}`;
      return condition.node_id ? 'an earlier mail' : `the mail ${BLANK}`;
    }
    if (field.type !== 'activity') return field.noun;
    const { activity_type, where } = condition;
    const type = activity_type ? quoted(this.names.get(typeKey(activity_type)) ?? activity_type, this.whole) : BLANK;
    if (!where) return `done ${type}`;
    const clause = ofIt(new Speaker('where', this.names, this.whole).clause(where));
    return `done ${type} where ${isLong(where) && unwrapped(where).operator !== 'NOT' ? `(${clause})` : clause}`;
  }

  private value(field: Field, condition: Draft): SpokenValue {
    const { value } = condition;
    if (field.type === 'enrollment') return { text: this.enrollment((value ?? {}) as EnrollmentValue) };
    const operator = condition.operator === undefined ? undefined : operatorOf(condition.operator);
    if (Array.isArray(value)) {
      if (field.type === 'list') {
        const words = (value as string[]).map((id) =>
          this.names.has(id) ? quoted(this.names.get(id)!, this.whole) : id ? 'a list' : BLANK,
        );
        return { text: alternatives([...new Set(words)], 'or', this.whole) };
      }
      const type = operator && typeOf(field, operator, value);
      const pair = operator && (operator.negates ?? operator).accepts?.number?.shape === 'pair';
      const words = value.map((each) => scalar(each, type, this.whole));
      return { text: alternatives(words, pair ? 'and' : 'or', this.whole), words };
    }
    const spoken: SpokenValue = {
      text: scalar(value, operator && typeOf(field, operator, value), this.whole, field.id),
    };
    if (condition.within) spoken.within = true;
    if (field.past) spoken.past = true;
    if (isSpan(value)) {
      spoken.span = span(value);
      spoken.n = value.n;
    }
    if (isRelative(value)) {
      const relative: Relative = value;
      spoken.relative = 'ago' in relative ? 'ago' : 'ahead';
      spoken.span = 'ago' in relative ? spanOrOne(relative.ago) : spanOrOne(relative.ahead);
    }
    return spoken;
  }

  private enrollment({ course_id, status }: EnrollmentValue): string {
    const kind = status === undefined ? 'an enrollment' : `${status === 'active' ? 'an' : 'a'} ${status} enrollment`;
    if (course_id === undefined) return kind;
    if (isEntry(course_id)) {
      const [of] = String(course_id.entry).split('.');
      return `${kind} in the course of the ${of === 'lead' ? 'lead' : 'activity'} that started this`;
    }
    return `${kind} in ${this.names.has(course_id) ? quoted(this.names.get(course_id)!, this.whole) : 'one course'}`;
  }
}

const speaker = ({ place = 'person', names = new Map(), whole = false }: EnglishOptions): Speaker =>
  new Speaker(place, names, whole);

/**
 * The rule as a sentence: “Leads whose last activity was within the last 7 days and who are tagged
 * “abandoned””. Reads unfinished rules too: a blank stands as `____`.
 */
export const toEnglish = (rules: Draft, options: EnglishOptions = {}): string => speaker(options).sentence(rules);

/** The same as a clause without the subject: “whose plan is “pro””. */
export const toClause = (rules: Draft, options: EnglishOptions = {}): string =>
  speaker(options).clause(rules, options.inside);
