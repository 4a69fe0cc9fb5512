import { monitorFindings, type Monitor, type MonitorFindings, type MonitorQuestion } from '#automations';
import { durationText, type Duration } from '#graph';
import type { Tx } from '#platform';

/** Leads of one person that are explained, the newest. */
const MOST_LEADS = 3;

/** One condition of a monitor, as what would have to be true. */
export interface CheckedRule {
  text: string;
  met: boolean;
  /** What was seen: an instant or a word, where there is one. */
  at: Date | null;
  seen: string | null;
}

/** What a monitor asked of one lead, or of a person. */
export interface MonitorAnswer {
  lead: { id: string; created_at: Date } | null;
  rules: CheckedRule[];
}

type Found = MonitorFindings['found'][number];

const instants: ReadonlySet<Found['check']> = new Set([
  'old_enough',
  'young_enough',
  'not_been_here',
  'not_inside',
  'long_ago',
  'not_seen',
]);

/** What the monitor itself asks, condition by condition with what was seen; its rules about the person have their own proof. */
export async function explainMonitor(tx: Tx, question: MonitorQuestion, personId: string): Promise<MonitorAnswer[]> {
  const findings = await monitorFindings(tx, question, personId, MOST_LEADS);
  return findings.map(({ lead, found }) => ({
    lead,
    rules: found.flatMap((each) => {
      const text = textOf(each, question.start, lead !== null);
      if (text === undefined) return [];
      const isInstant = instants.has(each.check);
      return [
        {
          text,
          met: each.met,
          at: isInstant && each.seen !== null ? new Date(each.seen) : null,
          seen: isInstant ? null : each.seen,
        },
      ];
    }),
  }));
}

function textOf({ check, span }: Found, { lead }: Monitor, isLead: boolean): string | undefined {
  switch (check) {
    case 'old_enough':
      return `It began at least ${durationText(lead!.older_than as Duration)} ago.`;
    case 'young_enough':
      return `It began less than ${durationText(lead!.within as Duration)} ago.`;
    case 'right_course':
      return 'It is about the course that the start names.';
    case 'not_imported':
      return 'It was not imported.';
    case 'not_from_activity':
      return 'It was not made from an activity.';
    case 'not_enrolled':
      return 'It has not led to an enrollment.';
    case 'not_been_here':
      return isLead ? 'They have not entered for it before.' : 'They have not entered before.';
    case 'not_inside':
      return 'They are not inside now.';
    case 'long_ago':
      return `They did not enter in the last ${durationText(span as Duration)}.`;
    case 'not_seen':
      return 'They did not match already when it was published.';
    case 'in_directory':
    case 'rules':
      return undefined;
  }
}
