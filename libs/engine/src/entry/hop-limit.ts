import { adminAddresses } from '#contracts';
import { openAttention, type Tx } from '#platform';
import { isByThePerson, isUuid } from '#rules';
import type { InboxRow } from '../inbox/claim.js';
import type { Moment } from '../versions/compiled-versions.js';
import type { CompiledVersion } from '../versions/compiled-version.js';
import type { RunContext } from '../runs/journey.js';
import type { Entry } from './entry-limits.js';

/** How often automations may send one person on within `WINDOW` before somebody has to look. */
export const MOST_HOPS = 10;
const WINDOW = 7 * 86_400_000;
/** Minutes after a change of a person in which entering or leaving a list counts as its doing. */
const FOLLOWS = 10;

/** The automations that sent a person on, oldest first. */
export type AutomationPath = NonNullable<RunContext['sent_by']>;

/** How a backend takes part in the limit. Absent, as in a replay of one automation alone: nobody asks. */
export interface HopWatch {
  /** The automations behind activities that automations brought about, by activity. */
  automationsBehind?(activities: readonly InboxRow[], moment: Moment): Promise<ReadonlyMap<string, AutomationPath>>;
  /** Notes that somebody goes round and round through this automation. */
  reportLoop?(version: CompiledVersion, entry: Entry): Promise<void>;
}

/** The way on from a run of this automation: how its person came there, and itself. */
export const pathOnward = (
  sentBy: AutomationPath | undefined,
  automationId: string,
  { now }: Pick<Moment, 'now'>,
): AutomationPath =>
  [...(sentBy ?? []), { automation_id: automationId, at: now.toISOString() }]
    .filter((hop) => Date.parse(hop.at) > now.getTime() - WINDOW)
    .slice(-MOST_HOPS - 1);

/** Puts it under Needs attention that a person was stopped who went round and round. */
export const reportLoop = (
  tx: Tx,
  version: Pick<CompiledVersion, 'automation_id' | 'name'>,
  facts: Record<string, unknown>,
): Promise<void> =>
  openAttention(tx, {
    key: `loop:${version.automation_id}`,
    kind: 'engine',
    title: 'Automations send people around in a loop',
    detail:
      `“${version.name}” and others passed the same person on ${MOST_HOPS} times within seven days, so the loop was stopped. ` +
      'Check what starts these automations, and what they change, record and start themselves.',
    action: { label: 'Open the automation', href: adminAddresses.automation(version.automation_id) },
    facts: { automation_id: version.automation_id, ...facts },
  });

type Caused = Pick<InboxRow, 'id' | 'type' | 'metadata' | 'source' | 'person_id' | 'occurred_at'>;

const runOf = ({ type, metadata, source }: Caused): string | undefined => {
  const { run_id, by } = metadata as { run_id?: unknown; by?: unknown };
  if (!isUuid(run_id)) return undefined;
  return by === 'automation' || source === 'automation' || !isByThePerson(type) ? run_id : undefined;
};

/**
 * The automations behind activities that automations brought about, by activity: what their steps recorded and
 * changed, what became of their mails, and the lists that people entered or left right after such a change. What a person
 * did is not among them.
 */
export async function automationsBehind(
  tx: Tx,
  activities: readonly Caused[],
  moment: Pick<Moment, 'now'>,
): Promise<ReadonlyMap<string, AutomationPath>> {
  const named = activities.flatMap((activity) => {
    const run = runOf(activity);
    return run ? [{ id: activity.id, run }] : [];
  });
  named.push(
    ...(await behindLists(
      tx,
      activities.filter(({ type }) => type.startsWith('smart_list.')),
    )),
  );
  if (named.length === 0) return new Map();
  const rows = await tx.rows<{ id: string; automation_id: string; sent_by: AutomationPath | null }>(
    `select w.id, r.automation_id, r.context -> 'sent_by' as sent_by
     from unnest($1::uuid[], $2::uuid[]) w(id, run) join cortex.automation_runs r on r.id = w.run`,
    [named.map(({ id }) => id), named.map(({ run }) => run)],
  );
  return new Map(rows.map((row) => [row.id, pathOnward(row.sent_by ?? undefined, row.automation_id, moment)]));
}

async function behindLists(tx: Tx, activities: readonly Caused[]): Promise<{ id: string; run: string }[]> {
  if (activities.length === 0) return [];
  const instants = activities.map(({ occurred_at }) => occurred_at.getTime());
  return tx.rows(
    `select w.id, a.run from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) w(id, person_id, at)
     cross join lateral (
       select (a.metadata ->> 'run_id')::uuid as run from public.crm_activities a
       where a.person_id = w.person_id and a.occurred_at <= w.at and a.occurred_at > w.at - make_interval(mins => ${FOLLOWS})
         and a.occurred_at > $4::timestamptz and a.occurred_at <= $5::timestamptz
         and (a.source = 'automation' or a.metadata ->> 'by' = 'automation')
         and pg_input_is_valid(a.metadata ->> 'run_id', 'uuid')
       order by a.occurred_at desc, a.id desc limit 1) a`,
    [
      activities.map(({ id }) => id),
      activities.map(({ person_id }) => person_id),
      activities.map(({ occurred_at }) => occurred_at.toISOString()),
      new Date(Math.min(...instants) - FOLLOWS * 60_000).toISOString(),
      new Date(Math.max(...instants) + 1).toISOString(),
    ],
  );
}
