import type { HistoryEntry } from '../document/history';
import { useEditor, useEditorStore } from '../document/use-editor';

/** What was changed in this tab, newest first; pressing one goes back to before it. */
export function ChangesPanel() {
  const store = useEditorStore();
  const past = useEditor((state) => state.past);
  const future = useEditor((state) => state.future);
  const go = (way: 'undo' | 'redo', entries: readonly HistoryEntry[]) => {
    for (const entry of entries) if (!entry.gone) store.getState()[way]();
  };
  const newest = past.findLastIndex((entry) => !entry.gone);
  return (
    <div className="panel-body">
      <p className="label">Changes in this tab. Click one to go back to it.</p>
      <ol className="history">
        {future.map((entry, at) => (
          <Entry key={`f${at}`} entry={entry} undone onGo={() => go('redo', future.slice(at))} />
        ))}
        {past.toReversed().map((entry, at) => (
          <Entry
            key={`p${past.length - at}`}
            entry={entry}
            current={past.length - 1 - at === newest}
            onGo={() => go('undo', past.slice(past.length - at))}
          />
        ))}
        <li>
          <button type="button" className="history-entry" aria-current={newest === -1} onClick={() => go('undo', past)}>
            When it was opened
          </button>
        </li>
      </ol>
    </div>
  );
}

interface EntryProps {
  entry: HistoryEntry;
  undone?: boolean;
  current?: boolean;
  onGo: () => void;
}

/** One change; one that somebody else has since changed again stays to be read. */
function Entry({ entry, undone, current, onGo }: EntryProps) {
  if (entry.gone)
    return (
      <li>
        <p className="history-entry history-gone">
          <s>{entry.label}</s> <span className="label">no longer possible: someone else has changed it since</span>
        </p>
      </li>
    );
  return (
    <li>
      <button
        type="button"
        className={undone ? 'history-entry undone' : 'history-entry'}
        aria-current={undone ? undefined : Boolean(current)}
        onClick={onGo}
      >
        {entry.label}
      </button>
    </li>
  );
}
