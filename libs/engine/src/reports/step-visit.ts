import type { MailFigure, RunStatus, VisitFigure } from '#contracts';

/** One time that somebody was at a step. */
export interface StepVisit {
  run_id: string;
  contact_email: string;
  /** Public id of the person, where the directory shows them. */
  contact_id: string | null;
  /** Where their run stands now; null when only its mail is kept. */
  status: RunStatus | null;
  node_id: string;
  visit: number;
  entered_at: Date;
  left_at: Date | null;
  port: string | null;
  outcome: Record<string, unknown>;
}

/** Which figure of a step's statistics, and of which span: `from` and `to` bound when the step was entered. */
export interface VisitFilter {
  node_id: string;
  figure: VisitFigure | MailFigure;
  /** Only those who left by this way out. */
  port?: string;
  /** Only mails with this reason. */
  reason?: string;
  from?: string;
  to?: string;
  limit: number;
  cursor?: string;
}
