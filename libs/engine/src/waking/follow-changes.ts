import type { Tx } from '#platform';
import { changesOf, type Change } from '#rules';
import { endingRules, type CompiledVersion } from '../versions/compiled-version.js';
import { ON_CHANGE, ON_REPORT } from '../runs/journey.js';
import { engineTransaction, type EngineParts } from '../transaction/engine-transaction.js';

/** Changes taken in one transaction. */
const CHANGES = 1_000;

interface Waiting {
  id: string;
  version_id: string;
  node_id: string;
  waiting_for: string | null;
  person_id: string;
}

/**
 * Makes the runs due that a change may concern which is no activity: somebody was put on a static list, suppressed, or
 * a setting was changed. Which field is changed by what stands in the rules library alone.
 * @returns whether there may be more
 */
export async function followChanges(engine: EngineParts): Promise<boolean> {
  if (!(await engine.database.row('select 1 from cortex.run_changes limit 1'))) return false;
  return engineTransaction(engine, async (on) => {
    const changes = await on.tx.rows<{ seq: string; person_id: string | null; what: Change }>(
      'select seq, person_id, what from cortex.run_changes order by seq limit $1 for update skip locked',
      [CHANGES],
    );
    if (changes.length === 0) return false;
    const people = await on.lockFree([...new Set(changes.flatMap(({ person_id }) => person_id ?? []))]);
    const taken = changes.filter(({ person_id }) => person_id === null || people.includes(person_id));
    await on.tx.run('delete from cortex.run_changes where seq = any($1::bigint[])', [taken.map(({ seq }) => seq)]);
    const runs = await on.tx.rows<Waiting>(
      `select id, version_id, node_id, waiting_for, person_id from cortex.automation_runs
       where person_id = any($1::uuid[]) and status = 'waiting' and waiting_for is distinct from $2`,
      [people, ON_REPORT],
    );
    const versions = await on.versionsOf(runs.map(({ version_id }) => version_id));
    const due = runs.filter((run) => {
      const version = versions.get(run.version_id);
      const can = version && changesOf(...asked(run, version));
      return taken.some(({ person_id, what }) => person_id === run.person_id && can?.has(what));
    });
    await on.tx.run('update cortex.automation_runs set wake_at = cortex.now() where id = any($1::uuid[])', [
      due.map(({ id }) => id),
    ]);
    const settings = taken.some(({ person_id }) => person_id === null);
    if (settings) await spread(on.tx, (ids) => on.versionsOf(ids));
    return settings || taken.length === CHANGES;
  });
}

/** A setting concerns everybody who waits for what depends on settings: each of them is noted for himself. */
async function spread(
  tx: Tx,
  load: (ids: readonly string[]) => Promise<ReadonlyMap<string, CompiledVersion>>,
): Promise<void> {
  const rows = await tx.rows<{ version_id: string; node_id: string }>(
    "select distinct version_id, node_id from cortex.automation_runs where status = 'waiting'",
  );
  const versions = await load(rows.map(({ version_id }) => version_id));
  const concerned = rows.filter(({ version_id, node_id }) => {
    const version = versions.get(version_id);
    return version && changesOf(...asked({ node_id, waiting_for: ON_CHANGE }, version)).has('setting');
  });
  await tx.run(
    `insert into cortex.run_changes (person_id, what)
     select distinct r.person_id, 'setting' from unnest($1::uuid[], $2::text[]) w(version_id, node_id)
     join cortex.automation_runs r on r.version_id = w.version_id and r.node_id = w.node_id and r.status = 'waiting'`,
    [concerned.map(({ version_id }) => version_id), concerned.map(({ node_id }) => node_id)],
  );
}

/** The rules that decide over a waiting run: those of its step, if it waits for rules, and those by which it leaves. */
const asked = ({ node_id, waiting_for }: Pick<Waiting, 'node_id' | 'waiting_for'>, version: CompiledVersion) => [
  ...(waiting_for === ON_CHANGE ? (version.steps.get(node_id)?.asks ?? []) : []),
  ...endingRules(version.settings),
];
