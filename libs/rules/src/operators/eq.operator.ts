import type { Face, Operator } from '../language/operator.js';

const same: Face = {
  shape: 'one',
  sql: (x, [wanted]) => `${x} = ${wanted}`,
  test: (seen, [wanted]) => seen === wanted,
};

export const eq: Operator = {
  name: 'eq',
  label: 'is',
  accepts: { text: { ...same, finds: 'start', whole: true }, number: same, instant: same, enum: same, boolean: same },
  english: (noun, value) => `whose ${noun} is ${value.text}`,
  examples: [
    { ask: { field: 'first_name', value: 'ANNA' }, person: { first_name: 'anna' }, expect: true },
    { ask: { field: 'first_name', value: 'οδος' }, person: { first_name: 'ΟΔΟΣ' }, expect: true },
    { ask: { field: 'first_name', value: 'Straße' }, person: { first_name: 'STRASSE' }, expect: false },
    { ask: { field: 'first_name', value: 'é' }, person: { first_name: 'e\u0301' }, expect: true },
    { ask: { field: 'first_name', value: 'Anna' }, person: {}, expect: false },
    { ask: { field: 'email', value: 'A@Example.com' }, person: { email: 'a@example.COM' }, expect: true },
    { ask: { field: 'type', value: 'lead' }, person: { type: 'lead' }, expect: true },
    { ask: { field: 'consent', value: 'subscribed' }, person: {}, expect: false },
    { ask: { field: 'lifetime_value', value: 19.99 }, person: { lifetime_value_minor: 1999 }, expect: true },
    { ask: { field: 'attributes.seats', value: 5 }, person: { attributes: { seats: '5' } }, expect: true },
    { ask: { field: 'attributes.seats', value: '5' }, person: { attributes: { seats: 5 } }, expect: true },
    { ask: { field: 'attributes.seats', value: 5 }, person: { attributes: { seats: 'five' } }, expect: false },
    {
      ask: { field: 'attributes.big', value: 9007199254740992 },
      person: { attributes: { big: 9007199254740993 } },
      expect: true,
    },
    { ask: { field: 'attributes.plan', value: 'Pro' }, person: { attributes: { plan: 'PRO' } }, expect: true },
    { ask: { field: 'attributes.plan', value: 'pro' }, person: { attributes: { plan: 'pro ' } }, expect: false },
    { ask: { field: 'attributes.city', value: 'kiel' }, person: { attributes: { city: '\u212aiel' } }, expect: true },
    { ask: { field: 'attributes.vip', value: 'true' }, person: { attributes: { vip: true } }, expect: false },
    { ask: { field: 'attributes.vip', value: true }, person: { attributes: { vip: true } }, expect: true },
    { ask: { field: 'attributes.vip', value: true }, person: { attributes: { vip: null } }, expect: false },
    {
      ask: { field: 'attributes.due', value: '2026-03-29' },
      person: { attributes: { due: '2026-03-28T23:00:00Z' } },
      timezone: 'Europe/Berlin',
      expect: true,
    },
  ],
};
