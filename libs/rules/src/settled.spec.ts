import { describe, expect, it } from '@jest/globals';
import { readRules } from './reading/ast.js';
import { bindEntry } from './reading/bind-entry.js';
import { Decider } from './engine/index.js';
import { entriesOf, entryFacts } from './language/entry.js';
import type { PersonFacts } from './language/facts.js';
import type { Condition, Group, Place } from './language/language.js';
import { faceOf, operators } from './operators/index.js';
import { toClause, toEnglish } from './english/to-english.js';
import { toSql } from './sql/to-sql.js';

/** The sentences of “Settled” in the specification of the rule language, one test each. */
const moment = { now: new Date('2026-11-22T12:00:00Z'), timezone: 'Europe/Berlin' };
const nobody: PersonFacts = {
  person_id: '1',
  type: 'lead',
  email: null,
  first_name: null,
  last_name: null,
  phone: null,
  country: null,
  timezone: null,
  language: null,
  tags: [],
  created_at: null,
  last_activity: null,
  lifetime_value: 0,
  can_be_emailed: true,
  consent: 'subscribed',
  attributes: {},
  enrollments: [],
  lists: {},
  activities: {},
};
const read = (condition: object, place: Place = 'person'): Group => {
  const { rules, troubles } = readRules({ operator: 'AND', conditions: [condition] }, place);
  if (!rules) throw new Error(troubles[0]!.message);
  return rules;
};
const refusal = (condition: object, place: Place = 'person') =>
  readRules({ operator: 'AND', conditions: [condition] }, place).troubles?.[0]?.message;
const holds = (condition: object, person: Partial<PersonFacts>, now = moment.now) =>
  new Decider({ ...moment, now }).decide(read(condition), { ...nobody, ...person });
const attribute = (operator: string, value: unknown, stored: unknown) =>
  holds({ field: 'attributes.x', operator, ...(value === undefined ? {} : { value }) }, { attributes: { x: stored } });

describe('a guarded cast', () => {
  it.each([
    ['5', true],
    ['+5', true],
    ['5.0', true],
    ['05', true],
    [' 5', false],
    ['5e0', false],
    ['5.', false],
    ['.5e1', false],
    [true, false],
  ])('reads a number from the text %j: %j', async (stored, expected) => {
    expect(await attribute('eq', 5, stored)).toBe(expected);
  });

  it.each([
    [42, '42', true],
    [9007199254740992, '9007199254740992', false],
    [42.5, '42.5', false],
    [true, 'true', false],
  ])('reads %j as the text %j: %j', async (stored, text, expected) => {
    expect(await attribute('eq', text, stored)).toBe(expected);
  });

  it('reads true and false as text as booleans', async () => {
    expect(await attribute('is_true', undefined, 'true')).toBe(true);
    expect(await attribute('is_false', undefined, 'false')).toBe(true);
    expect(await attribute('is_true', undefined, 'yes')).toBe(false);
  });

  it.each([
    ['2026-11-22T09:00Z', true],
    ['2026-11-22T09:00:00Z', true],
    ['2026-11-22T24:00:00-15:59', false],
    ['2026-11-22T23:59:00+15:59', true],
    ['2026-11-22T09:00:00+16:00', false],
    ['2026-11-22 09:00:00Z', false],
  ])('reads an instant from the text %j: %j', async (stored, expected) => {
    expect(await attribute('gt', '2026-11-01', stored)).toBe(expected);
  });

  it('takes a bare date in a condition for an instant, also on attributes', async () => {
    expect(await attribute('eq', '2026-11-22', '2026-11-21T23:00:00Z')).toBe(true);
    expect(await attribute('gte', '2026-11-22', '2026-11-21T22:59:59Z')).toBe(false);
  });
});

describe('missing', () => {
  it.each([[undefined], [null], [''], [[]], [{}], [[[1]]], [[null, '']]])('is %j', async (stored) => {
    expect(await attribute('is_empty', undefined, stored)).toBe(true);
    expect(await attribute('neq', 'a', stored)).toBe(true);
    expect(await attribute('contains', 'a', stored)).toBe(false);
  });

  it('is NULL inside a set, and an array inside it', async () => {
    for (const tags of [[null], [['vip']], ['']] as unknown as string[][]) {
      expect(await holds({ field: 'tags', operator: 'is_empty' }, { tags })).toBe(true);
      expect(await holds({ field: 'tags', operator: 'contains', value: 'vip' }, { tags })).toBe(false);
    }
    const tags = ['vip', null] as string[];
    expect(await holds({ field: 'tags', operator: 'contains', value: 'VIP' }, { tags })).toBe(true);
  });

  it('is every attribute where the column holds no object', async () => {
    for (const attributes of [null, [], ['x'], 'x', 5] as never[]) {
      expect(await holds({ field: 'attributes.x', operator: 'is_empty' }, { attributes })).toBe(true);
    }
  });

  it('cannot be asked for by eq ""', () => {
    expect(refusal({ field: 'attributes.x', operator: 'eq', value: '' })).toContain('is_empty');
  });
});

describe('arrays', () => {
  it('are looked through one level: some element, and no element for the negation', async () => {
    expect(await attribute('eq', 'b', ['a', 'B'])).toBe(true);
    expect(await attribute('neq', 'b', ['a', 'B'])).toBe(false);
    expect(await attribute('gt', 5, ['1', 6])).toBe(true);
  });

  it('inside arrays are missing', async () => {
    expect(await attribute('eq', 'b', [['b']])).toBe(false);
    expect(await attribute('neq', 'b', [['b']])).toBe(true);
  });
});

describe('spans and windows', () => {
  it('end on the last day of a month that is too short', async () => {
    const march = new Date('2026-03-31T12:00:00Z');
    const field = { field: 'attributes.x', operator: 'eq' };
    const at = (value: object, x: string) => holds({ ...field, value }, { attributes: { x } }, march);
    expect(await at({ ago: { n: 1, unit: 'months' } }, '2026-02-28T13:00:00Z')).toBe(true);
    expect(await at({ ahead: { n: 1, unit: 'months' } }, '2026-04-30T12:00:00Z')).toBe(true);
  });

  it('include both ends', async () => {
    const week = { n: 7, unit: 'days' };
    expect(await attribute('in_last', week, '2026-11-15T12:00:00Z')).toBe(true);
    expect(await attribute('in_last', week, '2026-11-15T11:59:59.999Z')).toBe(false);
    expect(await attribute('in_next', week, '2026-11-29T12:00:00Z')).toBe(true);
    expect(await attribute('in_next', week, '2026-11-29T12:00:00.001Z')).toBe(false);
    expect(await attribute('in_next', week, '2026-11-22T12:00:00Z')).toBe(true);
  });

  it('count what lies up to five minutes ahead as now', async () => {
    for (const [ahead, inside] of [
      ['2026-11-22T12:04:00Z', true],
      ['2026-11-22T12:05:00Z', true],
      ['2026-11-22T12:05:00.001Z', false],
    ] as const) {
      const last_activity = Date.parse(ahead);
      const ask = { field: 'last_activity', value: { n: 30, unit: 'days' } };
      expect(await holds({ ...ask, operator: 'in_last' }, { last_activity })).toBe(inside);
      expect(await holds({ ...ask, operator: 'not_in_last' }, { last_activity })).toBe(!inside);
    }
  });

  it('say that a birthday is today: anniversary_in 0 is today, 1 today and tomorrow', async () => {
    const birthday = (n: number, x: string) => attribute('anniversary_in', { n, unit: 'days' }, x);
    expect(await Promise.all([birthday(0, '1990-11-22'), birthday(0, '1990-11-23')])).toEqual([true, false]);
    expect(await Promise.all([birthday(1, '1990-11-23'), birthday(1, '1990-11-24')])).toEqual([true, false]);
    const rules = read({ field: 'attributes.birthday', operator: 'anniversary_in', value: { n: 0, unit: 'days' } });
    expect(toEnglish(rules)).toBe('People whose birthday is today, in any year');
    expect(refusal({ field: 'created_at', operator: 'in_last', value: { n: 0, unit: 'days' } })).toContain('from 1');
  });
});

describe('in and not_in', () => {
  it('are asked of numbers and instants too', async () => {
    expect(await attribute('in', [1, 42], '42')).toBe(true);
    expect(await attribute('not_in', [1, 42], '42')).toBe(false);
    expect(await attribute('in', ['2026-11-22', '2026-11-23'], '2026-11-21T23:00:00Z')).toBe(true);
  });
});

describe('a where', () => {
  const where = (conditions: unknown[]) => ({ operator: 'AND', conditions });
  const sku = { field: 'metadata.sku', operator: 'is_set' };
  const bought = (inner: unknown) => ({
    field: 'activity',
    activity_type: 'order.paid',
    operator: 'count_gte',
    value: 1,
    where: inner,
  });

  it('counts towards the depth of the rule it stands in', () => {
    expect(refusal(where([bought(where([where([sku])]))]))).toBeUndefined();
    expect(refusal(where([bought(where([where([where([sku])])]))]))).toContain('nested 4 deep');
  });

  it('counts towards the 50 conditions', () => {
    expect(refusal(bought(where(Array.from({ length: 49 }, () => sku))))).toBeUndefined();
    expect(refusal(bought(where(Array.from({ length: 50 }, () => sku))))).toContain('at most 50 conditions');
  });
});

describe('a value of what started the run', () => {
  const same = { field: 'metadata.cart', operator: 'eq', value: { entry: 'metadata.cart' } };
  const course = { field: 'enrollment', operator: 'exists', value: { course_id: { entry: 'lead.course_id' } } };
  const whereHolds = (condition: object, started: object, metadata: unknown) => {
    const rules = read(condition, 'where');
    const bound = bindEntry(rules, entryFacts(entriesOf(rules), started), 'where');
    return new Decider(moment).decideWhere(bound, { metadata });
  };

  it('is taken inside graphs only', () => {
    expect(refusal({ ...same, field: 'country' })).toContain('Only inside an automation');
    expect(refusal(course)).toContain('Only inside an automation');
    const inList = {
      field: 'activity',
      activity_type: 'a',
      operator: 'never',
      where: { operator: 'AND', conditions: [same] },
    };
    expect(refusal(inList)).toContain('Only inside an automation');
    expect(refusal(inList, 'graph')).toBeUndefined();
    expect(refusal(course, 'graph')).toBeUndefined();
  });

  it.each([['cart'], ['metadata.'], ['lead.email'], ['__proto__'], [7]])('has no name %j', (entry) => {
    expect(refusal({ ...same, value: { entry } }, 'where')).toContain('Name what started');
  });

  it('is one value, not one of several', () => {
    const value = [{ entry: 'metadata.cart' }];
    expect(refusal({ field: 'metadata.cart', operator: 'in', value }, 'where')).toContain('single value');
  });

  it('is compared as any other value', async () => {
    const cart = (a: unknown, b: unknown) => whereHolds(same, { metadata: { cart: a } }, { cart: b });
    expect(await cart('A', 'a')).toBe(true);
    expect(await cart('A', 'B')).toBe(false);
    expect(await cart(7, '7')).toBe(true);
    expect(await cart('7', 7)).toBe(true);
    expect(await cart(['A', 'B'], 'b')).toBe(true);
    expect(await cart('A', ['b', 'a'])).toBe(true);
    const more = { field: 'metadata.total', operator: 'gt', value: { entry: 'metadata.limit' } };
    expect(await whereHolds(more, { metadata: { limit: '10' } }, { total: 10.5 })).toBe(true);
    expect(await whereHolds(more, { metadata: { limit: 'ten' } }, { total: 10.5 })).toBe(false);
  });

  it('missing there is as a missing value of the field', async () => {
    for (const started of [
      {},
      { metadata: {} },
      { metadata: { cart: null } },
      { metadata: { cart: '' } },
      { metadata: { cart: {} } },
    ]) {
      expect(await whereHolds(same, started, { cart: 'A' })).toBe(false);
      expect(await whereHolds({ ...same, operator: 'neq' }, started, { cart: 'A' })).toBe(true);
    }
  });

  it('names a course of the lead', async () => {
    const id = '00000000-0000-7000-8000-0000000000c1';
    const rules = read(course, 'graph');
    const person = { ...nobody, enrollments: [{ course_id: id, status: 'active' as const }] };
    const asked = (lead: Record<string, unknown> | undefined) =>
      new Decider(moment).decide(bindEntry(rules, entryFacts(entriesOf(rules), lead ? { lead } : {}), 'graph'), person);
    expect(await Promise.all([asked({ course_id: id }), asked({ course_id: null }), asked(undefined)])).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('compiles to SQL, also where it is missing', () => {
    const rules = read({ field: 'country', operator: 'eq', value: { entry: 'metadata.country' } }, 'graph');
    expect(toSql(rules, moment).text).toBe('(false)');
    const bound = toSql(bindEntry(rules, { 'metadata.country': ['DE'] }, 'graph'), moment);
    expect(bound.values).toEqual(['de']);
    const negated = read({ field: 'country', operator: 'neq', value: { entry: 'metadata.country' } }, 'graph');
    expect(toSql(negated, moment).text).toBe('((not false))');
  });

  it('is said in English', () => {
    const say = (condition: object, place: Place = 'where') => toClause(read(condition, place), { place });
    expect(say(same)).toBe('whose cart is the same as in the activity that started this');
    expect(say({ ...same, operator: 'neq' })).toBe('whose cart is not the same as in the activity that started this');
    const total = { field: 'metadata.total', operator: 'gt', value: { entry: 'metadata.limit' } };
    expect(say(total)).toBe('whose total is more than the limit of the activity that started this');
    expect(say(course, 'graph')).toBe('who have an enrollment in the course of the lead that started this');
  });
});

describe('the English of instants', () => {
  const day = { n: 1, unit: 'days' };
  const ask = (operator: string, value: unknown, field = 'attributes.due'): Condition =>
    ({ field, operator, value }) as Condition;
  // What the sentence claims of people just outside it, on both sides.
  it.each([
    [ask('gt', { ago: day }), 'due is later than 1 day ago, future dates included', [false, true, true]],
    [ask('gte', { ago: day }), 'due is 1 day ago or later, future dates included', [false, true, true]],
    [ask('lt', { ago: day }), 'due was more than 1 day ago', [true, false, false]],
    [ask('lte', { ago: day }), 'due was 1 day ago or earlier', [true, false, false]],
    [ask('in_last', day), 'due was within the last day', [false, true, false]],
    [ask('not_in_last', day), 'due was not within the last day', [true, false, true]],
    [ask('gt', { ago: day }, 'last_activity'), 'last activity was within the last day', [false, true, undefined]],
  ])('%j: %s', async (condition, sentence, [before, inside, after]) => {
    expect(toClause(read(condition))).toBe(`whose ${sentence}`);
    const at = (instant: string) =>
      holds(condition, { attributes: { due: instant }, last_activity: Date.parse(instant) });
    expect(await at('2026-11-21T11:59:59Z')).toBe(before);
    expect(await at('2026-11-21T12:00:01Z')).toBe(inside);
    if (after !== undefined) expect(await at('2026-12-22T12:00:00Z')).toBe(after);
  });

  it.each([
    [ask('gt', { ahead: day }), 'due is more than 1 day from now', [false, false, true]],
    [ask('gte', { ahead: day }), 'due is 1 day from now or later', [false, false, true]],
    [ask('lt', { ahead: day }), 'due is less than 1 day from now, past dates included', [true, true, false]],
    [ask('lte', { ahead: day }), 'due is 1 day from now or earlier, past dates included', [true, true, false]],
    [ask('in_next', day), 'due is within the next day', [false, true, false]],
  ])('%j: %s', async (condition, sentence, [before, inside, after]) => {
    expect(toClause(read(condition))).toBe(`whose ${sentence}`);
    expect(await holds(condition, { attributes: { due: '2026-10-22T12:00:00Z' } })).toBe(before);
    expect(await holds(condition, { attributes: { due: '2026-11-23T11:59:59Z' } })).toBe(inside);
    expect(await holds(condition, { attributes: { due: '2026-11-23T12:00:01Z' } })).toBe(after);
  });

  it('no two operators say the same of the same value', () => {
    const said = operators.flatMap((operator) => {
      const shape = faceOf(operator, 'instant')?.shape;
      const values =
        shape === 'one' ? [{ ago: day }, { ahead: day }] : shape === 'last' || shape === 'next' ? [day] : [];
      return values.map((value) => toClause(read(ask(operator.name, value))));
    });
    expect(new Set(said).size).toBe(said.length);
  });
});

describe('a proof', () => {
  it('shows the stored text where it does not fit the type', async () => {
    const rules = read({ field: 'attributes.x', operator: 'gt', value: 5 });
    const proof = await new Decider(moment).explain(rules, { ...nobody, attributes: { x: '5 EUR' } });
    expect(proof.children![0]).toMatchObject({ result: false, value_seen: '5 EUR', wanted: 5 });
  });
});
