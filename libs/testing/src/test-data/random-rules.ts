import fc from 'fast-check';
import {
  faceOf,
  fields,
  operators,
  type Condition,
  type ExamplePerson,
  type Group,
  type Rule,
  type Shape,
  eachPersonal,
} from '#rules';

const uuid = (kind: string, n: number) => `00000000-0000-7000-8000-${kind}${n.toString(16).padStart(10, '0')}`;
const courses = [uuid('00', 0xc1), uuid('00', 0xc2)];
/** Two static lists, and one whose rules ask about the second. */
export const staticLists = [uuid('00', 0xa1), uuid('00', 0xa2)];
export const nestedList = uuid('00', 0xb1);

/** Zones with daylight saving of every kind: at midnight, by half an hour, south of the equator, none. */
export const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Cairo',
  'America/Havana',
];
/** Moments at the edges: of daylight saving, of months, of years. */
export const nows = [
  '2026-11-22T12:00:00.000Z',
  '2026-03-29T00:59:59.999Z',
  '2026-03-29T01:30:00Z',
  '2026-10-25T00:30:00Z',
  '2026-10-25T01:30:00.001Z',
  '2026-03-31T12:00:00Z',
  '2028-02-29T23:30:00Z',
  '2027-02-27T12:00:00Z',
  '2026-11-01T05:30:00Z',
  '2026-03-08T07:00:00Z',
  '2026-12-31T23:59:59Z',
];
/** Where a day ago is a local time that happened twice or not at all, by an hour or by half of one. */
export const edges: readonly (readonly [now: string, zone: string])[] = [
  ['2026-10-26T01:30:00Z', 'Europe/Berlin'],
  ['2026-03-30T00:30:00Z', 'Europe/Berlin'],
  ['2026-11-02T06:30:00Z', 'America/New_York'],
  ['2026-04-05T15:15:00Z', 'Australia/Lord_Howe'],
  ['2026-10-04T15:45:00Z', 'Australia/Lord_Howe'],
];

const texts = [
  'anna',
  'ANNA',
  'Åse',
  'A\u030ASE',
  'İ',
  'i\u0307',
  'ΟΔΟΣ',
  'οδος',
  'σ',
  'ß',
  'ss',
  'é',
  'e\u0301',
  '%',
  '_',
  '\\',
  "o'brien",
  '"',
  '$1',
  '%s',
  '5',
  '5.0',
  '007',
  '1e3',
  '-0',
  '9007199254740993',
  'true',
  'False',
  '2026-11-22',
  '2026-03-29T01:30:00Z',
  '2026-02-30',
  '2026-10-25T02:30:00+02:00',
  '7 days ago',
  ' a ',
  '𝒳',
  '\u{a7ce}',
  '\u{16ea0}x',
  'pro',
  'Pro',
  'DE',
  'de',
  'x'.repeat(80),
  '--',
  '\n',
  'null',
  '2026-11-15T12:00:00.123456789Z',
  '10000-01-01',
  '0000-01-01',
];
const numbers = [
  0, -0, 1, 2, 5, 5.5, -3, 0.1, 100, 1e21, 9007199254740991, 9007199254740992, 1e-7, 5e-324, 1.7976931348623157e308,
];
/** Numbers as JSON texts that JavaScript cannot write. */
export const rawNumbers = [
  '1e400',
  '-1e400',
  '1e-400',
  '9007199254740993',
  '5.0',
  '5.00000000000000000000001',
  '0.1000000000000000055',
  '-0.0',
];
/** Columns as other programs may leave them: NULL, '' and arrays inside the tags, attributes that are no object. */
export const rawTags = ['{vip,NULL}', '{NULL}', '{"",vip}', '{{vip,a},{b,c}}', '{{vip}}'];
export const rawAttributes = [
  'null',
  '[]',
  '["plan"]',
  '"plan"',
  '5',
  '{"plan": null}',
  '{"plan": [["pro"], "pro"]}',
  '{"n": [[5], [5]]}',
];
const pick = <T>(items: readonly T[]) => fc.constantFrom(...items);
const span = fc.oneof(
  pick([
    { n: 1, unit: 'days' },
    { n: 1, unit: 'months' },
    { n: 30, unit: 'minutes' },
  ] as const),
  fc.record({
    n: fc.integer({ min: 1, max: 40 }),
    unit: pick(['minutes', 'hours', 'days', 'weeks', 'months'] as const),
  }),
);
const instantNear = (now: number) =>
  fc
    .tuple(
      pick([
        0, 1, 60, 300, 1800, 3600, 86_400, 90_000, 82_800, 88_200, 84_600, 604_800, 2_419_200, 2_592_000, 2_678_400,
        31_536_000, 3e8,
      ]),
      pick([-1, 1]),
      pick([-1000, -1, -0.001, 0, 0.001, 1, 500.5]),
    )
    .map(([seconds, way, off]) =>
      new Date(now + way * seconds * 1000)
        .toISOString()
        .replace(
          /\.(\d{3})Z$/,
          (_, ms: string) =>
            `.${String(Math.max(0, Math.min(999_999, Number(ms) * 1000 + Math.round(off * 1000)))).padStart(6, '0')}Z`,
        ),
    );

const leafValue = (now: number) =>
  fc.oneof(pick(texts), pick(texts), pick(numbers), fc.boolean(), fc.constant(null), instantNear(now));
const jsonValue = (now: number) =>
  fc.oneof(
    { weight: 8, arbitrary: leafValue(now) },
    { weight: 2, arbitrary: fc.array(leafValue(now), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(fc.array(leafValue(now), { maxLength: 2 }), { maxLength: 2 }) },
    { weight: 1, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constant({ b: 1 }) },
  );
const tags = ['vip', 'VIP', 'abandoned', 'İ', 'a b', 'ß', ''];

/** Anybody: missing values, wrong types, odd letters, instants near the edges of `now`. */
export const randomPerson = (now: number): fc.Arbitrary<ExamplePerson> =>
  fc.record(
    {
      type: pick(['customer', 'lead'] as const),
      ...eachPersonal(() => pick(texts)),
      country: pick(['DE', 'de', 'FR', '']),
      timezone: pick(zones),
      tags: fc.array(pick(tags), { maxLength: 3 }),
      created_at: instantNear(now),
      last_activity: instantNear(now),
      lifetime_value_minor: pick([0, 1, 100, 199, 500, 550, 10_000, -300, 900719925474099]),
      consent: pick(['unknown', 'subscribed', 'pending', 'unsubscribed']),
      suppressed: fc.boolean(),
      attributes: fc.dictionary(pick(['plan', 'n', 'Ä ö', 'a.b']), jsonValue(now)),
      enrollments: fc.array(
        fc.record({ course_id: pick(courses), status: pick(['active', 'cancelled', 'completed']) }),
        { maxLength: 2 },
      ),
      activities: fc.array(
        fc.record({
          type: pick(['page_view', 'checkout.abandoned']),
          occurred_at: instantNear(now),
          metadata: fc.oneof(
            fc.dictionary(pick(['plan', 'n', 'items']), jsonValue(now)),
            fc.record({ items: fc.array(fc.dictionary(pick(['sku', 'n']), jsonValue(now)), { maxLength: 3 }) }),
          ),
        }),
        { maxLength: 4 },
      ),
      lists: fc.uniqueArray(pick(staticLists)),
    },
    { requiredKeys: [] },
  );

const byShape = (shape: Shape, type: string, now: number, values: readonly string[] = []): fc.Arbitrary<unknown> => {
  const one: fc.Arbitrary<unknown> =
    type === 'number'
      ? pick(numbers)
      : type === 'boolean'
        ? fc.boolean()
        : type === 'enum'
          ? pick(values)
          : type === 'instant'
            ? fc.oneof(
                instantNear(now),
                pick(['2026-11-22', '2026-03-29', '2026-10-25', '2026-03-31']),
                span.map((ago) => ({ ago })),
                span.map((ahead) => ({ ahead })),
                fc.constant('7 days ago'),
              )
            : pick([...texts, ...tags].filter((text) => text !== ''));
  switch (shape) {
    case 'one':
      return one;
    case 'list':
      return fc.array(one, { minLength: 1, maxLength: 3 });
    case 'pair':
      return fc.tuple(one, one);
    case 'last':
    case 'next':
      return span;
    case 'anniversary':
      return fc.integer({ min: 0, max: 60 }).map((n) => ({ n, unit: 'days' }));
    case 'count':
      return fc.integer({ min: 0, max: 3 });
    case 'enrollment':
      return fc.record(
        { course_id: pick(courses), status: pick(['active', 'cancelled', 'completed']) },
        { requiredKeys: [] },
      );
    case 'lists':
      return fc.uniqueArray(pick([...staticLists, nestedList]), { minLength: 1 });
    default:
      return fc.constant(undefined);
  }
};

const freeTypes = ['any', 'text', 'number', 'boolean', 'instant'] as const;
const leaf = (now: number, place: 'person' | 'where'): fc.Arbitrary<Condition> => {
  const fixed = place === 'person' ? fields.filter((field) => field.places.includes('person')) : [];
  const free =
    place === 'person'
      ? ['attributes.plan', 'attributes.n', 'attributes.Ä ö', 'attributes.a.b']
      : ['metadata.plan', 'metadata.n', 'metadata.items', 'metadata.items.sku', 'metadata.items.n'];
  const options = [
    ...fixed.map((field) => ({ id: field.id, types: [field.type], values: field.values })),
    ...free.map((id) => ({ id, types: freeTypes, values: undefined })),
  ].flatMap(({ id, types, values }) =>
    types.flatMap((type) =>
      operators.flatMap((operator) => {
        const face = faceOf(operator, type);
        return face ? [{ id, type, operator, face, values }] : [];
      }),
    ),
  );
  // The operator first, so that the rare ones come up as often as those that many types take.
  const byOperator = [...Map.groupBy(options, ({ operator }) => operator).values()];
  return pick(byOperator)
    .chain(pick)
    .chain(
      ({ id, type, operator, face, values }) =>
        fc
          .record({
            field: fc.constant(id),
            operator: fc.constant(operator.name),
            ...(face.shape === 'none' || face.shape === 'within'
              ? {}
              : { value: byShape(face.shape, type, now, values) }),
            ...(type === 'activity'
              ? {
                  activity_type: pick(['page_view', 'checkout.abandoned', 'nobody.did']),
                  ...(face.shape === 'within' ? { within: span } : {}),
                }
              : {}),
          })
          .chain((condition) =>
            type !== 'activity'
              ? fc.constant(condition)
              : fc.tuple(fc.option(span), fc.option(randomRules(now, 'where', 1))).map(([within, where]) => ({
                  ...condition,
                  ...(within ? { within } : {}),
                  ...(where ? { where } : {}),
                })),
          ) as unknown as fc.Arbitrary<Condition>,
    );
};

const leaves = new Map<string, fc.Arbitrary<Condition>>();
const leafOf = (now: number, place: 'person' | 'where'): fc.Arbitrary<Condition> => {
  const key = `${now} ${place}`;
  if (!leaves.has(key)) leaves.set(key, leaf(now, place));
  return leaves.get(key)!;
};
/** Any rule that asks such people such things. */
export function randomRules(now: number, place: 'person' | 'where', depth: number): fc.Arbitrary<Group> {
  const child: fc.Arbitrary<Rule> =
    depth >= 3
      ? leafOf(now, place)
      : fc.oneof(
          { weight: 4, arbitrary: leafOf(now, place) },
          { weight: 1, arbitrary: fc.constant(null).chain(() => randomRules(now, place, depth + 1)) },
        );
  return fc.oneof(
    fc.record({ operator: pick(['AND', 'OR'] as const), conditions: fc.array(child, { minLength: 1, maxLength: 3 }) }),
    fc.record({ operator: fc.constant('NOT' as const), conditions: fc.tuple(child).map((one): Rule[] => one) }),
  );
}
