import { Button } from '@mantine/core';
import { useStore } from 'zustand';
import { SaveText } from '../../ui/forms/save-text';
import type { Saving } from './mail/saving';

/** Whatever the draft is. */
type SavingState = Pick<Saving, 'state' | 'resume'>;

/** Whether what is on the paper is on the server. */
export function SaveStateText({ saving, onRetry }: { saving: SavingState; onRetry: () => void }) {
  const state = useStore(saving.state);
  const unsaved = state.is === 'saving' ? 'Saving' : state.is === 'conflict' ? 'Not saved' : 'Not saved yet';
  return (
    <SaveText
      state={state.is === 'saved' || state.is === 'failed' ? state : { is: 'unsaved', text: unsaved }}
      className="label"
      testId="mail-saved"
      onRetry={onRetry}
    />
  );
}

/** Somebody else saved the same mail: says so, and lets one choose. Nothing is overwritten before. */
export function ConflictNotice({
  saving,
  onTakeOver,
  onReload,
}: {
  saving: SavingState;
  onTakeOver: () => void;
  onReload: () => void;
}) {
  const { is } = useStore(saving.state);
  if (is !== 'conflict') return null;
  return (
    <div className="notice mail-conflict" data-tone="warning" role="alert">
      <p className="sentence">
        Somebody else saved this mail while you were working on it. Your version is still here and has not been saved.
      </p>
      <div className="row">
        <Button size="xs" onClick={onTakeOver}>
          Save my version
        </Button>
        <Button size="xs" variant="default" onClick={onReload}>
          Load theirs and discard mine
        </Button>
      </div>
    </div>
  );
}
