import { Button } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { Link, useParams } from 'react-router';
import { NewPasswordInput } from '../access/new-password-input';
import { failedBy } from '../api/problem';
import { Problem } from '../ui/forms/confirm';
import { LearnFrame } from './learn-frame';
import { useSetPassword } from './learn.queries';

/** `/learn/reset/:token`: a customer chooses a password by the link of a mail, the first one too. */
export function LearnNewPasswordPage() {
  const { token = '' } = useParams();
  const [password, setPassword] = useState('');
  const set = useSetPassword();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set.mutate({ token, password });
  };
  if (set.isSuccess)
    return (
      <LearnFrame title="Your password is set">
        <div className="stack learn-form">
          <p className="sentence">Sign in as {set.data.email} with it. You have been signed out everywhere else.</p>
          <Button component={Link} to="/learn/sign-in">
            Go to sign-in
          </Button>
        </div>
      </LearnFrame>
    );
  return (
    <LearnFrame title="Choose a password">
      <form onSubmit={submit} className="stack learn-form" aria-label="Choose a password">
        <Problem error={set.error} />
        <NewPasswordInput value={password} onChange={setPassword} />
        <Button type="submit" disabled={set.isPending}>
          Set the password
        </Button>
        {failedBy(set.error, 'not_found') ? (
          <p>
            <Link to="/learn/reset">Ask for a new link</Link>
          </p>
        ) : null}
      </form>
    </LearnFrame>
  );
}
