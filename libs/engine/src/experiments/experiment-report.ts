import { versionByNumber, automationById } from '#automations';
import { experimentOf, restore, type Experiment } from '#graph';
import { notFound, readSettings, type Database, type Tx } from '#platform';
import { countPaths, MOST_VISITS_COUNTED } from './count-paths.js';
import { judge, type DrawnPath, type Judged } from './judge.js';

/** Milliseconds that counting one experiment may take. */
const PATIENCE = 30_000;

/** An experiment of a published version, and how it stands or how it ended. */
export interface ExperimentReport extends Omit<Judged, 'state'> {
  version: number;
  node_id: string;
  rule: Experiment;
  currency: string;
  /** `replaced`: another version was published, or it was stopped, before this one's rule ended it. */
  state: Judged['state'] | 'replaced';
  began_at: Date;
  /** When it ends at the latest. */
  ends_at: Date;
  decided_at: Date | null;
  /** Only the first people are counted, because there are more than that. */
  limited: boolean;
}

/** How an experiment ended, as it is stored. */
interface StoredResult {
  decided_at: Date;
  result: { judged: Judged; currency: string; limited: boolean };
}

/** An experiment that is to be counted. */
export interface Drawn {
  version_id: string;
  node_id: string;
  rule: Experiment;
  paths: readonly DrawnPath[];
  began_at: Date;
}

/** Counts an experiment and judges it by its rule. */
export async function look(tx: Tx, drawn: Drawn): Promise<StoredResult['result']> {
  const { currency } = await readSettings(tx, 'currency');
  const { version_id, node_id, rule, paths, began_at } = drawn;
  const counts = await countPaths(tx, { version_id, node_id, since: began_at }, rule);
  const judged = judge({ rule, paths, counts, began_at, now: await tx.now(), currency });
  const counted = counts.reduce((sum, { people, open }) => sum + people + open, 0);
  return { judged, currency, limited: counted >= MOST_VISITS_COUNTED };
}

/**
 * The experiment at a step of a version, the live one where none is named. One that has ended says what it was ended on.
 * @throws AppError 404
 */
export async function experimentReport(
  database: Database,
  automationId: string,
  nodeId: string,
  number?: number,
): Promise<ExperimentReport> {
  const automation = await automationById(database, automationId);
  const version = await versionByNumber(database, automationId, number ?? automation.live_version ?? 0);
  const node = restore(version.graph).nodes.find(({ id }) => id === nodeId);
  const rule = node && experimentOf(node);
  if (!rule) throw notFound('experiment');
  const drawn: Drawn = {
    version_id: version.id,
    node_id: nodeId,
    rule,
    paths: node.config.branches as DrawnPath[],
    began_at: version.published_at,
  };
  const { ended, found } = await database.tx(
    async (tx) => {
      const ended = await tx.row<StoredResult>(
        'select decided_at, result from cortex.experiment_results where version_id = $1 and node_id = $2',
        [version.id, nodeId],
      );
      return { ended, found: ended?.result ?? (await look(tx, drawn)) };
    },
    { readOnly: true, statementTimeout: PATIENCE },
  );
  const { state, sentence, ...judged } = found.judged;
  const replaced = !ended && !version.live;
  return {
    version: version.number,
    node_id: nodeId,
    rule,
    currency: found.currency,
    ...judged,
    // One that ended before this was looked at does not say it.
    mismatch: judged.mismatch ?? null,
    state: replaced ? 'replaced' : ended ? state : 'running',
    winner: ended ? judged.winner : null,
    sentence: replaced ? `It ended before its time. ${sentence}` : sentence,
    began_at: version.published_at,
    ends_at: new Date(version.published_at.getTime() + rule.most_days * 86_400_000),
    decided_at: ended?.decided_at ?? null,
    limited: found.limited,
  };
}
