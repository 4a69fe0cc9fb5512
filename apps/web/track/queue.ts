/** One activity as `POST /track` takes it. */
export interface Activity {
  id: string;
  anonymous_id: string;
  contact_email?: string;
  signature?: string;
  type: string;
  metadata: object;
  occurred_at: string;
}

const PREFIX = 'cortex.';
/** Activities that wait at most; the oldest go first. */
const MOST = 500;

/**
 * What this site keeps in the browser, first-party only. Each waiting activity has an entry of its own, so that tabs never
 * overwrite each other's. Before consent, and where the browser refuses, all stays in this page's memory.
 */
const memory = new Map<string, string>();
let disk: Storage | undefined;
let count = 0;

/** Begins to keep things in the browser, with what this page remembers so far. */
export function keep(): void {
  try {
    disk = localStorage;
    for (const [key, value] of [...memory]) put(key, value);
  } catch {
    disk = undefined;
  }
}

/** Removes all that is kept, and keeps nothing from now on. */
export function forget(): void {
  for (const key of keys('')) drop(key);
  disk = undefined;
}

export function put(key: string, value: string): void {
  memory.delete(key);
  try {
    if (disk) return disk.setItem(PREFIX + key, value);
  } catch {
    // Full, or forbidden.
  }
  memory.set(key, value);
}

export const get = (key: string): string | null | undefined => memory.get(key) ?? disk?.getItem(PREFIX + key);

export function drop(key: string): void {
  memory.delete(key);
  disk?.removeItem(PREFIX + key);
}

function keys(start: string): string[] {
  const kept = disk ? Object.keys(disk).filter((key) => key.startsWith(PREFIX)) : [];
  return [...new Set([...memory.keys(), ...kept.map((key) => key.slice(PREFIX.length))])]
    .filter((key) => key.startsWith(start))
    .sort();
}

/** The keys of what waits, oldest first. */
export const waiting = (): string[] => keys('q.');

/** Puts an activity at the end. Keys sort by time, then by the order of one page. */
export function push(activity: Activity): void {
  put(
    `q.${Date.now().toString(36)}.${(count++).toString(36).padStart(4, '0')}.${activity.id}`,
    JSON.stringify(activity),
  );
  for (const key of waiting().slice(0, -MOST)) drop(key);
}
