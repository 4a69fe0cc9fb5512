import type { Run } from '#contracts';
import { useEffect } from 'react';
import { useEnds, useStats } from '../../automations/automations.queries';
import { useRun } from '../../runs/runs-panel';
import { useEditor } from '../document/use-editor';
import { traceOf, useLive, useLiveStore } from './live-store';

/** Keeps the figures and the traced person's way in the live store while Live is shown. Draws nothing. */
export function LiveData({ automationId, traced }: { automationId: string; traced: Run | undefined }) {
  const live = useLiveStore();
  const shown = useEditor((state) => state.mode === 'live');
  const span = useLive((state) => state.span);
  const stats = useStats(automationId, span, shown);
  const ends = useEnds(automationId, span, shown);
  const run = useRun(shown ? traced?.id : undefined);
  useEffect(() => live.setState({ stats: (shown && stats.data) || null }), [live, shown, stats.data]);
  useEffect(() => live.setState({ ends: (shown && ends.data) || null }), [live, shown, ends.data]);
  const current = traced && (run.data ?? traced);
  useEffect(() => live.setState({ trace: current && shown ? traceOf(current) : null }), [live, current, shown]);
  return null;
}
