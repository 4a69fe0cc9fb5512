import './sign-in.css';
import { Button } from '@mantine/core';
import { useEffect, useState, type FormEvent } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { adminAddresses, isAdminAddress } from '#contracts';
import { failedBy } from '../api/problem';
import { atWork } from '../ui/forms/at-work';
import { Problem } from '../ui/forms/confirm';
import { SignInAddress, SignInPassword } from '../ui/forms/credentials';
import { CodeInput } from './code-input';
import { canUsePasskeys } from './device-passkeys';
import { useSignIn, useSignInByPasskey } from './session.queries';

/** Only addresses of our own screens: nobody is led elsewhere by a link to this page. */
const within = (to: string | null) => (to !== null && isAdminAddress(to) ? to : adminAddresses.home);

/** Sign-in, with a code where one is asked for; afterwards one is where one was going. */
export function SignInPage() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asksForCode, setAsksForCode] = useState(false);
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const signIn = useSignIn();
  const byPasskey = useSignInByPasskey();
  useEffect(() => {
    document.title = 'Sign in · Cortex';
  }, []);
  const goOn = () => void navigate(within(search.get('to')), { replace: true });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (signIn.isPending) return;
    byPasskey.reset();
    signIn.mutate(asksForCode ? { email, password, code } : { email, password }, {
      onSuccess: goOn,
      onError: (error) => {
        setCode('');
        if (failedBy(error, 'second_factor_needed')) setAsksForCode(true);
      },
    });
  };
  const back = () => {
    signIn.reset();
    setAsksForCode(false);
    setPassword('');
  };
  const error = failedBy(signIn.error, 'second_factor_needed') ? null : (signIn.error ?? byPasskey.error);
  const label = signIn.isPending ? 'Signing in' : 'Sign in';
  if (asksForCode)
    return (
      <main className="sign-in">
        <form onSubmit={submit} className="stack" aria-labelledby="sign-in-title">
          <h1 id="sign-in-title">Enter your code</h1>
          {error ? <Problem error={error} /> : null}
          <CodeInput value={code} onChange={setCode} takesRecoveryCodes />
          <Button type="submit" {...atWork(signIn.isPending)}>
            {label}
          </Button>
          <p className="label">
            Without your phone, enter one of your recovery codes. If you have none left, an administrator can turn off
            your two-factor authentication.
          </p>
          <Button variant="subtle" onClick={back}>
            Use another account
          </Button>
        </form>
      </main>
    );
  return (
    <main className="sign-in">
      <form onSubmit={submit} className="stack" aria-labelledby="sign-in-title">
        <h1 id="sign-in-title">Sign in to Cortex</h1>
        {search.has('to') && !error ? (
          <p className="sentence quiet sign-in-note">Sign in to go back to where you were.</p>
        ) : null}
        {error ? <Problem error={error} /> : null}
        <SignInAddress value={email} onChange={setEmail} />
        <SignInPassword value={password} onChange={setPassword} />
        <Button type="submit" {...atWork(signIn.isPending)}>
          {label}
        </Button>
        {canUsePasskeys() ? (
          <Button
            variant="default"
            disabled={byPasskey.isPending}
            onClick={() => {
              signIn.reset();
              byPasskey.mutate(undefined, { onSuccess: goOn });
            }}
          >
            Use a passkey
          </Button>
        ) : null}
        <p className="sign-in-note">
          <Link to="/reset">Forgot your password?</Link>
        </p>
        <p className="label">The first time Cortex starts, the terminal shows the administrator’s password.</p>
      </form>
    </main>
  );
}
