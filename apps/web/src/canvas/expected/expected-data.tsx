import { indexGraph } from '#graph';
import { useEffect } from 'react';
import { useMay } from '../../access/session.queries';
import { useQuickBacktest } from '../../automations/quick-backtest.queries';
import type { EditorState } from '../document/editor-store';
import { useEditor } from '../document/use-editor';
import { useExpected, useExpectedStore } from './expected-store';

/** Whether the draft has a start that is finished, and settings to go with it: else nobody can have entered. */
const hasStart = ({ document, problems }: EditorState): boolean => {
  const { entry } = indexGraph(document.graph);
  return (
    entry !== undefined &&
    !problems.some(
      ({ severity, node_id, pointer }) =>
        severity === 'blocks' && (node_id === entry.id || pointer.startsWith('/settings')),
    )
  );
};

/** Keeps what the last 30 days say of the draft in its store, as far as the draft is saved. Draws nothing. */
export function ExpectedData({ automationId }: { automationId: string }) {
  const expected = useExpectedStore();
  const may = useMay('change');
  const wanted = useExpected((state) => state.wanted);
  const revision = useEditor((state) => state.revision);
  const saved = useEditor((state) => state.unsent.length === 0);
  const building = useEditor((state) => state.mode === 'build' && !state.readOnly);
  const started = useEditor(hasStart);
  const shown = may && wanted && building && started;
  const { data, error, isPlaceholderData } = useQuickBacktest(automationId, revision, shown && saved);
  const answer = (shown && data) || null;
  const stale = !saved || isPlaceholderData || (answer !== null && answer.revision !== revision);
  const problem = shown && saved && error ? error.message : null;
  useEffect(() => expected.setState({ answer, stale, problem }), [expected, answer, stale, problem]);
  return null;
}
