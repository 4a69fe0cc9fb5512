import { addressShown } from '#directory';
import type { MailFigure } from '#contracts';
import { decodeCursor, encodeCursor, type Database } from '#platform';
import type { StepVisit, VisitFilter } from './step-visit.js';

/** Which mails a figure counts: those in a state, or those that something became of. */
const counted: Readonly<Record<MailFigure, string>> = {
  mail_waiting: "m.state in ('queued', 'submitting')",
  mail_sent: "m.state = 'sent'",
  mail_skipped: "m.state = 'skipped'",
  mail_failed: "m.state = 'failed'",
  mail_unclear: "m.state in ('uncertain', 'unknown')",
  mail_cancelled: "m.state = 'cancelled'",
  mail_delivered: 'm.delivered_at is not null',
  mail_opened: 'm.opened_at is not null',
  mail_clicked: 'm.clicked_at is not null',
  mail_bounced: 'm.bounced_at is not null',
  mail_complained: 'm.complained_at is not null',
  mail_unsubscribed: 'm.unsubscribed_at is not null',
};

/**
 * $1 automation, $2 step, $3 reason, $4 and $5 span of when the mail was queued, $6 and $7 behind which mail, $8 how many.
 * A mail is kept longer than its run can be, so what is known of the run may be nothing.
 */
const mailsOf = (figure: MailFigure): string => `
  select m.id, m.exact, m.run_id, r.status, m.node_id, coalesce(m.visit, 1) as visit, m.created_at as entered_at,
    s.left_at, s.port, ${addressShown('p')} as contact_email, p.id as contact_id,
    coalesce(s.outcome, '{}') || jsonb_build_object('message_id', m.id, 'mail', m.state, 'mail_reason', m.reason) as outcome
  from (
    select m.*, m.created_at::text as exact from cortex.messages m
    where m.automation_id = $1 and m.node_id = $2 and ${counted[figure]}
      and ($3::text is null or coalesce(m.reason, 'other') = $3)
      and ($4::timestamptz is null or m.created_at >= $4)
      and ($5::timestamptz is null or m.created_at < $5)
      and ($6::timestamptz is null or (m.created_at, m.id) < ($6, $7::uuid))
    order by m.created_at desc, m.id desc limit $8) m
  left join cortex.automation_runs r on r.id = m.run_id
  left join cortex.automation_run_steps s on s.run_id = m.run_id and s.node_id = m.node_id and s.visit = m.visit
  left join cortex.people p on p.person_id = m.person_id
  order by m.created_at desc, m.id desc`;

/** The mails that a figure of a step's mails counts, newest first, each as the visit that wrote it. */
export async function mailVisitPage(
  db: Database,
  automationId: string,
  filter: VisitFilter & { figure: MailFigure },
): Promise<{ items: StepVisit[]; next_cursor: string | null }> {
  const [at, mail] = decodeCursor(filter.cursor, 2) ?? [null, null];
  const rows = await db.rows<StepVisit & { id: string; exact: string }>(mailsOf(filter.figure), [
    automationId,
    filter.node_id,
    filter.reason ?? null,
    filter.from ?? null,
    filter.to ?? null,
    at,
    mail,
    filter.limit + 1,
  ]);
  const shown = rows.slice(0, filter.limit);
  const last = rows.length > filter.limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(({ id: _id, exact: _exact, ...visit }) => visit),
    next_cursor: last ? encodeCursor([last.exact, last.id]) : null,
  };
}
