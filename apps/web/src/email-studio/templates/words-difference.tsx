import { MergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { codeTheme } from '../design/html/code-theme';

const shown = (doc: string, label: string) => ({
  doc,
  extensions: [
    codeTheme,
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
  ],
});

/** Two texts side by side with what differs marked; what is equal over many lines is folded. */
export function WordsDifference({ before, after }: { before: string; after: string }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const view = new MergeView({
      parent: host.current!,
      a: shown(before, 'Before'),
      b: shown(after, 'After'),
      collapseUnchanged: { margin: 3, minSize: 6 },
    });
    return () => view.destroy();
  }, [before, after]);
  return <div ref={host} className="versions-words" data-testid="words-difference" />;
}
