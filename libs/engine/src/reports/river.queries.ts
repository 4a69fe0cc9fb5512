import { keptCounts } from '#emails';
import type { Database } from '#platform';

const HOUR = 3_600_000;

/** How long is played back, and the length of one frame, in milliseconds. */
const lengths = {
  day: { whole: 24 * HOUR, frame: HOUR },
  week: { whole: 7 * 24 * HOUR, frame: 24 * HOUR },
  month: { whole: 30 * 24 * HOUR, frame: 24 * HOUR },
} as const;
export type RiverSpan = keyof typeof lengths;

/** Milliseconds that reading may take. */
const LONGEST_QUERY = 10_000;

/** A step at the end of a frame, and what moved during it. */
export interface RiverStep {
  /** People at the step when the frame ends. */
  here: number;
  /** Who came to it and who left, by way out, in the time of the frame. */
  came: number;
  ports: Record<string, number>;
}

export interface River {
  from: Date;
  to: Date;
  /** Oldest first. The first stands at `from`, where nothing has moved yet; each further one ends a frame. */
  frames: { at: Date; nodes: Record<string, RiverStep> }[];
}

/** $1 automation, $2 from when, $3 seconds of a frame, $4 the last frame: what happens while it is read counts there. */
const MOVES = `
  select s.node_id, s.port, least(floor(extract(epoch from s.at - $2::timestamptz) / $3)::int, $4) as frame,
    sum(s.came)::int as came, sum(s.gone)::int as gone
  from (
    select s.node_id, null::text as port, s.entered_at as at, 1 as came, 0 as gone, s.run_id
    from cortex.automation_run_steps s where s.entered_at >= $2::timestamptz
    union all
    select s.node_id, s.port, s.left_at, 0, 1, s.run_id
    from cortex.automation_run_steps s where s.left_at >= $2::timestamptz) s
  join cortex.automation_runs r on r.id = s.run_id
  where r.automation_id = $1
  group by 1, 2, 3`;

/**
 * The last day by the hour, or the last 7 or 30 days by the day, from the recorded visits alone: who is at each step now,
 * reckoned back frame by frame by who came and who left.
 */
export async function automationRiver(db: Database, automationId: string, span: RiverSpan): Promise<River> {
  const { whole, frame } = lengths[span];
  const count = whole / frame;
  return db.tx(
    async (tx) => {
      const to = await tx.now();
      const from = new Date(to.getTime() - whole);
      const here = new Map<string, number>();
      for (const { node_id, detail, n } of await keptCounts(tx, automationId, ['step'], { from: null, to: null }))
        if (detail === 'here') here.set(node_id, (here.get(node_id) ?? 0) + n);
      const moves = await tx.rows<Move>(MOVES, [automationId, from.toISOString(), frame / 1000, count - 1]);
      const frames: River['frames'] = [];
      for (let at = count - 1; at >= 0; at -= 1) {
        const own = moves.filter((move) => move.frame === at);
        frames.unshift({ at: new Date(from.getTime() + (at + 1) * frame), nodes: stepsOf(here, own) });
        for (const { node_id, came, gone } of own) here.set(node_id, (here.get(node_id) ?? 0) - came + gone);
      }
      frames.unshift({ at: from, nodes: stepsOf(here, []) });
      return { from, to, frames };
    },
    { isolation: 'REPEATABLE READ', readOnly: true, statementTimeout: LONGEST_QUERY },
  );
}

interface Move {
  node_id: string;
  port: string | null;
  frame: number;
  came: number;
  gone: number;
}

/** The steps where somebody is or somebody moved. */
function stepsOf(here: ReadonlyMap<string, number>, moves: readonly Move[]): Record<string, RiverStep> {
  const nodes: Record<string, RiverStep> = {};
  for (const [id, n] of here) if (n > 0) nodes[id] = { here: n, came: 0, ports: {} };
  for (const { node_id, port, came, gone } of moves) {
    const step = (nodes[node_id] ??= { here: 0, came: 0, ports: {} });
    step.came += came;
    if (port !== null && gone > 0) step.ports[port] = (step.ports[port] ?? 0) + gone;
  }
  return nodes;
}
