import type { Face, Operator } from '../language/operator.js';

const oneOf: Face = {
  shape: 'list',
  sql: (x, [wanted]) => `${x} = any(${wanted})`,
  test: (seen, [wanted]) => wanted.includes(seen),
};

/** The membership itself is the field's matter; this only says which answer is wanted. */
const member: Face = { shape: 'lists', sql: (x) => x, test: (seen) => seen };

export const isIn: Operator = {
  name: 'in',
  label: 'is one of',
  accepts: { text: { ...oneOf, whole: true }, number: oneOf, instant: oneOf, enum: oneOf, list: member },
  english: (noun, value, type) =>
    type === 'list' ? `who are in the smart list ${value.text}` : `whose ${noun} is ${value.text}`,
  examples: [
    { ask: { field: 'country', value: ['DE', 'at'] }, person: { country: 'AT' }, expect: true },
    { ask: { field: 'country', value: ['DE'] }, person: {}, expect: false },
    { ask: { field: 'consent', value: ['subscribed', 'pending'] }, person: { consent: 'pending' }, expect: true },
    { ask: { field: 'attributes.seats', value: [1, 2] }, person: { attributes: { seats: 2.0 } }, expect: true },
    {
      ask: { field: 'attributes.due', value: ['2026-11-22', '2026-11-23T00:00:00+01:00'] },
      person: { attributes: { due: '2026-11-22T23:00:00.000Z' } },
      expect: true,
    },
    {
      ask: { field: 'smart_list', value: ['00000000-0000-7000-8000-0000000000a1'] },
      person: { lists: ['00000000-0000-7000-8000-0000000000a1'] },
      expect: true,
    },
    { ask: { field: 'smart_list', value: ['00000000-0000-7000-8000-0000000000a1'] }, person: {}, expect: false },
  ],
};
