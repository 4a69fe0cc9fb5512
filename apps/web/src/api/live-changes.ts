import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

/** Milliseconds between looks where the stream of changes cannot be had; what it reports is looked at at once. */
export const fallbackPoll = 60_000;

/** At most one round of looking again in this time, however much happens. */
const breath = 2_000;

/**
 * What to look at again when something changed, by the server's topics. Long lists that people read (the
 * directory's table, a timeline) are left alone: they do not move under the reader's hand.
 */
const concerned = new Map(
  Object.entries<readonly string[]>({
    activities: ['timeline-newest'],
    contacts: ['contact', 'email-summary'],
    messages: [
      ...['outbox', 'mail', 'email-summary', 'automation-stats'],
      ...['broadcasts', 'broadcast', 'broadcast-report', 'broadcast-batches'],
    ],
    runs: ['automation-stats', 'automation-runs', 'run', 'in-now'],
    automations: ['automations'],
    broadcasts: ['broadcasts', 'broadcast', 'broadcast-report'],
    presence: ['presence'],
    workspace: ['attention', 'settings', 'email-summary'],
  }),
);

/** Keeps what is on the screen fresh while it is looked at. Once, in the shell. */
export function useLiveChanges(): void {
  const client = useQueryClient();
  useEffect(() => listen(client), [client]);
}

function listen(client: QueryClient): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let flushed = 0;
  const waiting = new Set<string>();

  const flush = () => {
    timer = undefined;
    flushed = Date.now();
    const keys = new Set([...waiting].flatMap((topic) => concerned.get(topic) ?? []));
    waiting.clear();
    for (const key of keys) void client.invalidateQueries({ queryKey: [key] });
  };
  const note = (topics: readonly string[]) => {
    for (const topic of topics) {
      const [name = '', of] = topic.split(':');
      // `presence:<automation id>`: what people do together is shown at once, and is told at most once a second.
      if (of !== undefined)
        for (const key of concerned.get(name) ?? []) void client.invalidateQueries({ queryKey: [key, of] });
      else waiting.add(topic);
    }
    if (waiting.size > 0) timer ??= setTimeout(flush, Math.max(0, flushed + breath - Date.now()));
  };
  const open = () => {
    source = new EventSource('/events');
    // Whatever happened while nobody listened, be it only since the screen was filled.
    source.addEventListener('ready', () => note([...concerned.keys()]));
    source.addEventListener('changed', (event) => note(topicsIn(event.data)));
  };
  const close = () => {
    source?.close();
    source = undefined;
  };
  // A browser has few connections to one server: tabs in the background leave theirs to others.
  const onVisibility = () => {
    if (document.hidden) close();
    else if (!source) open();
  };

  document.addEventListener('visibilitychange', onVisibility);
  if (!document.hidden) open();
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    clearTimeout(timer);
    close();
  };
}

function topicsIn(data: unknown): string[] {
  try {
    const { topics } = JSON.parse(String(data)) as { topics?: unknown };
    return Array.isArray(topics) ? topics.filter((topic) => typeof topic === 'string') : [];
  } catch {
    return [];
  }
}
