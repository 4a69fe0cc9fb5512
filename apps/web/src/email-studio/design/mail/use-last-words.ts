import { useEffect, useEffectEvent } from 'react';
import type { Saving } from './saving';

/**
 * Saves at once when the screen is left or goes into the background, and asks before a tab is closed that holds what is
 * not saved.
 * @param take reads what is being typed this moment
 * @param unread whether something could not be read
 */
export function useLastWords(
  saving: Pick<Saving<never>, 'state' | 'flush' | 'stop'>,
  take: () => Promise<unknown> = () => Promise.resolve(),
  unread: () => boolean = () => false,
): void {
  const taken = useEffectEvent(take);
  const missing = useEffectEvent(unread);
  useEffect(() => {
    const hidden = () => {
      if (document.visibilityState !== 'hidden') return;
      void taken().then(() => saving.flush({ keepalive: true }));
    };
    const leaving = (event: BeforeUnloadEvent) => {
      if (saving.state.getState().is !== 'saved' || missing()) event.preventDefault();
    };
    document.addEventListener('visibilitychange', hidden);
    globalThis.addEventListener('beforeunload', leaving);
    return () => {
      document.removeEventListener('visibilitychange', hidden);
      globalThis.removeEventListener('beforeunload', leaving);
    };
  }, [saving]);
}
