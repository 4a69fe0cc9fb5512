import { addressShown } from '#directory';
import { mailFigure, type MailFigure } from '#contracts';
import { decodeCursor, encodeCursor, type Database } from '#platform';
import { mailVisitPage } from './mail-visits.queries.js';
import { itsMail, outcomeNow } from './reports.queries.js';
import type { StepVisit, VisitFilter } from './step-visit.js';

/**
 * $1 automation, $2 step, $3 figure, $4 way out, $5 and $6 span, $7 to $9 behind which visit, $10 how many. It is planned for
 * the values it is asked with, so that what is null costs nothing.
 */
const VISITS = `
  select s.run_id, s.status, s.node_id, s.visit, s.entered_at, s.exact, s.left_at, s.port, ${outcomeNow} as outcome,
    ${addressShown('p')} as contact_email, p.id as contact_id
  from (
    select s.run_id, r.person_id, r.status, s.node_id, s.visit, s.entered_at, s.entered_at::text as exact, s.left_at,
      s.port, s.outcome
    from cortex.automation_run_steps s join cortex.automation_runs r on r.id = s.run_id
    where r.automation_id = $1 and s.node_id = $2
      and ($3::text <> 'here'
        or s.left_at is null and r.node_id = $2 and r.status in ('active', 'waiting', 'failed'))
      and ($3::text <> 'left' or s.left_at is not null)
      and ($4::text is null or s.port = $4)
      and ($5::timestamptz is null or s.entered_at >= $5)
      and ($6::timestamptz is null or s.entered_at < $6)
      and ($7::timestamptz is null or (s.entered_at, s.run_id, s.visit) < ($7, $8::uuid, $9::int))
    order by s.entered_at desc, s.run_id desc, s.visit desc limit $10) s
  left join cortex.people p on p.person_id = s.person_id
  ${itsMail}
  order by s.entered_at desc, s.run_id desc, s.visit desc`;

/**
 * The visits that a figure of `automationStats` counts, newest first: as many as it says, and the same ones.
 * Whoever is at a step has an open visit there and stands there, stuck ones included, so that they are found by their
 * runs, of which few are open; all others by the visits themselves.
 */
export async function visitPage(
  db: Database,
  automationId: string,
  filter: VisitFilter,
): Promise<{ items: StepVisit[]; next_cursor: string | null }> {
  if (isOfMail(filter)) return mailVisitPage(db, automationId, filter);
  const [at, run, visit] = decodeCursor(filter.cursor, 3) ?? [null, null, null];
  const rows = await db.rows<StepVisit & { exact: string }>(VISITS, [
    automationId,
    filter.node_id,
    filter.figure,
    filter.port ?? null,
    filter.from ?? null,
    filter.to ?? null,
    at,
    run,
    visit,
    filter.limit + 1,
  ]);
  const shown = rows.slice(0, filter.limit);
  const last = rows.length > filter.limit ? shown.at(-1) : undefined;
  return {
    items: shown.map((row) => ({
      run_id: row.run_id,
      contact_email: row.contact_email,
      contact_id: row.contact_id,
      status: row.status,
      node_id: row.node_id,
      visit: row.visit,
      entered_at: row.entered_at,
      left_at: row.left_at,
      port: row.port,
      outcome: row.outcome,
    })),
    next_cursor: last ? encodeCursor([last.exact, last.run_id, last.visit]) : null,
  };
}

const isOfMail = (filter: VisitFilter): filter is VisitFilter & { figure: MailFigure } =>
  mailFigure.safeParse(filter.figure).success;
