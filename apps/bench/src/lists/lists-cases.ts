/** The lists that are measured: each as a rule, and as an expert would write it for these tables. */

/** Stored lists that other lists ask about. */
export const ASKED = {
  static: { id: '00000000-0000-7000-8000-000000000001', name: 'Put in by hand' },
  rules: { id: '00000000-0000-7000-8000-000000000002', name: 'Partners and important people' },
} as const;

export interface ListCase {
  name: string;
  rules: { operator: 'AND' | 'OR' | 'NOT'; conditions: unknown[] };
  /**
   * Conditions over `cortex.people p` by hand, in as many ways as seemed worth trying: the quickest counts.
   * `:now` stands for the instant of evaluation.
   */
  hand: string[];
}

const recent = (n: number, unit: string) => ({ n, unit });

export const vip = { operator: 'OR', conditions: [{ field: 'tags', operator: 'has_any', value: ['vip', 'partner'] }] };

export const cases: ListCase[] = [
  {
    name: 'the design’s example',
    rules: {
      operator: 'AND',
      conditions: [
        { field: 'type', operator: 'eq', value: 'lead' },
        { field: 'last_activity', operator: 'gt', value: '7 days ago' },
        { field: 'tags', operator: 'contains', value: 'abandoned' },
      ],
    },
    hand: [`p.type = 'lead' and p.last_activity > :now - interval '7 days' and p.tags_folded @> '{abandoned}'`],
  },
  {
    name: 'tags: one and not another',
    rules: {
      operator: 'AND',
      conditions: [
        { field: 'tags', operator: 'contains', value: 'Newsletter' },
        { field: 'tags', operator: 'not_contains', value: 'webinar' },
      ],
    },
    hand: [
      `p.tags_folded @> '{newsletter}' and not p.tags_folded @> '{webinar}'`,
      `'newsletter' = any (p.tags_folded) and 'webinar' <> all (p.tags_folded)`,
    ],
  },
  {
    name: 'attributes: plan and score',
    rules: {
      operator: 'AND',
      conditions: [
        { field: 'attributes.plan', operator: 'eq', value: 'enterprise' },
        { field: 'attributes.score', operator: 'gte', value: 50 },
      ],
    },
    hand: [
      `p.attributes ->> 'plan' = 'enterprise' and (p.attributes ->> 'score')::float8 >= 50`,
      `p.attributes @> '{"plan": "enterprise"}' and (p.attributes ->> 'score')::float8 >= 50`,
    ],
  },
  {
    name: 'country, value, can be e-mailed',
    rules: {
      operator: 'AND',
      conditions: [
        { field: 'country', operator: 'in', value: ['DE', 'GB'] },
        { field: 'lifetime_value', operator: 'gte', value: 100 },
        { field: 'can_be_emailed', operator: 'is_true' },
      ],
    },
    hand: [
      `p.lifetime_value_minor >= 10000 and p.consent_status = 'subscribed' and not p.suppressed_broadcast and p.country in ('DE', 'GB')`,
    ],
  },
  {
    name: 'rare activity, ≥ 2 in 30 days',
    rules: {
      operator: 'AND',
      conditions: [
        {
          field: 'activity',
          activity_type: 'webinar.attended',
          operator: 'count_gte',
          value: 2,
          within: recent(30, 'days'),
        },
      ],
    },
    hand: [
      `p.person_id in (select person_id from crm_activities where type = 'webinar.attended'
         and occurred_at >= :now - interval '30 days' group by person_id having count(*) >= 2)`,
    ],
  },
  {
    name: 'common activity, ≥ 3 in 30 days',
    rules: {
      operator: 'AND',
      conditions: [
        { field: 'activity', activity_type: 'page_view', operator: 'count_gte', value: 3, within: recent(30, 'days') },
      ],
    },
    hand: [
      `p.person_id in (select person_id from crm_activities where type = 'page_view'
         and occurred_at >= :now - interval '30 days' group by person_id having count(*) >= 3)`,
    ],
  },
  {
    name: 'never in 90 days',
    rules: {
      operator: 'AND',
      conditions: [{ field: 'activity', activity_type: 'page_view', operator: 'never', within: recent(90, 'days') }],
    },
    hand: [
      `not exists (select from crm_activities a where a.person_id = p.person_id and a.type = 'page_view'
         and a.occurred_at >= :now - interval '90 days')`,
    ],
  },
  {
    name: 'abandoned and never enrolled',
    rules: {
      operator: 'AND',
      conditions: [
        {
          field: 'activity',
          activity_type: 'checkout.abandoned',
          operator: 'count_gte',
          value: 1,
          within: recent(30, 'days'),
        },
        { field: 'enrollment', operator: 'not_exists', value: {} },
      ],
    },
    hand: [
      `p.person_id in (select person_id from crm_activities where type = 'checkout.abandoned'
         and occurred_at >= :now - interval '30 days')
       and not exists (select from enrollments e where e.profile_id = p.id)`,
    ],
  },
  {
    name: 'in a list, not in another',
    rules: {
      operator: 'AND',
      conditions: [
        { field: 'smart_list', operator: 'in', value: [ASKED.rules.id] },
        { field: 'smart_list', operator: 'not_in', value: [ASKED.static.id] },
      ],
    },
    hand: [
      `p.tags_folded && '{vip,partner}' and not exists (select from cortex.list_members m
         where m.smart_list_id = '${ASKED.static.id}' and m.person_id = p.person_id)`,
    ],
  },
  {
    name: 'text: last name contains',
    rules: { operator: 'AND', conditions: [{ field: 'last_name', operator: 'contains', value: 'Schneid' }] },
    hand: [`p.name_folded like '%schneid%' and lower(p.last_name) like '%schneid%'`, `p.last_name ilike '%schneid%'`],
  },
  {
    name: 'text: address contains',
    rules: { operator: 'AND', conditions: [{ field: 'email', operator: 'contains', value: '@mail42.' }] },
    hand: [`p.address like '%@mail42.%'`],
  },
  {
    name: 'text: first name is',
    rules: { operator: 'AND', conditions: [{ field: 'first_name', operator: 'eq', value: 'Chloé' }] },
    hand: [`lower(p.first_name) = 'chloé'`, `p.name_folded like 'chloé %' and lower(p.first_name) = 'chloé'`],
  },
];
