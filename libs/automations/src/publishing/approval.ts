import { createHash } from 'node:crypto';
import { programOf, withoutSecrets, type DraftSettings, type Graph } from '#graph';
import { AppError, notFound, type Actor, type Tx } from '#platform';
import { audit } from '../drafts/audit.js';
import { usesOf } from '../drafts/uses.js';

/** That somebody looked at what real people would have got, and approved it. */
export interface Approval {
  /** Who approved it. */
  by: string;
  /** RFC 3339. */
  at: string;
  /** How many people's ways they looked at. */
  people: number;
}

/** Of a draft: `holds` says whether it is still what was approved. */
export interface DraftApproval extends Approval {
  holds: boolean;
}

type Stored = Approval & { drawing: string };

interface Drawn {
  draft_graph: Graph;
  settings: DraftSettings;
  approval: Stored | null;
}

/** A hash of all that decides what people get: steps, paths, settings, and the versions of the templates that are named. */
async function drawingHash(tx: Tx, graph: Graph, settings: DraftSettings): Promise<string> {
  const named = usesOf(graph, settings).flatMap(({ kind, id }) => (kind === 'template' ? id : []));
  const templates = await tx.rows<{ id: string; version: number }>(
    'select id, version from cortex.templates where id = any($1::uuid[]) order by id',
    [named],
  );
  return createHash('sha256')
    .update(programOf(withoutSecrets(graph), settings))
    .update(JSON.stringify(templates))
    .digest('hex');
}

const read = (tx: Tx, id: string): Promise<Drawn | undefined> =>
  tx.row<Drawn>('select draft_graph, settings, approval from cortex.automations where id = $1', [id]);

/**
 * Whether and by whom the draft was approved; null where nobody ever did.
 * @throws AppError 404
 */
export async function approvalOf(tx: Tx, id: string): Promise<DraftApproval | null> {
  const row = await read(tx, id);
  if (!row) throw notFound('automation');
  if (!row.approval) return null;
  const { drawing, ...approval } = row.approval;
  return { ...approval, holds: drawing === (await drawingHash(tx, row.draft_graph, row.settings)) };
}

/**
 * Approves the draft as it was shown.
 * @param shown the drawing that the storyboard was made of
 * @throws AppError 404; 409 when the draft is another one by now
 */
export async function approveDraft(
  tx: Tx,
  actor: Actor,
  id: string,
  shown: { graph: Graph; settings: DraftSettings; people: number },
): Promise<DraftApproval> {
  await tx.row('select id from cortex.automations where id = $1 for update', [id]);
  const row = await read(tx, id);
  if (!row) throw notFound('automation');
  const same = (graph: Graph, settings: DraftSettings) => programOf(withoutSecrets(graph), settings);
  if (same(row.draft_graph, row.settings) !== same(shown.graph, shown.settings))
    throw new AppError('draft_changed', 'The draft has changed since this storyboard was made. Look at it again.');
  const approval: Approval = { by: actor.label, at: (await tx.now()).toISOString(), people: shown.people };
  const stored: Stored = { ...approval, drawing: await drawingHash(tx, row.draft_graph, row.settings) };
  await tx.run('update cortex.automations set approval = $2::jsonb where id = $1', [id, JSON.stringify(stored)]);
  await audit(tx, actor, 'automation.approved', id, { after: { people: shown.people } });
  return { ...approval, holds: true };
}
