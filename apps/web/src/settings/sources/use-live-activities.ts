import { liveActivities, type AnswerOf, type listActivities } from '#contracts';
import { useEffect, useReducer } from 'react';

/** An activity as it comes in. */
export type LiveActivity = AnswerOf<typeof listActivities>['items'][number] & { is_cut: boolean };

export interface LiveFilter {
  type: string;
  source: string;
  contact_email: string;
}

interface Live {
  /** Newest first, at most `MOST`. */
  rows: LiveActivity[];
  state: 'connecting' | 'open' | 'refused';
  /** More came than were sent. */
  skipped: boolean;
}

type Event = { is: 'begun' | 'ready' | 'lost' | 'refused' | 'skipped' } | { is: 'came'; activity: LiveActivity };

const MOST = 200;
const nothing: Live = { rows: [], state: 'connecting', skipped: false };

function next(now: Live, event: Event): Live {
  switch (event.is) {
    case 'begun':
      return nothing;
    case 'ready':
      return { ...now, state: 'open' };
    case 'lost':
      return { ...now, state: 'connecting' };
    case 'refused':
      return { ...now, state: 'refused' };
    case 'skipped':
      return { ...now, skipped: true };
    case 'came':
      // A stream that was lost begins with what was just before.
      if (now.rows.some(({ id }) => id === event.activity.id)) return now;
      return { ...now, rows: [event.activity, ...now.rows].slice(0, MOST) };
  }
}

/** What comes in while it is watched; undefined: nobody watches. */
export function useLiveActivities(filter: LiveFilter | undefined): Live {
  const [live, tell] = useReducer(next, nothing);
  const asked = filter && new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== '')).toString();
  useEffect(() => {
    if (asked === undefined) return undefined;
    tell({ is: 'begun' });
    const stream = new EventSource(`${liveActivities.path}?${asked}`);
    stream.addEventListener('ready', () => tell({ is: 'ready' }));
    stream.addEventListener('skipped', () => tell({ is: 'skipped' }));
    stream.addEventListener('activity', ({ data }) =>
      tell({ is: 'came', activity: JSON.parse(String(data)) as LiveActivity }),
    );
    stream.addEventListener('error', () => tell({ is: stream.readyState === EventSource.CLOSED ? 'refused' : 'lost' }));
    return () => stream.close();
  }, [asked]);
  return live;
}
