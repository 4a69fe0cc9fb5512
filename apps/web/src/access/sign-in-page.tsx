import './sign-in.css';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useEffect, useState, type FormEvent } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { adminAddresses, isAdminAddress } from '#contracts';
import { ApiError } from '../api/problem';
import { useSignIn } from './session.queries';

/** Only addresses of our own screens: nobody is led elsewhere by a link to this page. */
const within = (to: string | null) => (to !== null && isAdminAddress(to) ? to : adminAddresses.home);

/** Plain sign-in; afterwards one is where one was going. */
export function SignInPage() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const signIn = useSignIn();
  useEffect(() => {
    document.title = 'Sign in · Cortex';
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ email, password }, { onSuccess: () => void navigate(within(search.get('to')), { replace: true }) });
  };
  const problem = signIn.error instanceof ApiError ? signIn.error : undefined;
  return (
    <main className="sign-in">
      <form onSubmit={submit} className="stack" aria-labelledby="sign-in-title">
        <h1 id="sign-in-title">Sign in to Cortex</h1>
        {search.has('to') && !problem ? (
          <p className="sentence quiet sign-in-note">Sign in to go back to where you were.</p>
        ) : null}
        {problem ? (
          <div className="notice" data-tone="danger" role="alert">
            <p>{problem.errors[0]?.message ?? problem.detail}</p>
          </div>
        ) : null}
        <TextInput
          label="E-mail address"
          type="email"
          name="email"
          autoComplete="username"
          required
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide password' }}
        />
        <Button type="submit" disabled={signIn.isPending}>
          {signIn.isPending ? 'Signing in' : 'Sign in'}
        </Button>
        <p className="label">
          Forgot the password? An administrator can invite you again under Settings, Staff. The first time Cortex
          starts, the terminal shows the administrator’s password.
        </p>
      </form>
    </main>
  );
}
