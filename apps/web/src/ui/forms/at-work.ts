/**
 * For a button that began something and cannot be pressed until that is over. It looks disabled and is called so, and keeps
 * the keyboard, which a disabled one loses. Whoever uses it ignores what is pressed meanwhile.
 */
export const atWork = (busy: boolean) => ({ 'aria-disabled': busy, 'data-disabled': busy || undefined });
