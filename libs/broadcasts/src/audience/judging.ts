import { isCapped } from '#emails';
import type { Tx } from '#platform';
import { everyone, everyoneAtOnce, settingsSql, type SkipReason } from '#rules';

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

/** What is said about marketing mail: by the person, or by an account that is linked with theirs. */
const CONSENT = 'coalesce(p.linked_consent, p.consent_status)';

const needed = new Map<string, string>([
  ['unsubscribed', `${CONSENT} = 'unsubscribed'`],
  ['paused', '(p.paused_until is not null or p.linked_paused_until is not null)'],
]);

/**
 * What holds of `cortex.people p` for everybody who gets none for this reason, if a look at their row can tell. Asked
 * beside the reason, it spares judging a million people to find three.
 */
export const neededFor = (reason: SkipReason | 'will_receive' | undefined): string =>
  needed.get(reason ?? '') ?? 'true';

/** How people are looked up, in SQL: one after the other by the indexes, or all at once. `$2` is the topic. */
interface LookUps {
  everyone: string;
  /** Whether the address is on the list of suppressions. */
  listed: string;
  /** What they chose about the topic, or null. */
  wanted: string;
}

const chosen = (wanted: string): string =>
  `(p.person_id in (select c.person_id from cortex.topic_choices c where c.topic_id = $2::uuid and ${wanted}))`;

const lookUps: Record<'some' | 'all', LookUps> = {
  some: {
    everyone,
    listed: `exists (select from cortex.suppressions s where s.address = p.address and s.stream = 'broadcast')`,
    wanted: '(select c.wanted from cortex.topic_choices c where c.person_id = p.person_id and c.topic_id = $2::uuid)',
  },
  all: {
    everyone: everyoneAtOnce,
    listed: `p.address in (select s.address from cortex.suppressions s where s.stream = 'broadcast')`,
    wanted: `case when ${chosen('c.wanted')} then true when ${chosen('not c.wanted')} then false end`,
  },
};

/**
 * Reads what the workspace says. Whether a mail may go to somebody is `cortex.mail_refusal`; the list of suppressions is
 * asked beside the person's flag, as when a mail is claimed. Who is held out is drawn among those who would get it.
 *
 * A million people must not be counted for long. So the settings are values: what nobody asks is left out of the plan. And
 * PostgreSQL lets its workers take part unless a subquery asks about each row (a limit for each person still does).
 * @param of who is asked about: `all` reads each table once and keeps it in memory, `some` looks up each person
 */
export async function judgeBy(
  tx: Tx,
  { id, topic_id, holdout_percent }: Judging,
  of: 'some' | 'all' = 'some',
): Promise<Judge> {
  const here = await tx.row<{ mail_unanswered: boolean; frequency_cap: unknown }>(
    settingsSql('mail_unanswered', 'frequency_cap'),
  );
  // Two million suppressed addresses. What it thinks too large for the memory it would read once for each person.
  if (of === 'all') await tx.run("select set_config('work_mem', '64MB', true)");
  const { mail_unanswered, frequency_cap } = here!;
  const { everyone: whom, listed, wanted } = lookUps[of];
  return {
    sql: (condition) => `
      select p.person_id, coalesce(
          cortex.mail_refusal('broadcast', true, p.suppressed_broadcast or ${listed},
            ${CONSENT}, $4::boolean,
            case when $2::uuid is not null then cortex.topic_off($2::uuid, ${wanted},
              (select t.default_on from cortex.topics t where t.id = $2::uuid))
              or coalesce($2::uuid = any(p.linked_topics_off), false) else false end,
            coalesce(greatest(p.paused_until, p.linked_paused_until) > cortex.now(), false)),
          case when ${isCapped('$5::jsonb', 'p.person_id')} then 'capped' end,
          case when $3::int > 0 and cortex.lot($1::uuid, p.person_id, 'hold-out') < $3::int * 10000 then 'held_out' end
        ) as reason
      from cortex.people p
      where ${whom} and (${condition})`,
    values: [
      id,
      topic_id,
      holdout_percent,
      mail_unanswered,
      frequency_cap === null ? null : JSON.stringify(frequency_cap),
    ],
  };
}
