import { useEffect, useEffectEvent, useRef } from 'react';
import { useBlocker, type NavigationType } from 'react-router';

/**
 * Leaves for another screen by loading it anew, once everything is saved: this page let another server's script in, and
 * no other screen may have that. What cannot be saved is asked about by the browser.
 */
export function useLeavingAnew(flush: () => Promise<unknown>): void {
  const by = useRef<`${NavigationType}`>(undefined);
  const blocker = useBlocker(({ currentLocation, nextLocation, historyAction }) => {
    by.current = historyAction;
    return currentLocation.pathname !== nextLocation.pathname;
  });
  const leave = useEffectEvent(async (to: string) => {
    await flush();
    // After Back the screen takes the place of this one, or Back from there would lead here again.
    if (by.current === 'POP') location.replace(to);
    else location.assign(to);
  });
  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    const { pathname, search, hash } = blocker.location;
    void leave(`${pathname}${search}${hash}`);
  }, [blocker]);
}
