import { getPresence, sayPresence } from '#contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { call } from '../../api/client';
import { fallbackPoll } from '../../api/live-changes';
import { failedBy } from '../../api/problem';
import type { EditorStore } from '../document/editor-store';
import { useEditor, useEditorStore } from '../document/use-editor';
import { usePresenceStore, type Presence, type Present } from './presence-store';

/** Milliseconds between two words of this tab, at least and at most. */
const BREATH = 1_000;
const BEAT = 10_000;

const keyOf = (id: string) => ['presence', id];

/** Says that this tab is here and which step is open, knows who else is, and has their changes fetched. Draws nothing. */
export function PresenceSync({ id, catchUp }: { id: string; catchUp: () => void }) {
  const store = useEditorStore();
  const presence = usePresenceStore();
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: keyOf(id),
    queryFn: ({ signal }) => call(getPresence, { params: { id } }, { signal }),
    refetchInterval: fallbackPoll,
  });
  useEffect(() => {
    const tab = presence.getState().tab;
    const link = speakFor(store, tab, (said) => client.setQueryData(keyOf(id), said));
    presence.setState({ takeOver: link.takeOver });
    return link.stop;
  }, [id, store, presence, client]);
  // Who cannot hear the others does not know what they do.
  const deaf = useEditor((state) => state.unreachableSince !== null);
  useEffect(() => {
    presence.setState((before): Partial<Presence> => ({
      others: deaf ? [] : (data?.tabs.filter(({ tab }) => tab !== before.tab) ?? []),
    }));
  }, [presence, data, deaf]);
  const behind = useEditor((state) => state.save.is !== 'conflict' && state.revision < (data?.revision ?? 0));
  useEffect(() => {
    if (behind) catchUp();
  }, [behind, data?.revision, catchUp]);
  return null;
}

/** Speaks for one tab: every ten seconds, soon after the open step changed, and when something was edited first. */
function speakFor(store: EditorStore, tab: string, onSaid: (present: Present) => void) {
  const { id } = store.getState();
  let active = false;
  let spoke = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const openStep = () => {
    const { open, mode } = store.getState();
    return mode === 'build' ? open : null;
  };
  const say = (more: { take_over?: boolean; leave?: boolean }) => {
    clearTimeout(timer);
    timer = setTimeout(() => say({}), BEAT);
    spoke = Date.now();
    const body = { tab, node_id: openStep(), active, ...more };
    active = false;
    turn = turn.then(async () => {
      try {
        onSaid(await call(sayPresence, { params: { id }, body }, { keepalive: more.leave === true }));
        store.setState({ unreachableSince: null });
      } catch (error) {
        // Whoever is away, or speaks too fast, is heard the next time.
        if (failedBy(error, 'unreachable'))
          store.setState((state) => ({ unreachableSince: state.unreachableSince ?? Date.now() }));
      }
    });
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => say({}), Math.max(0, spoke + BREATH - Date.now()));
  };

  const unsubscribe = store.subscribe((state, before) => {
    const moved = state.open !== before.open || state.mode !== before.mode;
    const edited = state.document !== before.document && state.acknowledged === before.acknowledged;
    // The first edit after a while is said at once, so that the step is held; the rest goes with the next beat.
    const first = edited && !active && Date.now() - spoke > BREATH;
    active ||= edited;
    if (moved || first) soon();
  });
  const leave = () => say({ leave: true });
  window.addEventListener('pagehide', leave);
  soon();
  return {
    takeOver: () => say({ take_over: true }),
    stop: () => {
      window.removeEventListener('pagehide', leave);
      unsubscribe();
      leave();
      clearTimeout(timer);
    },
  };
}
