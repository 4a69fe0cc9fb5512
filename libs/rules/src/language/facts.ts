import type { Condition } from './language.js';
import type { PersonalFieldId } from './personal-fields.js';

/** What is known about the activities that an activity condition asks about. */
export interface ActivityAggregate {
  /** Inside `within`, or ever. */
  count: number;
  /** Of all such activities ever; milliseconds since 1970. */
  first_at: number | null;
  last_at: number | null;
  /** Of those counted inside `within`: the first that will lie behind it. */
  oldest_at?: number | null;
}

export type StepOutcome = 'sent' | 'delivered' | 'clicked' | 'skipped' | 'failed';

/**
 * Everything that rules may know about one person at one moment. Instants are milliseconds since 1970,
 * microseconds as the fraction; what is unknown is null.
 */
export interface PersonFacts extends Record<PersonalFieldId, string | null> {
  person_id: string;
  type: 'customer' | 'lead' | null;
  email: string | null;
  tags: string[];
  created_at: number | null;
  last_activity: number | null;
  /** Major units. */
  lifetime_value: number;
  can_be_emailed: boolean;
  consent: 'unknown' | 'subscribed' | 'pending' | 'unsubscribed';
  attributes: Record<string, unknown>;
  enrollments: { course_id: string; status: 'active' | 'cancelled' | 'completed' }[];
  /** Of the smart lists that the rules ask about: whether the person is in. */
  lists: Record<string, boolean>;
  /** Whether time alone can bring the person into one of those lists, or out. */
  lists_follow_clock?: boolean;
  /** By `aggregateKey` of each activity condition that the rules hold. */
  activities: Record<string, ActivityAggregate>;
  /** Inside a run: the lead that started it; absent where none did. */
  lead?: { enrolled: boolean };
  /** Inside a run: what became of its earlier steps, by node id. */
  steps?: Record<string, StepOutcome[]>;
}

/** The facts of a run that the directory does not know. */
export type RunFacts = Pick<PersonFacts, 'lead' | 'steps'>;

/** JSON with sorted keys: equal for equal meanings, whatever the database did to the order. */
export function stableJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${stableJson(each)}`).join(',')}}`;
}

const keys = new WeakMap<Condition, string>();

/** The name under which an activity condition finds its aggregate in `PersonFacts.activities`. */
export function aggregateKey(condition: Condition): string {
  let key = keys.get(condition);
  if (key === undefined) {
    const { activity_type, within, where } = condition;
    key = stableJson({ activity_type, within, where });
    keys.set(condition, key);
  }
  return key;
}
