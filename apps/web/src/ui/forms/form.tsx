import { Button } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { ApiError } from '../../api/problem';
import { Problem } from './confirm';

/** What the server says about the fields of a form, by their names. */
export const fieldErrors = (error: unknown): Record<string, string> => (error instanceof ApiError ? error.fields : {});

/** Why a form was refused, unless all of it stands at fields that show their own errors. */
export function FormProblem({ error, fields }: { error: unknown; fields: readonly string[] }) {
  const named = Object.keys(fieldErrors(error));
  if (named.length > 0 && named.every((name) => fields.includes(name))) return null;
  return <Problem error={error} />;
}

/** Sends a form, or leaves it. */
export function FormButtons({
  label,
  busy,
  cancel = 'Cancel',
  onCancel,
}: {
  label: string;
  busy: boolean;
  cancel?: 'Cancel' | 'Discard';
  onCancel: () => void;
}) {
  return (
    <div className="row">
      <Button type="submit" disabled={busy}>
        {label}
      </Button>
      <Button variant="default" onClick={onCancel}>
        {cancel}
      </Button>
    </div>
  );
}

interface FormProps {
  /** For who cannot see it. */
  label: string;
  /** What its button says. */
  submit: string;
  /** The call that sends it. */
  save: { error: unknown; isPending: boolean };
  /** The fields that show their own errors. */
  fields: readonly string[];
  onSubmit: () => void;
  onCancel: () => void;
  /** The fields, given what is wrong with each. */
  children: (errors: Record<string, string>) => ReactNode;
}

/** A form in a column, for something new or for changing it. */
export function Form({ label, submit, save, fields, onSubmit, onCancel, children }: FormProps) {
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form className="stack form" onSubmit={send} aria-label={label}>
      <FormProblem error={save.error} fields={fields} />
      {children(fieldErrors(save.error))}
      <FormButtons label={submit} busy={save.isPending} onCancel={onCancel} />
    </form>
  );
}
