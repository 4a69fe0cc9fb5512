import type { DraftSettings, Graph } from '#graph';
import { decodeCursor, encodeCursor, notFound, type Database, type Tx } from '#platform';

export type AutomationStatus = 'draft' | 'live' | 'paused' | 'stopped' | 'archived';

export interface AutomationRow {
  id: string;
  name: string;
  status: AutomationStatus;
  revision: number;
  draft_graph: Graph;
  settings: DraftSettings;
  live_version: number | null;
  demo: boolean;
  created_at: Date;
  updated_at: Date;
  /** Of the live version; null before the first publishing. */
  live_graph: Graph | null;
  live_settings: DraftSettings | null;
  /** People inside now, in any version. */
  inside: number;
  /** Runs ever begun. */
  entered: number;
}

const SELECT = `
  select a.id, a.name, a.status, a.revision, a.draft_graph, a.settings, a.live_version, a.demo, a.created_at, a.updated_at,
    v.graph as live_graph, v.settings as live_settings,
    (select count(*)::int from cortex.automation_runs r
     where r.automation_id = a.id and r.status in ('active', 'waiting')) as inside,
    (select count(*)::int from cortex.automation_runs r where r.automation_id = a.id) as entered
  from cortex.automations a
  left join cortex.automation_versions v on v.automation_id = a.id and v.number = a.live_version`;

/** @throws AppError 404 */
export async function automationById(db: Database | Tx, id: string): Promise<AutomationRow> {
  const row = await db.row<AutomationRow>(`${SELECT} where a.id = $1`, [id]);
  if (!row) throw notFound('automation');
  return row;
}

export interface AutomationFilter {
  status?: AutomationStatus;
  q?: string;
  limit: number;
  cursor?: string;
}

/** A page of automations, latest change first; archived ones only when asked for by status. */
export async function automationPage(
  db: Database,
  filter: AutomationFilter,
): Promise<{ items: AutomationRow[]; next_cursor: string | null }> {
  const after = decodeCursor(filter.cursor, 2) ?? [null, null];
  const items = await db.rows<AutomationRow & { updated_exact: string }>(
    `select *, updated_at::text as updated_exact from (${SELECT}) a
     where case when $1::text is null then status <> 'archived' else status = $1 end
       and ($2::text is null or strpos(cortex.fold(name), cortex.fold($2)) > 0)
       and ($3::timestamptz is null or (updated_at, id) < ($3, $4::uuid))
     order by updated_at desc, id desc limit $5`,
    [filter.status ?? null, filter.q ?? null, ...after, filter.limit + 1],
  );
  const page = items.slice(0, filter.limit);
  const last = items.length > filter.limit ? page.at(-1) : undefined;
  return {
    items: page.map(({ updated_exact: _exact, ...row }) => row),
    next_cursor: last ? encodeCursor([last.updated_exact, last.id]) : null,
  };
}

export interface VersionRow {
  id: string;
  number: number;
  note: string | null;
  author: string | null;
  published_at: Date;
  /** Who had approved its storyboard, where somebody had. */
  approval: { by: string; at: string; people: number } | null;
  live: boolean;
  inside: number;
  /** Runs that began in it, or moved to it. */
  served: number;
}

const VERSION = `v.id, v.number, v.note, v.author, v.published_at, v.approval, v.number = a.live_version and a.status in ('live', 'paused') as live,
  (select count(*)::int from cortex.automation_runs r
   where r.version_id = v.id and r.status in ('active', 'waiting')) as inside,
  (select count(*)::int from cortex.automation_runs r where r.version_id = v.id) as served`;

/** Published versions, newest first. */
export async function versionPage(
  db: Database,
  automationId: string,
  paging: { limit: number; cursor?: string },
): Promise<{ items: VersionRow[]; next_cursor: string | null }> {
  await automationById(db, automationId);
  const [before] = decodeCursor(paging.cursor, 1) ?? [null];
  const items = await db.rows<VersionRow>(
    `select ${VERSION} from cortex.automation_versions v join cortex.automations a on a.id = v.automation_id
     where a.id = $1 and ($2::int is null or v.number < $2) order by v.number desc limit $3`,
    [automationId, before, paging.limit + 1],
  );
  const page = items.slice(0, paging.limit);
  return { items: page, next_cursor: items.length > paging.limit ? encodeCursor([page.at(-1)!.number]) : null };
}

/** @throws AppError 404 */
export async function versionByNumber(
  db: Database,
  automationId: string,
  number: number,
): Promise<VersionRow & { graph: Graph; settings: DraftSettings }> {
  const row = await db.row<VersionRow & { graph: Graph; settings: DraftSettings }>(
    `select ${VERSION}, v.graph, v.settings
     from cortex.automation_versions v join cortex.automations a on a.id = v.automation_id
     where a.id = $1 and v.number = $2`,
    [automationId, number],
  );
  if (!row) throw notFound('version');
  return row;
}

/** Where people stand inside the published versions. */
export const peopleByStep = (
  db: Database | Tx,
  automationId: string,
): Promise<{ node_id: string; version: number; people: number }[]> =>
  db.rows(
    `select node_id, version, count(*)::int as people from cortex.automation_runs
     where automation_id = $1 and status in ('active', 'waiting') and node_id is not null
     group by node_id, version order by version, node_id`,
    [automationId],
  );

/**
 * A drawing with its settings: the draft, or a published version.
 * @throws AppError 404
 */
export async function drawnAs(
  db: Database,
  automationId: string,
  which: 'draft' | number,
): Promise<{ graph: Graph; settings: DraftSettings }> {
  if (which !== 'draft') return versionByNumber(db, automationId, which);
  const { draft_graph: graph, settings } = await automationById(db, automationId);
  return { graph, settings };
}
