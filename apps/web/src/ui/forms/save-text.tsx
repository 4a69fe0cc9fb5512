import { Button } from '@mantine/core';
import { clockTime } from '../formatting/time';

interface SaveTextProps {
  state: { is: 'saved'; at: string } | { is: 'failed'; reason: string } | { is: 'unsaved'; text: string };
  className: string;
  testId: string;
  onRetry: () => void;
}

/** Whether what is on screen is on the server: one short text, and a button only where one is needed. */
export function SaveText({ state, className, testId, onRetry }: SaveTextProps) {
  if (state.is === 'failed')
    return (
      <Button
        size="compact-sm"
        variant="subtle"
        color="danger"
        title={state.reason}
        onClick={onRetry}
        data-testid={testId}
      >
        Not saved: retry
      </Button>
    );
  const saved = state.is === 'saved';
  return (
    <span className={className} data-testid={testId} data-saved={saved}>
      {saved ? `Saved ${clockTime(state.at)}` : state.text}
    </span>
  );
}
