import { enterGate, monitorMatches } from '#automations';
import { addressOf, loadFacts, peopleOf } from '#directory';
import { notFound, type Database, type Tx } from '#platform';
import type { Group } from '#rules';
import { Decider, type Proof } from '#rules/engine';
import type { CompiledVersion, Moment } from './compiled.js';
import type { EngineVersions } from './engine-versions.js';
import { applyLimits } from './limits.js';
import { pastEntries } from './runs.queries.js';

export interface Explanation {
  would_enter: boolean;
  proof: Proof | null;
  stopped_by?: string;
  runs: { id: string; status: string; entered_at: Date; end_reason: string | null }[];
}

/**
 * Whether somebody would come in now, if what starts the automation happened: its conditions on the person
 * with their proof, and the entry limit. Changes nothing.
 * @throws AppError 404 for an unknown person
 */
export async function explainEntry(
  db: Database,
  versions: EngineVersions,
  automationId: string,
  contactEmail: string,
): Promise<Explanation> {
  const address = addressOf(contactEmail);
  if (!address) throw notFound('contact');
  return db.tx(async (tx) => {
    const person = (await peopleOf(tx, [address])).get(address);
    if (!person?.type) throw notFound('contact');
    await enterGate(tx);
    const moment = await versions.moment(tx);
    const runs = await tx.rows<Explanation['runs'][number]>(
      `select id, status, entered_at, end_reason from cortex.automation_runs
       where automation_id = $1 and person_id = $2 order by entered_at desc limit 20`,
      [automationId, person.person_id],
    );
    const version = moment.live.get(automationId);
    if (!version?.start) return { would_enter: false, proof: null, stopped_by: 'not_live', runs };
    const rules = 'rules' in version.start ? version.start.rules : undefined;
    const proof = rules ? await prove(tx, moment, person.person_id, rules) : null;
    const stopped_by = await obstacle(tx, moment, version, person.person_id, person.email ?? address, proof);
    return { would_enter: stopped_by === undefined, proof, ...(stopped_by ? { stopped_by } : {}), runs };
  });
}

async function prove(tx: Tx, moment: Moment, personId: string, rules: Group): Promise<Proof | null> {
  const facts = (await loadFacts(tx, [personId], [rules], moment)).get(personId);
  return facts ? new Decider(moment).explain(rules, facts) : null;
}

/** What keeps somebody out: their facts, the lead they do not have, or the entry limit. */
async function obstacle(
  tx: Tx,
  moment: Moment,
  version: CompiledVersion,
  personId: string,
  email: string,
  proof: Proof | null,
): Promise<string | undefined> {
  if (proof && !proof.result) return 'rules';
  const { start, limit, automation_id } = version;
  const entry = { version, person_id: personId, contact_email: email, occasion: 'explain' };
  if (start?.by === 'monitor') {
    const question = { automationId: automation_id, start, limit };
    const [match] = await monitorMatches(tx, question, { limit: 1, personIds: [personId] });
    return match ? undefined : start.over === 'leads' ? 'no_matching_lead_or_entry_limit' : 'entry_limit';
  }
  const [answer] = await applyLimits({ pastEntries: (entries) => pastEntries(tx, entries) }, moment, [entry]);
  return answer && 'refused' in answer && answer.refused !== 'no_key' ? answer.refused : undefined;
}
