import type { ContactActionResult } from '#contracts';
import { useState } from 'react';
import { rowsOf } from '../../../api/paged';
import { Problem } from '../../../ui/forms/confirm';
import { LoadMore } from '../../../ui/pages/load-more';
import { Time } from '../../../ui/formatting/time';
import { actionStateWords, canRetry, EndedEffects } from './action-effects';
import { RetryButton } from './action-result';
import { formOf, usePastActions, useRetryAction } from './actions.queries';

/** What was done with this person by hand: who, when, and what became of it. */
export function PastActions({ contactId }: { contactId: string }) {
  const past = usePastActions(contactId);
  const rows = rowsOf(past.data);
  const stuck = rows.some(canRetry);
  // Folded while all is well; what needs somebody is seen at once, and how it goes on.
  const [open, setOpen] = useState<boolean>();
  if (stuck && open === undefined) setOpen(true);
  if (rows.length === 0) return null;
  const isOpen = open ?? false;
  return (
    <section className="person-part" aria-label="Actions so far" data-testid="past-actions">
      <button type="button" className="text-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        Actions ({past.hasNextPage ? `${rows.length} and more` : rows.length})
      </button>
      {isOpen ? (
        <>
          <ul className="past-actions">
            {rows.map((action) => (
              <li key={action.id}>
                <PastAction action={action} />
              </li>
            ))}
          </ul>
          <LoadMore list={past} label="Earlier actions" />
        </>
      ) : null}
    </section>
  );
}

function PastAction({ action }: { action: ContactActionResult }) {
  const retry = useRetryAction();
  const [open, setOpen] = useState(canRetry(action));
  return (
    <>
      <div className="row-apart">
        <button type="button" className="text-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {formOf(action.action)?.label ?? action.action}
        </button>
        <span className="pill" data-tone={tones[action.state]}>
          {actionStateWords[action.state]}
        </span>
      </div>
      <p className="quiet">
        <Time at={action.at} as="short" />, by {action.by}
      </p>
      {open ? <EndedEffects effects={action.effects} /> : null}
      <RetryButton action={action} retry={retry} small />
      <Problem error={retry.error} />
    </>
  );
}

const tones: Record<ContactActionResult['state'], 'good' | 'warning' | 'danger' | undefined> = {
  running: undefined,
  done: 'good',
  partly: 'warning',
  failed: 'danger',
};
