import './sign-in.css';
import { Button } from '@mantine/core';
import { useEffect, useState, type FormEvent } from 'react';
import { Link, useParams } from 'react-router';
import { failedBy } from '../api/problem';
import { Problem } from '../ui/forms/confirm';
import { NewPasswordInput } from './new-password-input';
import { useTakeReset } from './session.queries';

/** Sets a new password by the link of a mail, or of an administrator. */
export function ResetPage() {
  const { token = '' } = useParams();
  const [password, setPassword] = useState('');
  const take = useTakeReset();
  useEffect(() => {
    document.title = 'New password · Cortex';
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    take.mutate({ token, password });
  };
  if (take.isSuccess)
    return (
      <main className="sign-in">
        <div className="stack sign-in-column">
          <h1>Your password is set</h1>
          <p className="sentence sign-in-note">
            Sign in as {take.data.email} with the new one. Every other session has ended.
          </p>
          <Button component={Link} to="/sign-in">
            Go to sign-in
          </Button>
        </div>
      </main>
    );
  return (
    <main className="sign-in">
      <form onSubmit={submit} className="stack" aria-labelledby="reset-title">
        <h1 id="reset-title">Set a new password</h1>
        {take.error ? <Problem error={take.error} /> : null}
        <NewPasswordInput value={password} onChange={setPassword} />
        <Button type="submit" disabled={take.isPending}>
          Set the password
        </Button>
        {failedBy(take.error, 'not_found') ? (
          <p className="sign-in-note">
            <Link to="/reset">Ask for a new link</Link>
          </p>
        ) : null}
      </form>
    </main>
  );
}
