import { useEditor, useEditorStore } from '../use-editor';

/** What was changed in this tab, newest first; pressing one goes back to before it. */
export function HistoryPanel() {
  const store = useEditorStore();
  const past = useEditor((state) => state.past);
  const future = useEditor((state) => state.future);
  const go = (steps: number) => {
    for (let at = 0; at < Math.abs(steps); at += 1) store.getState()[steps > 0 ? 'redo' : 'undo']();
  };
  return (
    <div className="panel-body">
      <p className="label">Changes in this tab. Press one to go there.</p>
      <ol className="history">
        {future.map((entry, at) => (
          <li key={`f${at}`}>
            <button type="button" className="history-entry undone" onClick={() => go(future.length - at)}>
              {entry.label}
            </button>
          </li>
        ))}
        {past.toReversed().map((entry, at) => (
          <li key={`p${past.length - at}`}>
            <button type="button" className="history-entry" aria-current={at === 0} onClick={() => go(-at)}>
              {entry.label}
            </button>
          </li>
        ))}
        <li>
          <button
            type="button"
            className="history-entry"
            aria-current={past.length === 0}
            onClick={() => go(-past.length)}
          >
            As it was opened
          </button>
        </li>
      </ol>
    </div>
  );
}
