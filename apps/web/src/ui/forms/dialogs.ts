/** Whether a dialog is open besides the one that `own` (a selector) finds: the keys are then meant for it. */
export const isOtherDialogOpen = (own: string): boolean =>
  [...document.querySelectorAll('[role="dialog"]')].some((one) => !one.matches(own));
