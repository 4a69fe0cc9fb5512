import { Button } from '@mantine/core';
import { clockTime } from '../../ui/time';
import { useEditor } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';

/** Whether what is on screen is on the server: one short text, and a button only where one is needed. */
export function SaveStatus({ onRetry }: { onRetry: () => void }) {
  const save = useEditor((state) => state.save);
  const readOnly = useEditor((state) => state.readOnly);
  const screen = useScreenStore();
  if (readOnly) return <span className="saved">Read only</span>;
  switch (save.is) {
    case 'saved':
      return (
        <span className="saved" data-testid="saved" data-saved="true">
          Saved {clockTime(save.at)}
        </span>
      );
    case 'failed':
      return (
        <Button
          size="compact-sm"
          variant="subtle"
          color="danger"
          title={save.reason}
          onClick={onRetry}
          data-testid="saved"
        >
          Not saved: retry
        </Button>
      );
    case 'conflict':
      return (
        <Button
          size="compact-sm"
          variant="subtle"
          color="danger"
          onClick={() => screen.setState({ sheet: 'conflict' })}
        >
          Conflict: choose a version
        </Button>
      );
    default:
      return (
        <span className="saved" data-testid="saved" data-saved="false">
          Saving
        </span>
      );
  }
}
