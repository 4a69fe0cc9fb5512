import { describe, expect, it } from '@jest/globals';
import type { Group, Rule } from '#rules';
import { countablePart } from './countable-part';

const lead: Rule = { field: 'type', operator: 'eq', value: 'lead' };
const tagged: Rule = { field: 'tags', operator: 'contains', value: 'vip' };
const unfinished: Rule = { field: 'country', operator: 'eq' };
const ofTheRun: Rule = { field: 'lead', operator: 'not_enrolled' };
const and = (...conditions: Rule[]): Group => ({ operator: 'AND', conditions });
const or = (...conditions: Rule[]): Group => ({ operator: 'OR', conditions });

describe('the countable part of a rule', () => {
  it('is all of a finished rule about people', () => {
    expect(countablePart(and(lead, tagged))).toMatchObject({ rules: and(lead, tagged), whole: true });
  });

  it('leaves out what is unfinished or asks about a run, and knows where the rest stood', () => {
    const part = countablePart(and(ofTheRun, lead, or(unfinished, tagged), or(ofTheRun)))!;
    expect(part.rules).toEqual(and(lead, or(tagged)));
    expect(part.whole).toBe(false);
    expect(part.origin.get('/conditions/0')).toBe('/conditions/1');
    expect(part.origin.get('/conditions/1/conditions/0')).toBe('/conditions/2/conditions/1');
  });

  it('keeps a NOT whole or not at all', () => {
    const not: Group = { operator: 'NOT', conditions: [and(lead, ofTheRun)] };
    expect(countablePart(and(tagged, not))).toMatchObject({ rules: and(tagged), whole: false });
  });

  it('is nothing where nothing can be asked', () => expect(countablePart(and(unfinished, ofTheRun))).toBeUndefined());
});
