import './sign-in.css';
import { Button } from '@mantine/core';
import { useEffect } from 'react';
import { useNavigate } from 'react-router';
import { useAskSession } from './second-factor.queries';
import { useSignOut } from './session.queries';
import { SetUpSecondFactor } from './set-up-second-factor';

/** In place of every screen for an administrator of whom the workspace demands a second factor. */
export function SecondFactorPage() {
  const askSession = useAskSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  useEffect(() => {
    document.title = 'Two-factor authentication · Cortex';
  }, []);
  return (
    <main className="sign-in">
      <div className="stack sign-in-column">
        <h1>Set up two-factor authentication</h1>
        <p className="sentence second-factor-text">
          In this workspace, administrators sign in with a code as well as their password. You need an authenticator app
          on your phone.
        </p>
        <SetUpSecondFactor onDone={askSession} />
        <Button
          variant="subtle"
          onClick={() => signOut.mutate(undefined, { onSettled: () => void navigate('/sign-in', { replace: true }) })}
        >
          Sign out
        </Button>
      </div>
    </main>
  );
}
