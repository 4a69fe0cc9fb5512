import { Button, Tooltip } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { useId } from 'react';
import {
  formOf,
  isOffered,
  useAvailableActions,
  type AvailableAction,
  type ContactActionName,
} from './actions.queries';
import './actions.css';

const groups: [AvailableAction['group'], string][] = [
  ['identity', 'Identity'],
  ['support', 'Support'],
  ['commerce', 'Commerce'],
];

/** What support can do with this person, in three groups; what takes something away stands apart and in red. */
export function ActionBar({ contactId, onOpen }: { contactId: string; onOpen: (action: ContactActionName) => void }) {
  const { data } = useAvailableActions(contactId);
  const narrow = useMediaQuery('(max-width: 720px)');
  const [unfolded, { toggle }] = useDisclosure(false);
  const shown = (data ?? []).filter(isOffered);
  if (shown.length === 0) return null;
  const parts = narrow && !unfolded ? [] : groups;
  const apart = shown.filter(({ action, group }) => group === 'revoke' || formOf(action)?.danger);
  return (
    <div className="action-bar" role="group" aria-label="Actions" data-testid="action-bar" data-own-commands>
      {narrow ? (
        <Button variant="default" aria-expanded={unfolded} onClick={toggle}>
          {unfolded ? 'Hide the actions' : 'Actions'}
        </Button>
      ) : null}
      <div className="action-groups">
        {parts.map(([group, label]) => {
          const actions = shown.filter((one) => one.group === group && !apart.includes(one));
          return actions.length === 0 ? null : (
            <div key={group} role="group" aria-label={label}>
              <span className="small-caps">{label}</span>
              {actions.map((one) => (
                <ActionButton key={one.action} action={one} onOpen={onOpen} />
              ))}
            </div>
          );
        })}
      </div>
      {parts.length > 0 && apart.length > 0 ? (
        <div className="action-apart">
          {apart.map((one) => (
            <ActionButton key={one.action} action={one} onOpen={onOpen} />
          ))}
        </div>
      ) : null}
    </div>
  );
}

/** One that cannot be done keeps its place and takes the focus, to say why. */
function ActionButton({ action, onOpen }: { action: AvailableAction; onOpen: (action: ContactActionName) => void }) {
  const reasonId = useId();
  const danger = formOf(action.action)?.danger;
  const button = (
    <Button
      variant={danger ? 'subtle' : 'default'}
      size="compact-sm"
      {...(danger ? { color: 'danger' } : {})}
      aria-disabled={!action.available}
      aria-describedby={action.reason ? reasonId : undefined}
      data-action={action.action}
      onClick={() => {
        if (action.available) onOpen(action.action);
      }}
    >
      {action.label}
    </Button>
  );
  if (!action.reason) return button;
  return (
    <>
      <Tooltip label={action.reason} events={{ hover: true, focus: true, touch: true }}>
        {button}
      </Tooltip>
      <span id={reasonId} className="visually-hidden">
        {action.reason}
      </span>
    </>
  );
}
