import { indexGraph, nodeDef, type DateOffset, type Duration, type Graph, type NodeType, type Settings } from '#graph';
import type { Group } from '#rules';

export interface LeadQuestion {
  older_than: Duration;
  within: Duration;
  course_id?: string;
  from_activities?: boolean;
}

/** What begins an automation, read from its entry step. `lead` is there with monitors over leads only. */
export type Start =
  | {
      by: 'activity';
      node_id: string;
      activity_type: string;
      where?: Group;
      rules?: Group;
      /** The list that is entered or left. */
      smart_list_id?: string;
    }
  | { by: 'monitor'; node_id: string; over: 'people' | 'leads'; lead?: LeadQuestion; rules?: Group; every: Duration }
  | { by: 'schedule'; node_id: string; cron: string; timezone?: string; smart_list_id: string }
  | {
      by: 'date';
      node_id: string;
      date_field: string;
      offset?: DateOffset;
      time?: string;
      timezone: string;
      repeat: 'once' | 'yearly';
    }
  | { by: 'hand'; node_id: string };

type EntryType = Extract<
  NodeType,
  'activity_received' | 'smart_list_entered' | 'smart_list_left' | 'monitor' | 'schedule' | 'date_reached' | 'manual'
>;
type StartOf<B extends Start['by']> = B extends unknown ? Omit<Extract<Start, { by: B }>, 'node_id'> : never;

/** Entering and leaving a list are activities that say which. */
const listStart = (activity_type: string, config: Record<string, unknown>): StartOf<'activity'> => ({
  by: 'activity',
  activity_type,
  smart_list_id: config.smart_list_id as string,
  where: {
    operator: 'AND',
    conditions: [{ field: 'metadata.smart_list_id', operator: 'eq', value: config.smart_list_id as string }],
  },
});

const readers: Record<EntryType, (config: Record<string, unknown>) => StartOf<Start['by']>> = {
  activity_received: (config) => ({ ...(config as Omit<StartOf<'activity'>, 'by'>), by: 'activity' }),
  smart_list_entered: (config) => listStart('smart_list.entered', config),
  smart_list_left: (config) => listStart('smart_list.left', config),
  monitor: (config) => ({
    every: { n: 1, unit: 'minutes' },
    ...(config as Omit<StartOf<'monitor'>, 'by' | 'every'>),
    by: 'monitor',
  }),
  schedule: (config) => ({ ...(config as Omit<StartOf<'schedule'>, 'by'>), by: 'schedule' }),
  date_reached: (config) => ({ ...(config as Omit<StartOf<'date'>, 'by'>), by: 'date' }),
  manual: () => ({ by: 'hand' }),
};

/** The list whose members come in by a schedule, or by entering it. */
export const listOf = (start: Start | undefined): string | undefined =>
  start?.by === 'schedule' || (start?.by === 'activity' && start.activity_type === 'smart_list.entered')
    ? start.smart_list_id
    : undefined;

/** The start of a drawing; undefined while it has none or its config is unfinished. */
export function startOf(graph: Graph): Start | undefined {
  const { entry } = indexGraph(graph);
  if (!entry || !Object.hasOwn(readers, entry.type)) return undefined;
  const config = nodeDef(entry.type)?.config.safeParse(entry.config);
  if (!config?.success) return undefined;
  return { ...readers[entry.type as EntryType](config.data), node_id: entry.id } as Start;
}

/** How often the same person may come in; spans as in the settings. */
export interface EntryLimit {
  /** `once`: one run per unit; `span`: one per unit and span; `always`: every occasion. */
  repeat: 'once' | 'always' | { every: Duration };
  /** What is counted: the person, a value of the starting activity's metadata, the lead, or the day of the date. */
  unit: { by: 'person' } | { by: 'metadata'; path: string[] } | { by: 'lead' } | { by: 'date' };
  /** Between any two entries of one person. */
  cooldown?: Duration;
}

const leadCooldown: Duration = { n: 7, unit: 'days' };

/**
 * The entry limit that holds: once per person unless the settings say otherwise. Over leads it is once per lead, and
 * seven days between two entries of a person; for a date that returns every year, once for each of its days. “once” in
 * the settings means once per person for these two as well.
 */
export function entryLimit(start: Start | undefined, settings: Pick<Settings, 'entry'>): EntryLimit {
  const { limit, key, cooldown } = settings.entry ?? {};
  if (start?.by === 'date' && start.repeat === 'yearly' && limit !== 'once') {
    return { repeat: limit ?? 'once', unit: { by: 'date' }, cooldown };
  }
  if (start?.by === 'monitor' && start.over === 'leads' && limit !== 'once') {
    const apart = typeof limit === 'object' ? limit.every : limit === 'always' ? undefined : leadCooldown;
    return { repeat: 'once', unit: { by: 'lead' }, cooldown: cooldown ?? apart };
  }
  return {
    repeat: limit ?? 'once',
    unit: key && start?.by === 'activity' ? { by: 'metadata', path: key.split('.').slice(1) } : { by: 'person' },
    cooldown,
  };
}
