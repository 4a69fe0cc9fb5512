/**
 * Where a problem comes from: the drawing itself, which the canvas checks while one draws, or the world around it
 * (templates, lists, other automations, settings), which only the server knows.
 */
export type ProblemSource = 'drawing' | 'world';

const drawing = (means: string) => ({ source: 'drawing' as const, means });
const world = (means: string) => ({ source: 'world' as const, means });

/** Every kind of problem that a drawing can have, by its code. Codes are stable; the sentences shown are not. */
export const drawingProblems = {
  unknown_type: drawing('This version has no such step type.'),
  unfinished: drawing('A field of a step is missing or wrong.'),
  edge_from_nowhere: drawing('A path starts at a step that does not exist.'),
  edge_to_nowhere: drawing('A path leads to a step that does not exist.'),
  edge_into_entry: drawing('A path leads back to the start.'),
  unknown_port: drawing('A path uses a way out that its step does not have.'),
  no_entry: drawing('Nothing starts the automation.'),
  several_entries: drawing('There is more than one start.'),
  unreachable: drawing('Nobody can get to a step.'),
  nothing_to_do: drawing('Nothing follows the start.'),
  loop_without_wait: drawing('Steps loop without a wait.'),
  loop_may_not_wait: drawing('Steps loop, and the wait between them may already be over.'),
  unknown_step: drawing('A rule asks about a step that does not exist or sends no e-mail.'),
  no_lead: drawing('A rule asks about a lead where there is none.'),
  no_activity: drawing('A rule compares with the activity that started the run where there is none.'),
  template_in_rule: drawing('A rule compares with a template as if it were a text.'),
  feeds_itself: drawing('A step causes the activity that starts the automation.'),
  activity_type_reserved: drawing('A step records a type of activity that only Cortex records.'),
  contradiction: drawing('Nobody can match two conditions at once.'),
  marketing_on_transactional: drawing('System mail has a topic or an unsubscribe link.'),
  sender: drawing('The sender of a mail is not one mailbox.'),
  webhook_header_missing: drawing('The value of a webhook header has to be set again.'),
  webhook_header_other_host: drawing('The value of a webhook header was set for another host.'),
  webhook_secret_in_address: drawing('A webhook address holds a secret.'),
  webhook_in_the_clear: drawing('A webhook address is called without encryption.'),
  mails_without_wait: drawing('Two marketing mails follow each other without a wait.'),
  mail_to_nobody: drawing('Only people who cannot be mailed come to a marketing mail.'),
  unfinished_settings: drawing('A setting of the automation is missing or wrong.'),
  schedule_once: drawing('The schedule repeats, but each person enters only once.'),
  no_entry_limit: drawing('People can enter again and again without a pause.'),

  unknown_activity_type: world('No activity of this type has been seen yet.'),
  unknown_course: world('The course does not exist.'),
  unknown_template: world('The e-mail template does not exist.'),
  template_not_approved: world('System mail comes from a template that no administrator has approved.'),
  system_mail_not_approved: world('System mail has new text of its own, which an administrator has to publish.'),
  unknown_smart_list: world('The smart list does not exist.'),
  unknown_topic: world('The topic of an e-mail does not exist.'),
  unknown_automation: world('The automation to enter does not exist.'),
  automation_not_live: world('The automation to enter is not live.'),
  enters_itself: world('The automation sends people to itself.'),
  circle_of_automations: world('The automation to enter sends people back.'),
  circle_through_others: world('What the automation does starts others that start it again.'),
  list_of_rules: world('A step adds people to a list that follows rules.'),
  no_sender: world('The workspace has no sender for this mail.'),
  no_postal_address: world('The workspace has no postal address, so marketing mail waits.'),
  links_point_here: world('Links in mail would lead to this machine, so mail waits.'),
  sending_stopped: world('Somebody has stopped all sending.'),
  provider_refuses: world('Postmark refuses the mail of the workspace.'),
  stream_unreadable: world('Postmark did not show the stream for marketing mail.'),
  no_reports: world('Postmark has never reported what became of a mail.'),
  not_staff: world('The recipient of a team e-mail does not sign in here.'),
  template: world('A text has a Liquid mistake.'),
  local_link: world('A link leads to this machine only, and the e-mail really goes out.'),
  adds_footer: world('A marketing email has no unsubscribe link or postal address of its own.'),
  cron: world('The schedule cannot be read.'),
} satisfies Record<string, { source: ProblemSource; means: string }>;

export type DrawingProblemCode = keyof typeof drawingProblems;

export const drawingProblemCodes = Object.keys(drawingProblems) as [DrawingProblemCode, ...DrawingProblemCode[]];

const sources = new Map<string, ProblemSource>(
  Object.entries(drawingProblems).map(([code, { source }]) => [code, source]),
);

/** A code that is not listed comes from a newer server, so it is the server's to say. */
export const problemSource = (code: string): ProblemSource => sources.get(code) ?? 'world';
