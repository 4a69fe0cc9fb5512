import './sign-in.css';
import { Button } from '@mantine/core';
import { useEffect, useState, type FormEvent } from 'react';
import { Link } from 'react-router';
import { Problem } from '../ui/forms/confirm';
import { SignInAddress } from '../ui/forms/credentials';
import { useAskForReset } from './session.queries';

/** Asks for a mail with a link to set a new password. What it says afterwards is the same for every address. */
export function ForgottenPage() {
  const [email, setEmail] = useState('');
  const ask = useAskForReset();
  useEffect(() => {
    document.title = 'Forgot your password · Cortex';
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate(email);
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit} className="stack" aria-labelledby="forgotten-title">
        <h1 id="forgotten-title">Forgot your password?</h1>
        {ask.isSuccess ? (
          <>
            <div className="notice" data-tone="good" role="status">
              <p>
                If {email} belongs to a member of staff, a mail with a link is on its way. The link works once, for an
                hour.
              </p>
            </div>
            <p className="label">
              No mail? An administrator can make you a link under Settings, Staff. On the machine itself,{' '}
              <code className="code">npm run admin -- reset-password</code> and your address print one.
            </p>
          </>
        ) : (
          <>
            <p className="sentence quiet sign-in-note">We will mail you a link to set a new one.</p>
            {ask.error ? <Problem error={ask.error} /> : null}
            <SignInAddress value={email} onChange={setEmail} />
            <Button type="submit" disabled={ask.isPending}>
              Mail me a link
            </Button>
          </>
        )}
        <p className="sign-in-note">
          <Link to="/sign-in">Back to sign-in</Link>
        </p>
      </form>
    </main>
  );
}
