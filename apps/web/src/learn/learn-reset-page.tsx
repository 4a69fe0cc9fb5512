import { Button } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { Link } from 'react-router';
import { Problem } from '../ui/forms/confirm';
import { SignInAddress } from '../ui/forms/credentials';
import { LearnFrame } from './learn-frame';
import { useAskForPassword } from './learn.queries';

/** `/learn/reset`: asks for a mail with a link to choose a password. What it says afterwards is the same for every address. */
export function LearnResetPage() {
  const [email, setEmail] = useState('');
  const ask = useAskForPassword();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate(email);
  };
  return (
    <LearnFrame title="Choose a password">
      <form onSubmit={submit} className="stack learn-form" aria-label="Choose a password">
        {ask.isSuccess ? (
          <div className="notice" data-tone="good" role="status">
            <p>
              If {email} belongs to a customer, an email with a link is on its way. The link works once, for an hour.
            </p>
          </div>
        ) : (
          <>
            <p className="sentence">Enter the address you bought with. We will email you a link.</p>
            <Problem error={ask.error} />
            <SignInAddress value={email} onChange={setEmail} />
            <Button type="submit" disabled={ask.isPending}>
              Email me a link
            </Button>
          </>
        )}
        <p>
          <Link to="/learn/sign-in">Back to sign-in</Link>
        </p>
      </form>
    </LearnFrame>
  );
}
