/** Why a run ended, where Cortex has the reason and not an author; each fits after a colon and after a number. */
const labels: ReadonlyMap<string, string> = new Map([
  ['exit_when', 'met the exit rule'],
  ['exit', 'reached the end step'],
  ['goal', 'reached the goal'],
  ['stopped', 'stopped with the automation'],
  // Only of a backtest, which ends while people are inside, and asks why somebody got no mail.
  ['still_inside', 'still inside at the end'],
  ['no_mail_on_this_way', 'took a path without e-mails'],
]);

/** “Left: met the exit rule”, “9 reached the goal”. Undefined for a reason that is not one of these. */
export const endReasonLabel = (reason: string): string | undefined => labels.get(reason);
