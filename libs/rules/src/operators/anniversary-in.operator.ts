import { monthAndDay } from '../language/time.js';
import type { Operator } from '../language/operator.js';

export const anniversaryIn: Operator = {
  name: 'anniversary_in',
  label: 'comes round within',
  accepts: {
    instant: {
      shape: 'anniversary',
      // Whether the zone is corrected is asked once for all people; the function alone would be called for each.
      sql: (x, [zone, days]) =>
        `to_char(case when exists (select from cortex.zone_corrections c where c.zone = ${zone}) then cortex.local_time(${x}, ${zone}) else ${x} at time zone ${zone} end, 'MM-DD') = any(${days})`,
      test: (seen, [zone, days]) => days.includes(monthAndDay(seen, zone)),
    },
  },
  english: (noun, value) => {
    if (value.n === 0) return `whose ${noun} is today, in any year`;
    if (value.n === 1) return `whose ${noun} is today or tomorrow, in any year`;
    return `whose ${noun} is within the next ${value.span ?? '____'}, in any year`;
  },
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
    {
      ask: { field: 'attributes.birthday', value: { n: 0, unit: 'days' } },
      person: { attributes: { birthday: '1990-11-22' } },
      expect: true,
    },
    {
      ask: { field: 'attributes.birthday', value: { n: 0, unit: 'days' } },
      person: { attributes: { birthday: '1990-11-23' } },
      expect: false,
    },
  ],
};
