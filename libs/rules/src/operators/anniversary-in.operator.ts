import { monthAndDay } from '../time.js';
import type { Operator } from '../operator.js';

export const anniversaryIn: Operator = {
  name: 'anniversary_in',
  label: 'has its anniversary within',
  accepts: {
    instant: {
      shape: 'anniversary',
      sql: (x, [zone, days]) => `to_char(${x} at time zone ${zone}, 'MM-DD') = any(${days})`,
      test: (seen, [zone, days]) => days.includes(monthAndDay(seen, zone)),
    },
  },
  english: (noun, value) => `whose ${noun} has its anniversary within the next ${value.span ?? '____'}`,
  examples: [
    {
      ask: { field: 'attributes.birthday', value: { n: 3, unit: 'days' } },
      person: { attributes: { birthday: '1990-11-25' } },
      expect: true,
    },
    {
      ask: { field: 'attributes.birthday', value: { n: 3, unit: 'days' } },
      person: { attributes: { birthday: '1990-11-26' } },
      expect: false,
    },
    {
      // There is no 29 February in 2027: the 28th counts.
      ask: { field: 'attributes.birthday', value: { n: 1, unit: 'days' } },
      person: { attributes: { birthday: '2000-02-29' } },
      now: '2027-02-27T12:00:00Z',
      expect: true,
    },
    { ask: { field: 'attributes.birthday', value: { n: 3, unit: 'days' } }, person: {}, expect: false },
  ],
};
