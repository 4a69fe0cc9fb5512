import { Button } from '@mantine/core';
import { SaveText } from '../../ui/forms/save-text';
import { useEditor } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';

/** Whether the draft is on the server. */
export function SaveStatus({ onRetry }: { onRetry: () => void }) {
  const save = useEditor((state) => state.save);
  const readOnly = useEditor((state) => state.readOnly);
  const screen = useScreenStore();
  if (readOnly) return <span className="saved">Read only</span>;
  if (save.is === 'conflict')
    return (
      <Button size="compact-sm" variant="subtle" color="danger" onClick={() => screen.setState({ sheet: 'conflict' })}>
        Conflict: choose a version
      </Button>
    );
  return (
    <SaveText
      state={save.is === 'saved' || save.is === 'failed' ? save : { is: 'unsaved', text: 'Saving' }}
      className="saved"
      testId="saved"
      onRetry={onRetry}
    />
  );
}
