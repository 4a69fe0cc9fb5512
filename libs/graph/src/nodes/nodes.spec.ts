import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { PlanInput } from '../model/node.js';
import { nodes, nodeTypes } from './index.js';
import { BLANK } from '../words/phrase.js';
import { noNames } from '../words/names.js';
import { briefOf, sentenceOf } from '../reading/readable.js';

const at = new Date('2026-01-01T00:00:00Z');
const input: PlanInput = {
  now: at,
  timezone: 'UTC',
  contact_timezone: undefined,
  entered_at: at,
  chance: 0,
  decide: () => false,
  arrived: [],
};

describe.each(nodeTypes)('%s', (type) => {
  const def = nodes[type];

  it('is listed under its own name, with a title and a summary', () => {
    expect(def.type).toBe(type);
    expect(def.title).not.toBe('');
    expect(def.summary).toMatch(/\.$/);
  });

  it.each(def.examples.map((example) => [example.name, example] as const))('plans: %s', (_, example) => {
    const config = def.config.parse(example.config);
    const decide = example.input?.decide;
    expect(def.plan(config, { ...input, ...example.input, decide: () => decide ?? false })).toEqual(example.expect);
  });

  it('has an example, and every way out an example leads to exists', () => {
    expect(def.examples.length).toBeGreaterThan(0);
    for (const example of def.examples) {
      const plan = example.expect;
      if ('next' in plan) expect(def.ports(def.config.parse(example.config)).map(({ id }) => id)).toContain(plan.next);
    }
  });

  it.each([
    ['empty', {}],
    ['a fresh one', def.defaults],
    ['wrong', Object.fromEntries(Object.keys(def.config.shape).map((key) => [key, [null, { deep: 1 }]]))],
    ...def.examples.map((example) => [example.name, example.config] as const),
  ])('reads well: %s', (_, config) => {
    const sentence = sentenceOf({ type, config });
    expect(sentence).toMatch(/^[A-Z]/);
    expect(sentence).not.toMatch(/undefined|null|\[object|NaN| {2}|,,/);
    expect(briefOf({ type, config })).toMatch(/^(?!.*(undefined|null|\[object|NaN| {2}|,,))\S/);
  });

  it('marks blanks with the field they belong to', () => {
    const phrases = def.phrases({}, noNames);
    expect(phrases.map(({ text }) => text).join('')).toBe(def.sentence({}));
    for (const phrase of phrases.filter(({ text }) => text.includes(BLANK))) {
      expect(phrase.blank).toBe(true);
      expect(Object.keys(def.config.shape)).toContain(phrase.field);
    }
  });

  it('has ways out with different names, whatever the config', () => {
    for (const config of [{}, def.defaults, ...def.examples.map((example) => example.config)]) {
      const ids = def.ports(config).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  it('survives storage: JSON and back is the same config', () => {
    for (const { config } of def.examples) {
      const parsed = def.config.parse(config);
      expect(def.config.parse(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
    }
  });

  it('describes its config as JSON Schema, each field with a label', () => {
    const schema = z.toJSONSchema(def.config, { io: 'input', unrepresentable: 'any' });
    expect(schema.type).toBe('object');
    for (const field of Object.values(def.config.shape))
      expect((field as z.ZodType).meta()?.label).toEqual(expect.any(String));
  });

  it('refuses keys it does not know', () => {
    const example = def.examples[0]?.config ?? {};
    expect(def.config.safeParse({ ...example, surprise: 1 }).success).toBe(false);
  });
});
