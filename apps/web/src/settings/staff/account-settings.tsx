import '../../access/sign-in.css';
import { Button, PasswordInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState, type FormEvent } from 'react';
import { RecoveryCodes } from '../../access/recovery-codes';
import {
  useAskSession,
  useRemoveSecondFactor,
  useRenewRecoveryCodes,
  useSecondFactor,
} from '../../access/second-factor.queries';
import { SetUpSecondFactor } from '../../access/set-up-second-factor';
import { atWork } from '../../ui/forms/at-work';
import { Problem } from '../../ui/forms/confirm';
import { Answer } from '../../ui/feedback/query-states';
import { MySessions } from './my-sessions';
import { Passkeys } from './passkeys';
import { SettingsPart } from '../saving/settings-part';

/** One's own second factor, passkeys and sessions. */
export function AccountSettings() {
  const factor = useSecondFactor();
  return (
    <SettingsPart
      id="account"
      title="Your account"
      note="With two-factor authentication you enter a code from your phone when you sign in, so a stolen password is not enough."
    >
      <Answer of={factor} what="Your account could not be loaded" lines={1}>
        {(state) => <SecondFactor enabled={state.enabled} codesLeft={state.recovery_codes} />}
      </Answer>
      <Passkeys />
      <MySessions />
    </SettingsPart>
  );
}

function SecondFactor({ enabled, codesLeft }: { enabled: boolean; codesLeft: number }) {
  const [doing, setDoing] = useState<'set-up' | 'codes' | 'remove'>();
  const askSession = useAskSession();
  const done = () => {
    setDoing(undefined);
    askSession();
  };
  if (doing === 'set-up')
    return (
      <div className="form">
        <SetUpSecondFactor onDone={done} onCancel={() => setDoing(undefined)} />
      </div>
    );
  if (doing) return <AfterPassword what={doing} onDone={done} onCancel={() => setDoing(undefined)} />;
  return (
    <div className="row-apart">
      {enabled ? (
        <span>
          Two-factor authentication <span className="pill">on</span>{' '}
          <span className="quiet">
            {codesLeft} recovery {codesLeft === 1 ? 'code' : 'codes'} left
          </span>
        </span>
      ) : (
        <span>
          Two-factor authentication <span className="quiet">off</span>
        </span>
      )}
      {enabled ? (
        <span className="row">
          <Button variant="default" size="xs" onClick={() => setDoing('codes')}>
            New recovery codes
          </Button>
          <Button variant="subtle" color="danger" size="xs" onClick={() => setDoing('remove')}>
            Turn off
          </Button>
        </span>
      ) : (
        <Button variant="default" size="xs" onClick={() => setDoing('set-up')}>
          Set up
        </Button>
      )}
    </div>
  );
}

interface AfterPasswordProps {
  what: 'codes' | 'remove';
  onDone: () => void;
  onCancel: () => void;
}

/** What weakens the second factor asks for the password again. */
function AfterPassword({ what, onDone, onCancel }: AfterPasswordProps) {
  const [password, setPassword] = useState('');
  const renew = useRenewRecoveryCodes();
  const remove = useRemoveSecondFactor();
  const error = what === 'codes' ? renew.error : remove.error;
  const isPending = renew.isPending || remove.isPending;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isPending) return;
    if (what === 'codes') return renew.mutate(password);
    remove.mutate(password, {
      onSuccess: () => {
        notifications.show({ message: 'Two-factor authentication is off.' });
        onDone();
      },
    });
  };
  if (renew.data)
    return (
      <div className="form">
        <RecoveryCodes codes={renew.data.recovery_codes} onDone={onDone} />
      </div>
    );
  return (
    <form className="stack form" onSubmit={submit}>
      <p className="sentence second-factor-text">
        {what === 'codes'
          ? 'New recovery codes replace the ones you have.'
          : 'From now on your password alone is enough to sign in.'}
      </p>
      {error ? <Problem error={error} /> : null}
      <PasswordInput
        label="Your password"
        autoComplete="current-password"
        required
        autoFocus
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': 'Show or hide password' }}
      />
      <div className="row">
        <Button type="submit" {...(what === 'remove' ? { color: 'danger' } : {})} {...atWork(isPending)}>
          {what === 'codes' ? 'Make new codes' : 'Turn off'}
        </Button>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
