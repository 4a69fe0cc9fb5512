import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { checkSmartList } from '#contracts';
import type { Group } from '#rules';
import { useState, type FormEvent } from 'react';
import { call } from '../api/client';
import { Failed, Loading } from '../ui/states';
import { ProofRows, type Names } from './proof-rows';

/** Asks for somebody's address and shows, row by row, whether the rules hold for them and what was seen. */
export function PersonCheck({ rules, names }: { rules: Group; names: Names }) {
  const [opened, setOpened] = useState(false);
  const [address, setAddress] = useState('');
  const [asked, setAsked] = useState('');
  if (!opened) {
    return (
      <div>
        <Button variant="subtle" size="compact-sm" onClick={() => setOpened(true)}>
          Check a person
        </Button>
      </div>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(address.trim());
  };
  return (
    <section className="person-check" aria-label="Check a person">
      <form className="row" onSubmit={submit}>
        <TextInput
          type="email"
          aria-label="Whom to check"
          placeholder="ann@example.com"
          w={260}
          data-autofocus
          autoFocus
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={address.trim() === ''}>
          Check
        </Button>
        <Button
          variant="subtle"
          onClick={() => {
            setOpened(false);
            setAsked('');
          }}
        >
          Close
        </Button>
      </form>
      {asked ? (
        <Verdict key={asked} rules={rules} names={names} email={asked} />
      ) : (
        <p className="sentence quiet">Each condition will say whether it is met, and what is known about the person.</p>
      )}
    </section>
  );
}

/** Follows the rules while they are edited; asked again 400 ms after the last change. */
function Verdict({ rules, names, email }: { rules: Group; names: Names; email: string }) {
  const [settled] = useDebouncedValue(JSON.stringify(rules), 400);
  const checked = JSON.parse(settled) as Group;
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    queryKey: ['rule-check', settled, email],
    queryFn: async ({ signal }) => ({
      rules: checked,
      proof: await call(checkSmartList, { body: { rules: checked, contact_email: email } }, { signal }),
    }),
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (error) return <Failed error={error} what="This person could not be checked" onRetry={() => void refetch()} />;
  if (isPending || !data) return <Loading lines={2} />;
  return (
    <div role="status" aria-busy={isPlaceholderData}>
      <p className="sentence">
        {data.proof.result ? 'The rules apply to ' : 'The rules do not apply to '}
        <b>{email}</b>.
      </p>
      <ProofRows rule={data.rules} proof={data.proof} names={names} />
    </div>
  );
}
