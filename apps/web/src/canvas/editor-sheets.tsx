import type { Automation } from '#contracts';
import { ErrorBoundary } from '../ui/feedback/error-boundary';
import { StepPicker } from './panels/step-picker';
import { ConflictSheet } from './sheets/conflict-sheet';
import { ExperimentSheet } from './sheets/experiment-sheet';
import { ImportSheet } from './sheets/import-sheet';
import { MoveSheet } from './sheets/move-sheet';
import { PublishSheet } from './sheets/publish-sheet';
import { KeysSheet, RemovingSheet, TextSheet } from './sheets/small-sheets';
import { StopSheet } from './sheets/stop-sheet';
import { useScreen } from './screen/screen-store';

interface EditorSheetsProps {
  automation: Automation;
  flush: () => Promise<void>;
  onPublished: () => void;
  /** The draft is to be loaded anew. */
  onConflictOver: () => void;
}

/** What opens over the drawing. One that cannot be drawn leaves the others, and the drawing, as they are. */
export function EditorSheets({ automation, flush, onPublished, onConflictOver }: EditorSheetsProps) {
  const sheet = useScreen((screen) => screen.sheet);
  const sheets = {
    picker: <StepPicker />,
    move: <MoveSheet />,
    keys: <KeysSheet />,
    text: <TextSheet />,
    import: <ImportSheet />,
    removing: <RemovingSheet />,
    experiment: <ExperimentSheet automationId={automation.id} />,
    conflict: <ConflictSheet onReload={onConflictOver} />,
    stop: <StopSheet automation={automation} />,
    publish: <PublishSheet automation={automation} flush={flush} onPublished={onPublished} />,
  };
  return Object.entries(sheets).map(([name, drawn]) => (
    <ErrorBoundary
      key={name}
      what="This could not be shown"
      of={sheet}
      frame={(failed) => <div className="sheet-failed">{failed}</div>}
    >
      {drawn}
    </ErrorBoundary>
  ));
}
