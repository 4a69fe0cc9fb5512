import { setSecret } from '#contracts';
import type { SecretReference } from '#graph';
import { Button, Input } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../api/client';
import { Problem } from '../../../ui/forms/confirm';
import { Time } from '../../../ui/formatting/time';

interface Props {
  label: string;
  value: SecretReference;
  /** The step's address: the value is sent to its host alone. */
  address: unknown;
  readOnly: boolean;
  onSet: (value: SecretReference) => void;
}

/** When a secret was set and by whom, and a way to set another. What is typed goes to the server and is forgotten here. */
export function SecretValue({ label, value, address, readOnly, onSet }: Props) {
  const [replacing, setReplacing] = useState(false);
  const [typed, setTyped] = useState('');
  const store = useMutation({
    mutationFn: (text: string) =>
      call(setSecret, {
        body: { value: text, ...(typeof address === 'string' ? { url: address.slice(0, 2000) } : {}) },
      }),
    onSuccess: (reference) => {
      setTyped('');
      setReplacing(false);
      onSet(reference);
    },
  });
  const isSet = value.id !== undefined;
  if (readOnly || (isSet && !replacing)) {
    return (
      <div className="row nowrap">
        <p className="label grow" data-testid="secret-state">
          {isSet ? <SetBy {...value} /> : 'No value yet'}
        </p>
        {readOnly ? null : (
          <Button variant="default" size="compact-sm" onClick={() => setReplacing(true)}>
            Replace
          </Button>
        )}
      </div>
    );
  }
  const keep = () => {
    if (typed !== '' && !store.isPending) store.mutate(typed);
  };
  return (
    <>
      <div className="row nowrap">
        <Input
          aria-label={label}
          className="grow"
          type="password"
          autoComplete="off"
          placeholder={isSet ? 'New value' : 'Value'}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && keep()}
          onBlur={keep}
        />
        <Button variant="default" size="compact-sm" disabled={typed === ''} loading={store.isPending} onClick={keep}>
          Set
        </Button>
        {isSet ? (
          <Button
            variant="subtle"
            size="compact-sm"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              setTyped('');
              setReplacing(false);
            }}
          >
            Cancel
          </Button>
        ) : null}
      </div>
      <Problem error={store.error} />
    </>
  );
}

const SetBy = ({ set_at, set_by }: SecretReference) => (
  <>
    Set{' '}
    {set_at ? (
      <>
        on <Time at={set_at} as="short" />
      </>
    ) : null}
    {set_by ? ` by ${set_by}` : ''}
  </>
);
