/** One activity as `POST /track` takes it. */
export interface Activity {
  id: string;
  anonymous_id?: string;
  contact_email?: string;
  signature?: string;
  proof?: string;
  type: string;
  metadata: object;
  occurred_at: string;
}

const PREFIX = 'cortex.';
/** Activities that wait at most; the oldest go first. */
const MOST = 500;

/** What waits, and what else a site keeps in the browser. */
export interface Kept {
  /** Begins to keep things in the browser, with what was remembered so far. */
  keep(): void;
  /** Removes all that is kept, and keeps nothing from now on. */
  forget(): void;
  put(key: string, value: string): void;
  get(key: string): string | null | undefined;
  drop(key: string): void;
  /** The keys of what waits, oldest first. */
  waiting(): string[];
  /** Puts an activity at the end. */
  push(activity: Activity): void;
}

/**
 * What this site keeps in the browser, first-party only. Each waiting activity has an entry of its own, so that tabs never
 * overwrite each other's. Before consent, where the browser refuses, and where there is none, all stays in memory.
 */
export function createKept(): Kept {
  const memory = new Map<string, string>();
  let disk: Storage | undefined;
  let count = 0;

  function put(key: string, value: string): void {
    memory.delete(key);
    try {
      if (disk) return disk.setItem(PREFIX + key, value);
    } catch {
      // Full, or forbidden.
    }
    memory.set(key, value);
  }

  function drop(key: string): void {
    memory.delete(key);
    disk?.removeItem(PREFIX + key);
  }

  function keys(start: string): string[] {
    const kept = disk ? Object.keys(disk).filter((key) => key.startsWith(PREFIX)) : [];
    return [...new Set([...memory.keys(), ...kept.map((key) => key.slice(PREFIX.length))])]
      .filter((key) => key.startsWith(start))
      .sort();
  }

  const waiting = () => keys('q.');

  return {
    keep() {
      try {
        disk = typeof window === 'undefined' ? undefined : localStorage;
        for (const [key, value] of [...memory]) put(key, value);
      } catch {
        disk = undefined;
      }
    },
    forget() {
      for (const key of keys('')) drop(key);
      disk = undefined;
    },
    put,
    get: (key) => memory.get(key) ?? disk?.getItem(PREFIX + key),
    drop,
    waiting,
    push(activity) {
      // Keys sort by time, then by the order of one page.
      put(
        `q.${Date.now().toString(36)}.${(count++).toString(36).padStart(4, '0')}.${activity.id}`,
        JSON.stringify(activity),
      );
      for (const key of waiting().slice(0, -MOST)) drop(key);
    },
  };
}
