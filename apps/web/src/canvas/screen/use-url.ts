import { getRun, type Run } from '#contracts';
import { indexGraph } from '#graph';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import { call } from '../../api/client';
import { useEditor, useEditorStore } from '../document/use-editor';

/**
 * Mode, open step and traced person stand in the address, so that a link leads back to the same place. A link from
 * elsewhere names the run whose way is to be drawn.
 */
export function useUrl(traced: Run | undefined, setTraced: (run: Run | undefined) => void) {
  const store = useEditorStore();
  const [query, setQuery] = useSearchParams();
  const mode = useEditor((state) => state.mode);
  const open = useEditor((state) => state.open);
  const first = useRef(true);
  const [wanted] = useState(() => query.get('run') ?? undefined);
  const { data: found, isPending } = useQuery({
    queryKey: ['run', wanted],
    queryFn: ({ signal }) => call(getRun, { params: { id: wanted ?? '' } }, { signal }),
    enabled: wanted !== undefined,
  });
  const drawn = useRef(false);
  useEffect(() => {
    if (!found || drawn.current) return;
    drawn.current = true;
    store.getState().setMode('live');
    setTraced(found);
  }, [found, setTraced, store]);
  const shown = traced?.id ?? (isPending ? wanted : undefined);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      const step = query.get('step');
      const wished = query.get('mode');
      if (wished === 'live' || wished === 'history' || wished === 'test') store.getState().setMode(wished);
      if (step && (step === 'settings' || indexGraph(store.getState().document.graph).nodes.has(step)))
        store.getState().openStep(step);
      return;
    }
    setQuery(
      (before) => {
        const next = new URLSearchParams(before);
        if (mode !== 'build') next.set('mode', mode);
        else next.delete('mode');
        if (open) next.set('step', open);
        else next.delete('step');
        if (shown) next.set('run', shown);
        else next.delete('run');
        return next;
      },
      { replace: true },
    );
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the address follows the editor, not the other way round
  }, [mode, open, shown]);
}
