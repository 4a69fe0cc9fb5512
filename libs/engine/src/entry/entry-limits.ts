import type { EntryLimit } from '#automations';
import type { ActivityFact } from '#graph';
import { shift, type Span } from '#rules';
import type { Moment } from '../versions/compiled-versions.js';
import type { CompiledVersion } from '../versions/compiled-version.js';
import type { RunContext } from '../runs/journey.js';

/** Somebody who is to come in. */
export interface Entry {
  version: CompiledVersion;
  person_id: string;
  /** What distinguishes this occasion from others: the activity, the lead, the day (`date:2026-05-01`), or the call. */
  occasion: string;
  activity?: ActivityFact & { recorded_for?: string };
  lead_id?: string;
  /** The automations that sent them here. */
  sent_by?: RunContext['sent_by'];
}

export interface AllowedEntry extends Entry {
  entry_key: string;
  key?: string;
  /** When this person came in during the last 24 hours. */
  today: Date[];
}

export interface PastEntry {
  automation_id: string;
  person_id: string;
  entry_key: string;
  key: string | null;
  entered_at: Date;
  seen: boolean;
}

/** Where earlier entries are looked up: the database now, or a replayed past. */
export interface EntryHistory {
  /** The earlier entries that these are measured by. */
  pastEntries(entries: readonly Entry[]): Promise<PastEntry[]>;
}

/** Why somebody does not come in. */
export type Refusal = 'been_here' | 'too_soon' | 'too_many' | 'no_key';

/**
 * Applies entry limits under the persons' locks, in the order given, each allowed entry counting for the next.
 * An occasion that was taken before (a replay) is refused as `been_here`.
 */
export async function applyLimits(
  history: EntryHistory,
  moment: Moment,
  entries: readonly Entry[],
): Promise<(AllowedEntry | { refused: Refusal })[]> {
  const past = new Map<string, PastEntry[]>();
  for (const row of await history.pastEntries(entries)) {
    const of = `${row.automation_id} ${row.person_id}`;
    past.set(of, [...(past.get(of) ?? []), row]);
  }
  return entries.map((entry) => {
    const of = `${entry.version.automation_id} ${entry.person_id}`;
    const before = past.get(of) ?? [];
    const allowed = judge(entry, before, moment);
    if ('refused' in allowed) return allowed;
    const now = { automation_id: entry.version.automation_id, person_id: entry.person_id, seen: false };
    past.set(of, [
      ...before,
      { ...now, entry_key: allowed.entry_key, key: allowed.key ?? null, entered_at: moment.now },
    ]);
    return allowed;
  });
}

function judge(entry: Entry, past: PastEntry[], moment: Moment): AllowedEntry | { refused: Refusal } {
  const { limit } = entry.version;
  const unit = unitOf(limit, entry);
  if (unit === undefined) return { refused: 'no_key' };
  const once = limit.repeat === 'once';
  const entry_key = once ? unit : `${entry.occasion}${unit === 'once' ? '' : ` ${unit}`}`.slice(0, 400);
  if (past.some((each) => each.entry_key === entry_key)) return { refused: 'been_here' };
  const key = limit.unit.by === 'metadata' ? unit : undefined;
  if (typeof limit.repeat === 'object') {
    const since = spanStart(limit.repeat.every, moment);
    const same = past.filter((each) => key === undefined || each.key === key);
    if (same.some((each) => each.entered_at.getTime() > since)) return { refused: 'too_soon' };
  }
  if (limit.cooldown) {
    const since = spanStart(limit.cooldown, moment);
    if (past.some((each) => !each.seen && each.entered_at.getTime() > since)) return { refused: 'too_soon' };
  }
  const yesterday = moment.now.getTime() - 86_400_000;
  const today = past.flatMap(({ seen, entered_at }) => (!seen && entered_at.getTime() > yesterday ? [entered_at] : []));
  return { ...entry, entry_key, key, today };
}

/** What `once` counts by, as it stands in `entry_key`. */
function unitOf(limit: EntryLimit, entry: Entry): string | undefined {
  if (limit.unit.by === 'person') return 'once';
  if (limit.unit.by === 'lead') return entry.lead_id ? `lead:${entry.lead_id}` : 'once';
  if (limit.unit.by === 'date') return entry.occasion.startsWith('date:') ? entry.occasion : 'once';
  if (!entry.activity) return 'once';
  let value: unknown = entry.activity.metadata;
  for (const part of limit.unit.path) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  }
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return `key:${String(value).slice(0, 200)}`;
}

/** Milliseconds since 1970 of the beginning of a span that ends now. */
export const spanStart = (span: { n: number; unit: string }, moment: Pick<Moment, 'now' | 'timezone'>): number =>
  shift(moment, span as Span, 'ago');
