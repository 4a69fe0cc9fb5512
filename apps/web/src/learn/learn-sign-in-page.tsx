import { Button } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { Link, useNavigate } from 'react-router';
import { Problem } from '../ui/forms/confirm';
import { SignInAddress, SignInPassword } from '../ui/forms/credentials';
import { LearnFrame } from './learn-frame';
import { useCustomerSignIn } from './learn.queries';

/** `/learn/sign-in`: where customers sign in; afterwards they see their courses. */
export function LearnSignInPage() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const navigate = useNavigate();
  const signIn = useCustomerSignIn();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ email, password }, { onSuccess: () => void navigate('/learn', { replace: true }) });
  };
  return (
    <LearnFrame title="Sign in to your courses">
      <form onSubmit={submit} className="stack learn-form" aria-label="Sign in to your courses">
        <Problem error={signIn.error} />
        <SignInAddress value={email} onChange={setEmail} />
        <SignInPassword value={password} onChange={setPassword} />
        <Button type="submit" disabled={signIn.isPending}>
          {signIn.isPending ? 'Signing in' : 'Sign in'}
        </Button>
        <p>
          <Link to="/learn/reset">No password yet, or forgotten it?</Link>
        </p>
      </form>
    </LearnFrame>
  );
}
