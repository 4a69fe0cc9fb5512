import { enterGate } from '#automations';
import type { BulkChange, EntryPreview, EntryRefusal } from '#contracts';
import { addressShown } from '#directory';
import { newId, type Database, type Tx } from '#platform';
import type { BulkChanges } from '#smart-lists';
import { applyLimits } from '../entry/entry-limits.js';
import { pastEntries } from '../entry/past-entries.js';
import { notLive } from '../entry/refusals.js';
import type { CompiledVersions } from '../versions/compiled-versions.js';

/** People who are asked about at a time. */
const AT_A_TIME = 1_000;
/** Of each reason. */
const SHOWN = 20;

/** Who is chosen, by ids or rules. */
export type Chosen = Pick<BulkChange, 'ids' | 'rules'>;

/** Why they do not come in, in the order in which it is said. */
export const refusedWords: ReadonlyMap<EntryRefusal, string> = new Map([
  ['inside', 'They are inside now, and it does not let them in again.'],
  ['been_here', 'They have been in this automation before, and each person can enter only once.'],
  ['too_soon', 'They were in this automation recently. The entry limit lets them in again later.'],
  ['too_many', 'Far more entered than was expected, so the automation paused itself.'],
  ['no_key', 'This automation counts by a value of the starting activity, and there is none.'],
  ['gone', 'They are no longer in the directory.'],
]);

/** The people who are chosen, each once and linked accounts as the one that is shown; and ids that nobody has. */
export async function chosenPeople(
  tx: Tx,
  bulk: BulkChanges,
  chosen: Chosen,
): Promise<{ people: string[]; unknown: string[] }> {
  const { people, unknown } = await bulk.meant(tx, chosen);
  const rows = await tx.rows<{ person_id: string }>(
    `select distinct coalesce(k.into_person_id, g.person_id) as person_id from unnest($1::uuid[]) g (person_id)
     left join cortex.person_links k on k.person_id = g.person_id order by 1`,
    [people.map(({ person_id }) => person_id)],
  );
  return { people: rows.map(({ person_id }) => person_id), unknown };
}

/**
 * Who would come in and who would not, by the entry limit as it is now. The guard is not asked: what it thinks depends
 * on who comes in until then. Changes nothing.
 * @throws AppError 404; 409 when nobody can enter it; when the rules reach too many
 */
export async function previewEntry(
  parts: { database: Database; versions: CompiledVersions; bulk: BulkChanges },
  automationId: string,
  chosen: Chosen,
): Promise<EntryPreview> {
  return parts.database.tx(async (tx) => {
    const { people, unknown } = await chosenPeople(tx, parts.bulk, chosen);
    await enterGate(tx);
    const moment = await parts.versions.moment(tx);
    const version = moment.live.get(automationId);
    if (!version?.start) throw await notLive(tx, automationId);
    const refused = new Map<EntryRefusal, string[]>([...refusedWords.keys()].map((reason) => [reason, []]));
    const occasion = `hand:${newId()}`;
    const history = { pastEntries: (entries: Parameters<typeof pastEntries>[1]) => pastEntries(tx, entries) };
    for (let at = 0; at < people.length; at += AT_A_TIME) {
      const some = people.slice(at, at + AT_A_TIME);
      const entries = some.map((person_id) => ({ version, person_id, occasion }));
      const out = (await applyLimits(history, moment, entries)).flatMap((answer, n) =>
        'refused' in answer ? [{ person_id: some[n]!, reason: answer.refused }] : [],
      );
      const inside = await insideNow(
        tx,
        automationId,
        out.map(({ person_id }) => person_id),
      );
      for (const { person_id, reason } of out) refused.get(inside.has(person_id) ? 'inside' : reason)!.push(person_id);
    }
    const all = [...refused.values()].reduce((sum, { length }) => sum + length, 0);
    const shown = await personsShown(
      tx,
      [...refused.values()].flatMap((ids) => ids.slice(0, SHOWN)),
    );
    return {
      would_enter: people.length - all,
      refused: [...refused].flatMap(([reason, ids]) => {
        const count = ids.length + (reason === 'gone' ? unknown.length : 0);
        const some = ids.slice(0, SHOWN).flatMap((id) => shown.get(id) ?? []);
        return count === 0 ? [] : [{ reason, sentence: refusedWords.get(reason)!, count, people: some }];
      }),
    };
  });
}

/** Those of these people who are in the automation at this moment. */
export async function insideNow(tx: Tx, automationId: string, people: readonly string[]): Promise<ReadonlySet<string>> {
  if (people.length === 0) return new Set();
  const rows = await tx.rows<{ person_id: string }>(
    `select distinct person_id from cortex.automation_runs
     where automation_id = $1 and person_id = any($2::uuid[]) and status in ('active', 'waiting')`,
    [automationId, people],
  );
  return new Set(rows.map(({ person_id }) => person_id));
}

interface Shown {
  id: string;
  email: string;
  name: string;
}

/** The people among these who are in the directory, as the screens show them. */
export async function personsShown(tx: Tx, people: readonly string[]): Promise<ReadonlyMap<string, Shown>> {
  const rows = await tx.rows<Shown & { person_id: string }>(
    `select p.person_id, p.id, ${addressShown('p')} as email, trim(concat_ws(' ', p.first_name, p.last_name)) as name
     from cortex.people p where p.person_id = any($1::uuid[]) and p.type is not null
       and not exists (select from cortex.person_links k where k.person_id = p.person_id)`,
    [people],
  );
  return new Map(rows.map(({ person_id, ...shown }) => [person_id, shown]));
}
