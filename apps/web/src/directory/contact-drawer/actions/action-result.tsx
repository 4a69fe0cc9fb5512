import type { ContactActionResult } from '#contracts';
import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { rowsOf } from '../../../api/paged';
import { useMay } from '../../../access/session.queries';
import { Problem } from '../../../ui/forms/confirm';
import { canRetry, EndedEffects } from './action-effects';
import { formOf, usePastActions, useRetryAction } from './actions.queries';

const headlines: Record<ContactActionResult['state'], string> = {
  running: 'This is under way. It goes on even if you close this.',
  done: 'Done.',
  partly: 'Some of this is done, and some is not.',
  failed: 'This failed.',
};

/** What became of an action that was just done, effect by effect; what failed can be tried again. */
export function ActionResult({
  contactId,
  result,
  onClose,
}: {
  contactId: string;
  result: ContactActionResult;
  onClose: () => void;
}) {
  const past = usePastActions(contactId);
  const retry = useRetryAction();
  // The list knows how it went on since.
  const listed = rowsOf(past.data).find(({ id }) => id === result.id);
  const current = listed ?? retry.data ?? result;
  const head = useRef<HTMLParagraphElement>(null);
  useEffect(() => head.current?.focus(), []);
  return (
    <div className="stack" data-testid="action-result" data-state={current.state}>
      <p className="sentence action-headline" role="status" tabIndex={-1} ref={head}>
        {headlines[current.state]}
      </p>
      <EndedEffects effects={current.effects} />
      <Problem error={retry.error} />
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <RetryButton action={current} retry={retry} />
        <Button onClick={onClose}>Close</Button>
      </div>
    </div>
  );
}

/** “Try again”, where something can be, for who may do the action. */
export function RetryButton({
  action,
  retry,
  small = false,
}: {
  action: ContactActionResult;
  small?: boolean;
  retry: Pick<ReturnType<typeof useRetryAction>, 'isPending' | 'mutate'>;
}) {
  const may = useMay(formOf(action.action)?.access ?? 'revoke');
  if (!may || !canRetry(action)) return null;
  return (
    <Button
      variant="default"
      size={small ? 'compact-sm' : 'sm'}
      disabled={retry.isPending}
      onClick={() => retry.mutate(action.id)}
      data-testid="action-retry"
    >
      {retry.isPending ? 'Trying again…' : 'Try again'}
    </Button>
  );
}
