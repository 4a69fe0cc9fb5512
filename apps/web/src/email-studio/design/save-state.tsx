import { Button } from '@mantine/core';
import { useStore } from 'zustand';
import { clockTime } from '../../ui/time';
import type { Saving } from './mail/saving';

/** Whether what is on the paper is on the server: one short text, and a button only where one is needed. */
export function SaveStateText({ saving }: { saving: Saving }) {
  const state = useStore(saving.state);
  switch (state.is) {
    case 'saved':
      return (
        <span className="label" data-testid="mail-saved" data-saved="true">
          Saved {clockTime(state.at)}
        </span>
      );
    case 'failed':
      return (
        <Button
          size="compact-sm"
          variant="subtle"
          color="danger"
          title={state.reason}
          data-testid="mail-saved"
          onClick={() => saving.resume()}
        >
          Not saved: retry
        </Button>
      );
    case 'conflict':
      return (
        <span className="label" data-testid="mail-saved" data-saved="false">
          Not saved
        </span>
      );
    default:
      return (
        <span className="label" data-testid="mail-saved" data-saved="false">
          {state.is === 'saving' ? 'Saving' : 'Not saved yet'}
        </span>
      );
  }
}

/** Somebody else saved the same mail: says so, and lets one choose. Nothing is overwritten before. */
export function ConflictNotice({
  saving,
  onTakeOver,
  onReload,
}: {
  saving: Saving;
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
