import type { ReactNode } from 'react';
import { useEditorStore } from '../document/use-editor';
import { useLiveStore, type ShownFigure } from './live-store';

/** A figure on the drawing that opens the people it counts. The keyboard's way to them is the panel. */
export function FigureButton({ children, ...figure }: ShownFigure & { children: ReactNode }) {
  const live = useLiveStore();
  const store = useEditorStore();
  return (
    <button
      type="button"
      tabIndex={-1}
      className="figure-button nodrag nopan"
      onClick={(event) => {
        event.stopPropagation();
        live.setState({ figure });
        store.getState().openStep(figure.nodeId);
      }}
    >
      {children}
    </button>
  );
}
