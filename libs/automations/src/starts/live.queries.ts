import type { Graph, Settings } from '#graph';
import type { Prepared, Tx } from '#platform';
import { moneyUnit, settingSql } from '#rules';

/** What every decision of one transaction shares. */
export interface EngineMoment {
  /** Moves when anything was published, paused, resumed or stopped. */
  epoch: string;
  /** The workspace's zone. */
  timezone: string;
  /** How many of its smallest units make a whole one of its currency. */
  money_unit: number;
  /** Whether any mail of an earlier version says something else than it did when that was published. */
  reworded: boolean;
  now: Date;
}

export const engineMoment = async (tx: Tx): Promise<EngineMoment> => (await tx.row<EngineMoment>(MOMENT))!;

const MOMENT: Prepared = {
  name: 'engine moment',
  text: `select e.n::text as epoch, ${settingSql('timezone')} as timezone, ${moneyUnit} as money_unit,
       exists (select from cortex.reworded_mails) as reworded, cortex.now() as now
     from cortex.automation_epoch e`,
};

/** The versions that take people in now. */
export const liveVersions = (tx: Tx): Promise<{ automation_id: string; version_id: string }[]> =>
  tx.rows(
    `select a.id as automation_id, v.id as version_id from cortex.automations a
     join cortex.automation_versions v on v.automation_id = a.id and v.number = a.live_version
     where a.status = 'live' order by a.id`,
  );

export interface StoredVersion {
  id: string;
  automation_id: string;
  automation_name: string;
  number: number;
  graph: Graph;
  settings: Settings;
  /** What each mail step said when it was published: content ids by step. */
  pins: Record<string, string>;
}

export const storedVersions = (tx: Tx, ids: readonly string[]): Promise<StoredVersion[]> =>
  tx.rows(
    `select v.id, v.automation_id, a.name as automation_name, v.number, v.graph, v.settings, v.pins
     from cortex.automation_versions v join cortex.automations a on a.id = v.automation_id
     where v.id = any($1::uuid[])`,
    [ids],
  );
