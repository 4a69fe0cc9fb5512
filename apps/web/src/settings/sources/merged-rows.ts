import type { LiveReject } from './sources.queries';
import type { LiveActivity, LiveFilter } from './use-live-activities';

/** One line of what comes in: an activity, or what was refused. */
export type LiveRow =
  | { id: string; at: string; activity: LiveActivity; reject?: undefined }
  | { id: string; at: string; reject: LiveReject };

const MOST = 200;

/** Both by time, the newest first. */
export function mergedRows(activities: readonly LiveActivity[], rejects: readonly LiveReject[]): LiveRow[] {
  const rows: LiveRow[] = [
    ...activities.map((activity) => ({ id: activity.id, at: activity.occurred_at, activity })),
    ...rejects.map((reject) => ({ id: `reject ${reject.id}`, at: reject.at, reject })),
  ];
  return rows.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, MOST);
}

/**
 * Whether a refused body is of what is watched. It has neither a type nor a person of its own, so its words are asked;
 * where a page sent it, addresses are not among them.
 */
export function isWanted(reject: LiveReject, { type, source, contact_email }: LiveFilter): boolean {
  const has = (text: string | null, wanted: string) => (text ?? '').toLowerCase().includes(wanted.trim().toLowerCase());
  return (
    (has(reject.body, type) || has(reject.reason, type)) &&
    (has(reject.source, source) || has(reject.route, source)) &&
    has(reject.body, contact_email)
  );
}
