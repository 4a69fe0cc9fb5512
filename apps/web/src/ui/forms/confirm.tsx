import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { ApiError } from '../../api/problem';

interface ConfirmProps {
  opened: boolean;
  title: string;
  /** What will happen, said before the button. */
  children: ReactNode;
  /** Says what the button does. */
  label: string;
  danger?: boolean;
  busy?: boolean;
  disabled?: boolean;
  error?: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** A question before something that is not easily undone: the consequence first, then the button. */
export function Confirm({
  opened,
  title,
  children,
  label,
  danger,
  busy,
  disabled,
  error,
  onConfirm,
  onClose,
}: ConfirmProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className="stack">
        <div className="sentence">{children}</div>
        {error ? <Problem error={error} /> : null}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button {...(danger ? { color: 'danger' } : {})} onClick={onConfirm} disabled={busy || disabled}>
            {label}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

interface ConfirmForProps<T> {
  /** What it is asked about; undefined while nothing is asked. */
  of: T | undefined;
  title: (of: T) => string;
  label: string;
  /** The call that does it. */
  change: { error: unknown; isPending: boolean; mutate: (id: string, then: { onSuccess: () => void }) => void };
  onClose: () => void;
  children: ReactNode;
}

/** The question before one of several things is taken away. */
export function ConfirmFor<T extends { id: string }>({
  of,
  title,
  label,
  change,
  onClose,
  children,
}: ConfirmForProps<T>) {
  return (
    <Confirm
      opened={of !== undefined}
      title={of ? title(of) : ''}
      label={label}
      danger
      busy={change.isPending}
      error={change.error}
      onClose={onClose}
      onConfirm={() => of && change.mutate(of.id, { onSuccess: onClose })}
    >
      {children}
    </Confirm>
  );
}

/** A refusal inside a form: the server's sentence, and every mistake it names. */
export function Problem({ error }: { error: unknown }) {
  if (!error) return null;
  const problem = error instanceof ApiError ? error : undefined;
  return (
    <div className="notice" data-tone="danger" role="alert">
      <p>{problem?.detail ?? (error instanceof Error ? error.message : 'This failed.')}</p>
      {problem && problem.errors.length > 0 ? (
        <ul style={{ margin: '8px 0 0', paddingLeft: 18 }}>
          {problem.errors.map(({ pointer, message }) => (
            <li key={pointer + message}>{message}</li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
