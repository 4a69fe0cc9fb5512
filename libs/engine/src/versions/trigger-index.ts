import { fold, isGroup, type Group } from '#rules';
import type { ActivityFact } from '#graph';
import type { CompiledVersion } from './compiled-version.js';

/** A live automation that an activity of its type may start. */
export interface Trigger {
  version: CompiledVersion;
  where: Group | undefined;
  rules: Group | undefined;
}

interface Equality {
  path: string;
  value: string;
}

interface Bucket {
  /** Those without an equality to tell them apart by. */
  always: Trigger[];
  /** By metadata path, then by folded value. */
  equal: Map<string, Map<string, Trigger[]>>;
}

/**
 * Live automations by activity type and, where their conditions demand that some metadata equal a text, by
 * that text. What comes out is a candidate, still to be decided; what does not come out could not match. So an
 * activity costs what its candidates cost, however many automations are live.
 */
export class TriggerIndex {
  private readonly types = new Map<string, Bucket>();

  constructor(versions: readonly CompiledVersion[]) {
    for (const version of versions) {
      if (version.start?.by !== 'activity') continue;
      const { activity_type, where, rules } = version.start;
      const bucket = this.types.get(activity_type) ?? { always: [], equal: new Map<string, Map<string, Trigger[]>>() };
      this.types.set(activity_type, bucket);
      place(bucket, { version, where, rules }, where && equalityOf(where));
    }
  }

  /** Whether some automation starts by activities of this type. */
  has(type: string): boolean {
    return this.types.has(type);
  }

  /** The automations that this activity may start. */
  candidates(activity: Pick<ActivityFact, 'type' | 'metadata'>): readonly Trigger[] {
    const bucket = this.types.get(activity.type);
    if (!bucket) return [];
    if (bucket.equal.size === 0) return bucket.always;
    const found = [...bucket.always];
    for (const [path, byValue] of bucket.equal) {
      const value = textAt(activity.metadata, path.split('.'));
      if (value === 'several') for (const triggers of byValue.values()) found.push(...triggers);
      else if (value) found.push(...(byValue.get(value.text) ?? []));
    }
    return found;
  }
}

function place(bucket: Bucket, trigger: Trigger, equality: Equality | undefined): void {
  if (!equality) {
    bucket.always.push(trigger);
    return;
  }
  const byValue = bucket.equal.get(equality.path) ?? new Map<string, Trigger[]>();
  bucket.equal.set(equality.path, byValue);
  const key = fold(equality.value);
  byValue.set(key, [...(byValue.get(key) ?? []), trigger]);
}

/** A condition that must hold for the whole to hold: some metadata equals a text. */
function equalityOf(where: Group): Equality | undefined {
  if (where.operator === 'NOT' || (where.operator === 'OR' && where.conditions.length > 1)) return undefined;
  for (const part of where.conditions) {
    if (isGroup(part)) {
      const inner = equalityOf(part);
      if (inner) return inner;
    } else if (part.operator === 'eq' && typeof part.value === 'string' && !/^\d{4}-\d\d-\d\d/.test(part.value)) {
      // A text that reads as a date is compared as an instant, so different texts can be equal.
      return { path: part.field.replace(/^metadata\./, ''), value: part.value };
    }
  }
  return undefined;
}

/** The folded text at a path; `several` where an array makes any of its elements count. */
function textAt(metadata: unknown, path: readonly string[]): { text: string } | 'several' | undefined {
  let value = metadata;
  for (const key of path) {
    if (Array.isArray(value)) return 'several';
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  if (Array.isArray(value)) return 'several';
  if (typeof value === 'string') return { text: fold(value) };
  return typeof value === 'number' ? { text: String(value) } : undefined;
}
