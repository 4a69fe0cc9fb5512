import { isCapped } from '#emails';
import type { Tx } from '#platform';
import { everyoneJoined, settingsSql } from '#rules';

/** What of a broadcast decides who of its audience gets its mail. */
export interface Judging {
  id: string;
  /** The topic that people must want. */
  topic_id: string | null;
  /** The share that gets nothing, from 0 to 50. */
  holdout_percent: number;
}

/** How a broadcast's audience is judged. */
export interface Judge {
  /**
   * Everybody of an audience, each with why no mail of the broadcast goes to them now, or null: rows of `person_id` and
   * `reason`. The funnel, the answer about one person and freezing all ask this.
   * @param condition over `cortex.people p`
   */
  sql(condition: string): string;
  /** The values that it asks first: $1 to $5. */
  values: readonly unknown[];
}
/** How many they are. */
export const JUDGING = 5;

/**
 * Each address of the list once, whatever the reasons that it stands there for. Not DISTINCT, of which nothing can be
 * looked up for some people only: freezing would read the whole list for each chunk.
 */
const LISTED = `left join (
    select s.address from cortex.suppressions s
    where s.stream = 'broadcast' and not exists (
      select from cortex.suppressions o where o.address = s.address and o.stream = s.stream and o.reason < s.reason)
  ) l on l.address = p.address`;

/**
 * Reads what the workspace says, and what there is to look up at all. Whether a mail may go to somebody is
 * `cortex.mail_refusal`; the list of suppressions is asked beside the person's flag, as when a mail is claimed. Who is
 * held out is drawn among those who would get it.
 *
 * Counting a million people by it must not take long. So the settings are values, of which PostgreSQL sees what nobody
 * asks; what is looked up for each person is joined, since a subquery about each row keeps its workers out (a cap still is
 * one); and a table without rows is not joined at all.
 */
export async function judgeBy(tx: Tx, { id, topic_id, holdout_percent }: Judging): Promise<Judge> {
  const here = await tx.row<{
    mail_unanswered: boolean;
    frequency_cap: unknown;
    has_merged: boolean;
    has_suppressed: boolean;
  }>(
    `select w.mail_unanswered, w.frequency_cap, exists (select from cortex.person_links) as has_merged,
       exists (select from cortex.suppressions) as has_suppressed
     from (${settingsSql('mail_unanswered', 'frequency_cap')}) w`,
  );
  const { mail_unanswered, frequency_cap, has_merged, has_suppressed } = here!;
  const everybody = everyoneJoined(has_merged);
  const choice =
    topic_id === null ? '' : 'left join cortex.topic_choices c on c.person_id = p.person_id and c.topic_id = $2';
  return {
    sql: (condition) => `
      select p.person_id, coalesce(
          cortex.mail_refusal('broadcast', true, p.suppressed_broadcast ${has_suppressed ? 'or l.address is not null' : ''},
            coalesce(p.linked_consent, p.consent_status), $4::boolean,
            case when $2::uuid is not null then cortex.topic_off($2::uuid, ${choice ? 'c.wanted' : 'null'},
              (select t.default_on from cortex.topics t where t.id = $2::uuid))
              or coalesce($2::uuid = any(p.linked_topics_off), false) else false end,
            coalesce(greatest(p.paused_until, p.linked_paused_until) > cortex.now(), false)),
          case when ${isCapped('$5::jsonb', 'p.person_id')} then 'capped' end,
          case when $3::int > 0 and cortex.lot($1::uuid, p.person_id, 'hold-out') < $3::int * 10000 then 'held_out' end
        ) as reason
      from cortex.people p ${everybody.join} ${has_suppressed ? LISTED : ''} ${choice}
      where ${everybody.where} and (${condition})`,
    values: [
      id,
      topic_id,
      holdout_percent,
      mail_unanswered,
      frequency_cap === null ? null : JSON.stringify(frequency_cap),
    ],
  };
}
