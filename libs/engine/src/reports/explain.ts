import { labelsOf, metadataOf } from '#activities';
import { enterGate, membersAmong, listOf, monitorMatches, type Start } from '#automations';
import { addressOf, loadFacts, peopleOf, shownPerson } from '#directory';
import { unknownAddress, type Database, type Tx } from '#platform';
import { settingSql, typeLabel, type Group } from '#rules';
import { Decider, type Proof } from '#rules/engine';
import { boundToItself } from '../deciding/decisions.js';
import type { Moment } from '../versions/compiled-versions.js';
import type { CompiledVersion } from '../versions/compiled-version.js';
import type { EngineVersions } from '../versions/engine-versions.js';
import { smallestChange, type SmallestChange } from './explain-change.js';
import { explainMonitor, type MonitorAnswer } from './explain-monitor.js';
import { applyLimits, type Refusal } from '../entry/entry-limits.js';
import { pastEntries } from '../entry/past-entries.js';

/** What keeps somebody out. */
export type Obstacle = 'not_live' | 'rules' | 'not_in_list' | 'no_matching_lead' | 'entry_limit' | Refusal;

export interface Explanation {
  would_enter: boolean;
  /** Of the conditions on the person; null where the start has none. */
  proof: Proof | null;
  stopped_by?: Obstacle;
  /** The obstacle as a sentence. */
  because: string;
  smallest_change?: SmallestChange;
  /** Of a monitor: what it asks, of each of their newest leads or of themselves. */
  checks?: MonitorAnswer[];
  /** The newest activity of theirs that could start it, and whether it was what the start asks for. */
  activity?: { type: string; last_at: Date | null; fits: boolean };
  /** Why mail would not reach them now, by stream; null where it would. */
  mail: { broadcast: string | null; transactional: string | null };
  runs: { id: string; status: string; entered_at: Date; end_reason: string | null }[];
}

interface Candidate {
  person_id: string;
}

/**
 * Whether somebody would come in now, if what starts the automation happened: its conditions on the person
 * with their proof, the list or lead it asks for, and the entry limit. Changes nothing.
 * @throws AppError 404 for an unknown person
 */
export async function explainEntry(
  db: Database,
  versions: EngineVersions,
  automationId: string,
  contactEmail: string,
): Promise<Explanation> {
  const address = addressOf(contactEmail);
  if (!address) throw unknownAddress();
  return db.tx(async (tx) => {
    const person = (await peopleOf(tx, [address])).get(address);
    if (!person?.type) throw unknownAddress();
    await enterGate(tx);
    const moment = await versions.moment(tx);
    const asked = { person_id: await shownPerson(tx, person.person_id) };
    const runs = await tx.rows<Explanation['runs'][number]>(
      `select id, status, entered_at, end_reason from cortex.automation_runs
       where automation_id = $1 and person_id = $2 order by entered_at desc limit 20`,
      [automationId, asked.person_id],
    );
    const mail = await mailObstacles(tx, asked.person_id);
    const version = moment.live.get(automationId);
    if (!version?.start)
      return { would_enter: false, proof: null, stopped_by: 'not_live', because: sentences.not_live, mail, runs };
    const { start } = version;
    const rules = 'rules' in start ? start.rules : undefined;
    const proof = rules ? await prove(tx, moment, asked.person_id, rules) : null;
    const stopped_by = await obstacle(tx, moment, version, asked, proof);
    const change = rules && proof ? smallestChange(rules, proof) : undefined;
    const monitor = start.by === 'monitor' ? { automationId, start, limit: version.limit } : undefined;
    const checks = monitor && (await explainMonitor(tx, monitor, asked.person_id));
    const activity = await newestStart(tx, moment, start, asked.person_id);
    return {
      would_enter: stopped_by === undefined,
      proof,
      ...(stopped_by ? { stopped_by } : {}),
      because: stopped_by ? sentences[stopped_by] : await holds(tx, activity),
      ...(change ? { smallest_change: change } : {}),
      ...(checks ? { checks } : {}),
      ...(activity ? { activity } : {}),
      mail,
      runs,
    };
  });
}

const sentences: Record<Obstacle, string> = {
  not_live: 'This automation is not live: nobody enters.',
  rules: 'The person does not meet the conditions.',
  not_in_list: 'They are not on the list that this automation starts from.',
  no_matching_lead: 'None of their leads has the right age and is still not enrolled.',
  entry_limit: 'They match, but the entry limit does not let them in again yet.',
  been_here: 'They have been in this automation before, and each person can enter only once.',
  too_many: 'It was paused automatically because far more people entered than expected.',
  too_soon: 'They were in this automation recently. The entry limit lets them in again later.',
  no_key: 'The entry limit needs a value from the starting activity, and it has none.',
};

async function holds(tx: Tx, activity: Explanation['activity']): Promise<string> {
  if (!activity) return 'Nothing keeps them out.';
  const { type } = activity;
  const what = `“${(await labelsOf(tx, [type])).get(type) ?? typeLabel(type)}”`;
  if (activity.last_at === null) return `Nothing keeps them out, but ${what} has never happened for them.`;
  return activity.fits
    ? `Nothing keeps them out the next time ${what} happens.`
    : `Nothing keeps them out, but their last ${what} does not match what starts it.`;
}

async function prove(tx: Tx, moment: Moment, personId: string, rules: Group): Promise<Proof | null> {
  const facts = (await loadFacts(tx, [personId], [rules], moment)).get(personId);
  return facts ? new Decider(moment).explain(rules, facts) : null;
}

/** What keeps somebody out: their facts, the list or lead they do not have, or the entry limit. */
async function obstacle(
  tx: Tx,
  moment: Moment,
  version: CompiledVersion,
  asked: Candidate,
  proof: Proof | null,
): Promise<Obstacle | undefined> {
  if (proof && !proof.result) return 'rules';
  const { start, limit, automation_id } = version;
  if (start?.by === 'monitor') {
    const options = { limit: 1, personIds: [asked.person_id] };
    const [match] = await monitorMatches(tx, { automationId: automation_id, start, limit }, options);
    if (match) return undefined;
    // Candidate once more as an automation that nobody has been in: what is left then is the limit.
    const unlimited = { automationId: '00000000-0000-0000-0000-000000000000', start, limit };
    const [without] = await monitorMatches(tx, unlimited, options);
    return without || start.over === 'people' ? 'entry_limit' : 'no_matching_lead';
  }
  const list = start?.by === 'schedule' ? listOf(start) : undefined;
  if (list !== undefined && (await membersAmong(tx, list, [asked.person_id])).length === 0) return 'not_in_list';
  const backend = { pastEntries: (entries: Parameters<typeof pastEntries>[1]) => pastEntries(tx, entries) };
  const [answer] = await applyLimits(backend, moment, [{ version, ...asked, occasion: 'explain' }]);
  return answer && 'refused' in answer && answer.refused !== 'no_key' ? answer.refused : undefined;
}

/** Their newest activity of the starting type, and whether its metadata is what the start asks for. */
async function newestStart(
  tx: Tx,
  moment: Moment,
  start: Start,
  personId: string,
): Promise<Explanation['activity'] | undefined> {
  if (start.by !== 'activity') return undefined;
  const row = await tx.row<{ metadata: Record<string, unknown>; occurred_at: Date }>(
    `select ${metadataOf('a')} as metadata, occurred_at from public.crm_activities a where person_id = $1 and type = $2
     order by occurred_at desc, id desc limit 1`,
    [personId, start.activity_type],
  );
  const fits =
    row !== undefined &&
    (start.where === undefined ||
      (await new Decider(moment).decideWhere(boundToItself(start.where, row), { metadata: row.metadata })));
  return { type: start.activity_type, last_at: row?.occurred_at ?? null, fits };
}

/** What sending would say now, in its own words. */
async function mailObstacles(tx: Tx, personId: string): Promise<Explanation['mail']> {
  return (await tx.row<Explanation['mail']>(
    `select cortex.mail_refusal('broadcast', p.type is not null, p.suppressed_broadcast,
         coalesce(p.linked_consent, p.consent_status), ${settingSql('mail_unanswered')},
         false, coalesce(greatest(p.paused_until, p.linked_paused_until) > cortex.now(), false)) as broadcast,
       cortex.mail_refusal('transactional', p.type is not null, p.suppressed_transactional, p.consent_status, ${settingSql('mail_unanswered')})
         as transactional
     from cortex.people p where p.person_id = $1`,
    [personId],
  ))!;
}
