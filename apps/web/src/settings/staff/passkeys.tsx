import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { canUsePasskeys } from '../../access/device-passkeys';
import { useAddPasskey, usePasskeys, useRemovePasskey } from '../../access/passkeys.queries';
import { atWork } from '../../ui/forms/at-work';
import { Problem } from '../../ui/forms/confirm';
import { Answer } from '../../ui/feedback/query-states';
import { Time } from '../../ui/formatting/time';

type Doing = { is: 'adding' } | { is: 'removing'; id: string; name: string };

/** One's own passkeys: adding one on this device, and removing those of devices that are gone. */
export function Passkeys() {
  const passkeys = usePasskeys();
  const [doing, setDoing] = useState<Doing>();
  const done = () => setDoing(undefined);
  if (doing?.is === 'adding') return <AddPasskey onDone={done} />;
  if (doing) return <RemovePasskey of={doing} onDone={done} />;
  return (
    <Answer of={passkeys} what="Your passkeys could not be loaded" lines={1}>
      {({ passkeys: known }) => (
        <div className="stack">
          <div className="row-apart">
            <span>
              Passkeys{' '}
              <span className="quiet">
                {known.length === 0 ? 'none' : 'sign you in by finger, face or PIN, without password and code'}
              </span>
            </span>
            {canUsePasskeys() ? (
              <Button variant="default" size="xs" onClick={() => setDoing({ is: 'adding' })}>
                Add a passkey
              </Button>
            ) : (
              <span className="label">Open Cortex by its name over HTTPS to add one.</span>
            )}
          </div>
          {known.length > 0 ? (
            <ul className="passkeys" aria-label="Your passkeys">
              {known.map(({ id, name, synced, created_at, last_used_at }) => (
                <li key={id} className="row-apart">
                  <span>
                    {name}{' '}
                    <span className="quiet">
                      {synced ? 'on all your devices, ' : ''}added <Time at={created_at} />
                      {last_used_at ? (
                        <>
                          , last used <Time at={last_used_at} />
                        </>
                      ) : (
                        ', not used yet'
                      )}
                    </span>
                  </span>
                  <Button
                    variant="subtle"
                    color="danger"
                    size="xs"
                    aria-label={`Remove ${name}`}
                    onClick={() => setDoing({ is: 'removing', id, name })}
                  >
                    Remove
                  </Button>
                </li>
              ))}
            </ul>
          ) : null}
        </div>
      )}
    </Answer>
  );
}

function AddPasskey({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState('This device');
  const add = useAddPasskey();
  return (
    <AfterPassword
      text="Your browser then asks for your finger, face or PIN. Your password keeps working."
      error={add.error}
      isPending={add.isPending}
      act="Continue"
      onSubmit={(password) => add.mutate({ name, password }, { onSuccess: onDone })}
      onCancel={onDone}
    >
      <TextInput
        label="Name of the passkey"
        description="So that you can tell them apart, such as “Work laptop”."
        required
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </AfterPassword>
  );
}

function RemovePasskey({ of, onDone }: { of: { id: string; name: string }; onDone: () => void }) {
  const remove = useRemovePasskey();
  return (
    <AfterPassword
      text={`Nobody signs in with “${of.name}” from then on. Delete it on the device as well.`}
      error={remove.error}
      isPending={remove.isPending}
      act="Remove"
      color="danger"
      onSubmit={(password) => remove.mutate({ id: of.id, password }, { onSuccess: onDone })}
      onCancel={onDone}
    />
  );
}

interface AfterPasswordProps {
  text: string;
  error: Error | null;
  isPending: boolean;
  act: string;
  color?: string;
  onSubmit: (password: string) => void;
  onCancel: () => void;
  children?: React.ReactNode;
}

/** A change of how one signs in asks for the password again. */
function AfterPassword({ text, error, isPending, act, color, onSubmit, onCancel, children }: AfterPasswordProps) {
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isPending) onSubmit(password);
  };
  return (
    <form className="stack form" onSubmit={submit}>
      <p className="sentence second-factor-text">{text}</p>
      <Problem error={error} />
      {children}
      <PasswordInput
        label="Your password"
        description="To make sure it is you."
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': 'Show or hide password' }}
      />
      <div className="row">
        <Button type="submit" {...atWork(isPending)} {...(color ? { color } : {})}>
          {act}
        </Button>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
