import { Button, PasswordInput } from '@mantine/core';
import { lazy, Suspense, useState, type FormEvent } from 'react';
import { Problem } from '../ui/forms/confirm';
import { CodeInput } from './code-input';
import { RecoveryCodes } from './recovery-codes';
import { useBeginSecondFactor, useConfirmSecondFactor } from './second-factor.queries';

const QrCode = lazy(async () => ({ default: (await import('./qr-code')).QrCode }));

/** Four letters at a time, as people read them out. */
const inGroups = (secret: string): string => secret.replace(/.{4}(?=.)/g, '$& ');

/** Setting up a second factor in three steps: the password, the app, the recovery codes. */
export function SetUpSecondFactor({ onDone, onCancel }: { onDone: () => void; onCancel?: () => void }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const begin = useBeginSecondFactor();
  const confirm = useConfirmSecondFactor();
  const cancel = onCancel ? (
    <Button variant="default" onClick={onCancel}>
      Cancel
    </Button>
  ) : null;
  if (confirm.data) return <RecoveryCodes codes={confirm.data.recovery_codes} onDone={onDone} />;
  if (!begin.data)
    return (
      <form
        className="stack"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          begin.mutate(password);
        }}
      >
        {begin.error ? <Problem error={begin.error} /> : null}
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
          <Button type="submit" disabled={begin.isPending}>
            Continue
          </Button>
          {cancel}
        </div>
      </form>
    );
  return (
    <form
      className="stack"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        confirm.mutate(code, { onError: () => setCode('') });
      }}
    >
      <p className="sentence second-factor-text">
        Scan this with an authenticator app on your phone, or open <a href={begin.data.address}>this link</a> on it.
      </p>
      <Suspense fallback={null}>
        <QrCode text={begin.data.address} label="QR code for your authenticator app" />
      </Suspense>
      <p className="label second-factor-text">
        Cannot scan it? Enter this key: <code className="code">{inGroups(begin.data.secret)}</code>
      </p>
      {confirm.error ? <Problem error={confirm.error} /> : null}
      <CodeInput value={code} onChange={setCode} />
      <div className="row">
        <Button type="submit" disabled={confirm.isPending}>
          Turn it on
        </Button>
        {cancel}
      </div>
    </form>
  );
}
