import { isUnbound } from '../language/entry.js';
import { freeFields } from '../language/fields.js';
import { isGroup, RuleError, type EnrollmentValue, type Group, type Place, type Rule } from '../language/language.js';
import type { Face } from '../language/operator.js';
import { look, prepare, type Known, type OperandType, type Prepared } from '../reading/prepare.js';
import * as sql from '../language/sql-pieces.js';
import { latestNow, shift, type Moment } from '../language/time.js';

/** A smart list as a condition on it needs it. */
export interface ListDefinition {
  name: string;
  kind: 'rules' | 'static';
  rules: Group | null;
}

export interface SqlOptions extends Moment {
  /** The lists that the rules ask about, directly or through other lists. */
  lists?: ReadonlyMap<string, ListDefinition>;
  /** Mode `one`: only these people are asked about, so that nothing is counted for anybody else. */
  persons?: readonly string[];
  /** How many values stand before ours: placeholders begin with the next. */
  offset?: number;
}

/** A condition over `cortex.people p`, true for those whom the rule accepts (NULL counts as false). */
export interface SqlFragment {
  text: string;
  values: unknown[];
}

const casts: Record<OperandType, string> = {
  text: 'text',
  enum: 'text',
  number: 'float8',
  instant: 'timestamptz',
  boolean: 'boolean',
  id: 'uuid',
};

/** An instant as PostgreSQL reads it, with its microseconds. */
export function instantLiteral(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const micros = Math.round((milliseconds - whole) * 1000);
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}

/** `total`: never NULL, so that a bare NOT is its negation, which the planner sees through. */
interface Condition {
  text: string;
  total: boolean;
}

const negated = ({ text, total }: Condition): Condition => ({
  text: total ? `(not ${text})` : sql.negated(text),
  total: true,
});

const joined = (parts: readonly Condition[], word: ' and ' | ' or '): Condition => ({
  text: `(${parts.map((part) => part.text).join(word)})`,
  total: parts.every((part) => part.total),
});

/** What a condition on a count answers when there is anything to count, if it is the same however much there is. */
function sameForAll(face: Face, operands: readonly unknown[]): boolean | undefined {
  const edges = operands.flatMap((operand) =>
    typeof operand === 'number' && operand >= 1 ? [Math.floor(operand)] : [],
  );
  const answers = [1, 2, ...edges, Number.MAX_SAFE_INTEGER].map((count) => face.test(count, [...operands]));
  return answers.every((answer) => answer === answers[0]) ? answers[0] : undefined;
}

/**
 * The operands times `by` where each is a whole number then and so small that no two stored numbers read as one
 * double; comparing those is the same as comparing what they stand for.
 */
function wholeNumbers(prepared: readonly Prepared[], by: number): (number | number[])[] | undefined {
  const one = (value: number): number | undefined => {
    const times = Math.round(value * by);
    return times / by === value && Math.abs(times) <= 1e14 ? times : undefined;
  };
  const all = prepared.map(({ value }) => (Array.isArray(value) ? (value as number[]).map(one) : one(value as number)));
  return all.flat().every((each) => each !== undefined) ? (all as (number | number[])[]) : undefined;
}

/**
 * Whether a text only ever comes of folding texts of as many bytes, and folding and lower-casing find it alike: ASCII
 * without what other letters fold to (k, of the Kelvin sign; the semicolon; the backtick), and nothing that a number or
 * a boolean of JSON reads as.
 */
const isPlain = (text: unknown): text is string =>
  typeof text === 'string' && /^[a-jl-z][a-jl-z0-9 _.@/-]*$/.test(text) && text !== 'true' && text !== 'false';

class Compiler {
  readonly values: unknown[] = [];
  private readonly open: string[] = [];
  private zonePlaceholder: string | undefined;
  private personsPlaceholder: string | undefined;

  constructor(private readonly options: SqlOptions) {}

  private bind(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length + (this.options.offset ?? 0)}::${type}`;
  }

  private operand({ type, many, value }: Prepared): string {
    const ready = type !== 'instant' ? value : many ? value.map(instantLiteral) : instantLiteral(value);
    return this.bind(ready, many ? `${casts[type]}[]` : casts[type]);
  }

  private bindWhole(numbers: readonly (readonly number[] | number)[]): string[] {
    return numbers.map((each) => this.bind(each, typeof each === 'number' ? 'bigint' : 'bigint[]'));
  }

  private get zone(): string {
    return (this.zonePlaceholder ??= this.bind(this.options.timezone, 'text'));
  }

  rule(rule: Rule, place: Place): Condition {
    if (!isGroup(rule)) {
      const known = look(rule, place);
      const positive = this.positive(known);
      return known.operator.negates ? negated(positive) : positive;
    }
    if (rule.conditions.length === 0) throw new RuleError('A group needs at least one condition.');
    const parts = rule.conditions.map((child) => this.rule(child, place));
    return rule.operator === 'NOT' ? negated(parts[0]!) : joined(parts, rule.operator === 'AND' ? ' and ' : ' or ');
  }

  private positive(known: Known): Condition {
    const { condition, field, type, face } = known;
    if (isUnbound(condition)) return { text: 'false', total: true };
    switch (field.type) {
      case 'any':
        return { text: this.free(known), total: false };
      case 'activity':
        return { text: this.activity(known), total: true };
      case 'enrollment': {
        const { course_id, status } = (condition.value ?? {}) as EnrollmentValue;
        let rows = 'true';
        if (course_id) rows += sql.enrollmentIn(this.bind(course_id, 'uuid'));
        if (status) rows += sql.enrollmentStatus(this.bind(status, 'text'));
        return { text: face.sql(sql.enrollmentSome(rows), []), total: true };
      }
      case 'list':
        return joined(
          (condition.value as string[]).map((id) => this.member(id)),
          ' or ',
        );
      default: {
        if (!field.sql) throw new RuleError(`“${field.label}” can only be asked inside an automation.`);
        const total = field.always === true;
        const prepared = prepare(known, this.options);
        const by = field.stored?.by(this.options);
        const whole = by === undefined ? undefined : wholeNumbers(prepared, by);
        if (whole) return { text: `(${face.sql(field.stored!.sql, this.bindWhole(whole))})`, total };
        const operands = prepared.map((operand) => this.operand(operand));
        const asked = face.sql(type === 'text' ? `(${field.sql})` : field.sql, operands);
        if (!field.inside || !face.finds) return { text: `(${asked})`, total };
        const look = field.inside.at === 'start' && face.finds === 'start' ? sql.beginsWith : sql.hasPart;
        return { text: `(${look(field.inside.text, operands[0]!)} and ${sql.confirming(asked)})`, total };
      }
    }
  }

  private free(known: Known): string {
    const { field, type, face } = known;
    const zone = type === 'instant' ? this.zone : '';
    const prepared = prepare(known, this.options);
    const operands = () => prepared.map((operand) => this.operand(operand));
    if (field.id.startsWith(freeFields.attributes.prefix)) {
      const name = this.bind(field.id.slice(freeFields.attributes.prefix.length), 'text');
      const texts = prepared.flatMap(({ value }) => value as unknown);
      const wanted = operands();
      const element = face.sql(sql.readJson[type]!(sql.attributeElement, zone), wanted);
      if (type !== 'text' || !face.whole || !texts.every(isPlain)) {
        return sql.attributeSome(name, face.sql(sql.readAttribute[type]!(name, zone), wanted), element);
      }
      const many = [...new Set(texts.map((text) => text.length))];
      const lengths = many.length === 1 ? this.bind(many[0], 'int') : `any(${this.bind(many, 'int[]')})`;
      // Most texts of this length are the one that is wanted, as it is.
      const asIs = face.sql(sql.attributeAsIs(name), wanted);
      const inLowerCase = face.sql(sql.attributeInLowerCase(name), wanted);
      const alone = `(${sql.attributeAsLong(name, lengths)} and ${sql.confirming(`${asIs} or ${inLowerCase}`)})`;
      return sql.attributeSome(name, alone, element);
    }
    const keys = field.id.slice(freeFields.metadata.prefix.length).split('.');
    const path = this.bind(`lax $${keys.map((key) => `."${key}"`).join('')}[*]`, 'jsonpath');
    return sql.metadataSome(path, face.sql(sql.readJson[type]!(sql.metadataValue, zone), operands()));
  }

  private activity(known: Known): string {
    const { condition, operator, face } = known;
    const of = (operator.negates ?? operator).aggregate!;
    let rows = sql.activityRows(this.bind(condition.activity_type, 'text'));
    if (this.options.persons) {
      this.personsPlaceholder ??= this.bind(this.options.persons, 'uuid[]');
      rows += sql.activityOf(this.personsPlaceholder);
    }
    if (of === 'count' && condition.within) {
      rows += sql.activityBetween(
        this.bind(instantLiteral(shift(this.options, condition.within, 'ago')), 'timestamptz'),
        this.bind(instantLiteral(latestNow(this.options)), 'timestamptz'),
      );
    }
    if (condition.where) rows += sql.activityWhere(this.rule(condition.where, 'where').text);
    const prepared = prepare(known, this.options);
    const values = prepared.map((operand) => operand.value as unknown);
    if (of === 'count') {
      const none = face.test(0, values);
      const some = sameForAll(face, values);
      if (some !== undefined && some !== none) return `${none ? 'not ' : ''}${sql.activityAny(rows)}`;
    }
    const operands = prepared.map((operand) => this.operand(operand));
    // The newest lies inside exactly when one does and none is later.
    if (of === 'last') {
      const later = sql.activityAny(`${rows}${sql.activityAfter(operands[1]!)}`);
      return `(${sql.activityAny(`${rows} and ${face.sql('a.occurred_at', operands)}`)} and not ${later})`;
    }
    const having = face.sql(sql.aggregates[of], operands);
    return of === 'count' && face.test(0, values) ? sql.activityNone(rows, having) : sql.activitySome(rows, having);
  }

  private member(id: string): Condition {
    const list = this.options.lists?.get(id);
    if (!list) throw new RuleError(`There is no smart list with the id ${id}.`);
    if (list.kind === 'static') return { text: sql.memberOf(this.bind(id, 'uuid')), total: true };
    if (this.open.includes(id)) throw new RuleError(`The smart list “${list.name}” asks about itself.`);
    this.open.push(id);
    const inside = this.rule(list.rules!, 'person');
    this.open.pop();
    return inside;
  }
}

/**
 * Compiles a rule to a condition over `cortex.people p`, every value bound. Run it in a read-only transaction
 * with a statement timeout, together with `everyone`.
 * @throws RuleError when the rule asks about something only a run knows, or about a list that is not given.
 */
export function toSql(rules: Group, options: SqlOptions): SqlFragment {
  const compiler = new Compiler(options);
  const { text } = compiler.rule(rules, 'person');
  return { text, values: compiler.values };
}

/** Compiles a `where` to a condition over `public.crm_activities a`. */
export function whereToSql(where: Group, options: SqlOptions): SqlFragment {
  const compiler = new Compiler(options);
  const { text } = compiler.rule(where, 'where');
  return { text, values: compiler.values };
}
