import { useLayoutEffect, useRef, type RefObject } from 'react';

/** Milliseconds until Mantine has given the focus back itself, where it knows to whom. */
const AFTERWARDS = 20;

/** Puts the keyboard to the beginning of the content: what it was at is there no more. */
export const focusContent = (): void => document.getElementById('main')?.focus({ preventScroll: true });

/** The same within what lies over the content, if anything does that is not about to close. */
function focusNearest(leaving?: string): void {
  const over = [...document.querySelectorAll<HTMLElement>('[role="dialog"]')].filter(
    (one) => leaving === undefined || !one.closest(leaving),
  );
  const top = over.at(-1);
  if (top) top.focus({ preventScroll: true });
  else focusContent();
}

/** Keeps the keyboard near a part that goes away with what has the focus in it. */
export function useFocusWhenGone(part: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const { current } = part;
    return () => {
      if (!current?.contains(document.activeElement)) return;
      window.setTimeout(() => {
        if (document.activeElement === document.body) focusNearest();
      });
    };
  }, [part]);
}

/**
 * Gives the focus back to what had it when something opened over the page, or to the content when that is gone. Mantine
 * does so too, but not for what is loaded at its first use: that is open from the beginning, and nobody saw who had it.
 * @param leaving finds what closes: the focus may be in it still
 * @param otherwise has the focus instead where what had it is gone, such as an item of a menu
 */
export function useFocusBack(opened: boolean, leaving: string, otherwise?: RefObject<HTMLElement | null>): void {
  const before = useRef<Element | null>(null);
  const timer = useRef<number>(undefined);
  useLayoutEffect(() => {
    if (!opened) return undefined;
    window.clearTimeout(timer.current);
    before.current = document.activeElement;
    return () => {
      timer.current = window.setTimeout(() => {
        const held = document.activeElement;
        if (held && held !== document.body && !held.closest(leaving)) return;
        const { current: to } = before;
        const { current: instead = null } = otherwise ?? {};
        if (to instanceof HTMLElement && to !== document.body && to.isConnected) to.focus({ preventScroll: true });
        else if (instead) instead.focus({ preventScroll: true });
        else focusNearest(leaving);
      }, AFTERWARDS);
    };
  }, [opened, leaving, otherwise]);
}
