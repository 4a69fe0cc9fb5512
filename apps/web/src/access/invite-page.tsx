import './sign-in.css';
import { Button, TextInput } from '@mantine/core';
import { acceptInvitation, adminAddresses } from '#contracts';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { call } from '../api/client';
import { failedBy } from '../api/problem';
import { Problem } from '../ui/forms/confirm';
import { NewPasswordInput } from './new-password-input';
import { useSignIn } from './session.queries';

/** Takes up an invitation: a name and a password, then one is signed in. */
export function InvitePage() {
  const { token = '' } = useParams();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useSignIn();
  const accept = useMutation({
    mutationFn: async () => {
      const { email } = await call(acceptInvitation, { body: { token, name, password } });
      await signIn.mutateAsync({ email, password });
    },
    onSuccess: () => navigate(adminAddresses.home, { replace: true }),
  });
  useEffect(() => {
    document.title = 'Invitation · Cortex';
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    accept.mutate();
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit} className="stack" aria-labelledby="invite-title">
        <h1 id="invite-title">You are invited to Cortex</h1>
        {accept.error ? <Problem error={accept.error} /> : null}
        <TextInput
          label="Your name"
          autoComplete="name"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NewPasswordInput label="Choose a password" value={password} onChange={setPassword} />
        <Button type="submit" disabled={accept.isPending}>
          Get started
        </Button>
        {failedBy(accept.error, 'not_found') ? (
          <p className="sign-in-note">
            <Link to="/sign-in">Go to sign-in</Link>
          </p>
        ) : null}
      </form>
    </main>
  );
}
